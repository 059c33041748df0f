if(TILLCUE_BUILD_MODELS)
  function(tillcue_journey name file patience)
    add_test(NAME journey_${name} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/journeys/${file}_test.py ${ARGN})
    set_tests_properties(journey_${name} PROPERTIES TIMEOUT ${patience}
      ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};PYTHONDONTWRITEBYTECODE=1")
  endfunction()
  # One ctest entry a class, so that two run side by side and a failure is named.
  foreach(class WholeLoop FailOpen Crashes Hostile BadConfiguration RealData)
    tillcue_journey(${class} journey 600 ${class})
  endforeach()
  tillcue_journey(LiveState live_state 600)
  tillcue_journey(Feeds feeds 300)
  tillcue_journey(BadInput bad_input 300)
  tillcue_journey(Rollout rollout 300)
  tillcue_journey(Service service 300)
  tillcue_journey(Tls tls 300)
  tillcue_journey(Proxy proxy 300)
  tillcue_journey(ProxyLines proxy_lines 300)
  tillcue_journey(ProxyAway proxy_away 300)
  tillcue_journey(keys keys 300)
  tillcue_journey(secrets secrets 300)
  set(programs ${TILLCUE_PROGRAMS}/tillcue-hq ${TILLCUE_PROGRAMS}/tillcue-models ${TILLCUE_PROGRAMS}/tillcue-pos)
  add_test(NAME journey_lost_output COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/journeys/lost_output.sh ${programs})
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
