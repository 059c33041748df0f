# Under a sanitizer every entry gets patience and the sanitizer's options, here and nowhere else. What is found goes to a
# file of the entry's name, for it may be a program in the background that nobody asks how it ended; the entry
# sanitizer_reports, after all others, shows those files and fails if there is one.
set(reports ${PROJECT_BINARY_DIR}/reports)
set(support ${CMAKE_CURRENT_SOURCE_DIR}/support)
set(patience 120)

get_property(entries DIRECTORY PROPERTY TESTS)
foreach(entry IN LISTS entries)
  set(log "log_path=${reports}/${entry}:log_exe_name=1")
  # The undefined-behaviour sanitizer's own text goes to the program's output: to be seen it ends the program, and the
  # address sanitizer reports that.
  set_property(TEST ${entry} APPEND PROPERTY ENVIRONMENT
    "TILLCUE_SANITIZE=${TILLCUE_SANITIZE}" "TILLCUE_PATIENCE=${patience}"
    "ASAN_OPTIONS=${log}:handle_abort=1" "LSAN_OPTIONS=suppressions=${support}/lsan.supp:print_suppressions=0"
    "UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1"
    "TSAN_OPTIONS=${log}:suppressions=${support}/tsan.supp:second_deadlock_stack=1")
endforeach()

find_package(Python3 REQUIRED COMPONENTS Interpreter)
file(MAKE_DIRECTORY ${reports})
add_test(NAME sanitizer_reports COMMAND ${Python3_EXECUTABLE} ${support}/sanitizer_reports.py ${reports})
set_tests_properties(sanitizer_reports PROPERTIES DEPENDS "${entries}")
