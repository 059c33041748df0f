# What is instrumented or emulated is many times slower: every time limit so far is that much longer.
set(times_slower 4)
if(TILLCUE_SANITIZE MATCHES thread)
  set(times_slower 12)  # loops over numbers, as in models_test and core_decide_test
endif()
get_property(entries DIRECTORY PROPERTY TESTS)
foreach(entry IN LISTS entries)
  get_test_property(${entry} TIMEOUT seconds)
  if(seconds)
    math(EXPR seconds "${seconds} * ${times_slower}")
    set_tests_properties(${entry} PROPERTIES TIMEOUT ${seconds})
  endif()
endforeach()
