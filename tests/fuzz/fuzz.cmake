option(TILLCUE_BUILD_FUZZ "Fuzz targets as libFuzzer programs (clang) instead of replaying their corpus" OFF)
if(NOT TILLCUE_BUILD_FUZZ)
  add_library(tillcue_replay_main OBJECT fuzz/replay_main.cpp)
  target_link_libraries(tillcue_replay_main PRIVATE tillcue::house)
endif()

# tillcue_fuzz(NAME CORPUS folder SOURCES ... [LIBS ...]): one LLVMFuzzerTestOneInput. The ordinary build replays the
# corpus as a test; with TILLCUE_BUILD_FUZZ the same program fuzzes:  bin/NAME -max_total_time=60 SCRATCH tests/fuzz/corpus/...
# Then also set TILLCUE_SANITIZE=fuzzer-no-link,address,undefined, so that the libraries are instrumented.
function(tillcue_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "CORPUS" "SOURCES;LIBS")
  set(corpus ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${arg_CORPUS})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE tillcue::house ${arg_LIBS})
  if(TILLCUE_BUILD_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${name} COMMAND ${name} -runs=0 ${corpus})
  else()
    target_link_libraries(${name} PRIVATE tillcue_replay_main)
    add_test(NAME ${name} COMMAND ${name} ${corpus})
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT 120)
endfunction()
