if(TILLCUE_BUILD_MODELS)
  # One ctest entry a class, so that two run side by side and a failure is named.
  foreach(journey WholeLoop LiveState FailOpen Crashes Hostile BadConfiguration RealData)
    add_test(NAME journey_${journey} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/journeys/journey_test.py ${journey})
    set_tests_properties(journey_${journey} PROPERTIES TIMEOUT 600
      ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};PYTHONDONTWRITEBYTECODE=1")
  endforeach()
  add_test(NAME journey_Feeds COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/journeys/feeds_test.py)
  set_tests_properties(journey_Feeds PROPERTIES TIMEOUT 300
    ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};PYTHONDONTWRITEBYTECODE=1")
  add_test(NAME journey_BadInput COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/journeys/bad_input_test.py)
  set_tests_properties(journey_BadInput PROPERTIES TIMEOUT 300
    ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};PYTHONDONTWRITEBYTECODE=1")
  add_test(NAME journey_Rollout COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/journeys/rollout_test.py)
  set_tests_properties(journey_Rollout PROPERTIES TIMEOUT 300
    ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};PYTHONDONTWRITEBYTECODE=1")
  add_test(NAME journey_Service COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/journeys/service_test.py)
  set_tests_properties(journey_Service PROPERTIES TIMEOUT 300
    ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};PYTHONDONTWRITEBYTECODE=1")
  add_test(NAME journey_Tls COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/journeys/tls_test.py)
  set_tests_properties(journey_Tls PROPERTIES TIMEOUT 300
    ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};PYTHONDONTWRITEBYTECODE=1")
  add_test(NAME journey_Proxy COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/journeys/proxy_test.py)
  set_tests_properties(journey_Proxy PROPERTIES TIMEOUT 300
    ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};PYTHONDONTWRITEBYTECODE=1")
  foreach(journey keys secrets)
    add_test(NAME journey_${journey} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/journeys/${journey}_test.py)
    set_tests_properties(journey_${journey} PROPERTIES TIMEOUT 300
      ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endif()
# kill -9 of tillcued, tillcue-hq serve and mosquitto while tills go on selling; longer by hand.
add_test(NAME sync_kills COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/sync/faults/kills.py 160 3)
set_tests_properties(sync_kills PROPERTIES TIMEOUT 300
  ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};PYTHONDONTWRITEBYTECODE=1")
# Their clocks jump ten years back and on; an emulated program does not load the host's library for that.
if(NOT CMAKE_CROSSCOMPILING_EMULATOR)
  add_test(NAME sync_clocks COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/sync/faults/clocks.py)
  set_tests_properties(sync_clocks PROPERTIES TIMEOUT 300
    ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};PYTHONDONTWRITEBYTECODE=1")
endif()
