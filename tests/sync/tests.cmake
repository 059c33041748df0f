# A real broker and temporary folders for tests of sync and of whole journeys.
add_library(tillcue_test_broker STATIC support/mosquitto.cpp sync/mqtt_proxy.cpp)
target_include_directories(tillcue_test_broker PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(tillcue_test_broker PRIVATE tillcue::house)

tillcue_test(sync_wire_test SOURCES
  sync/ack_test.cpp sync/batch_test.cpp sync/broker_limits_test.cpp sync/crypto_test.cpp sync/event_test.cpp sync/manifest_test.cpp
  sync/signature_test.cpp sync/state_test.cpp sync/manifest_more_test.cpp sync/thinned_test.cpp sync/topics_test.cpp sync/word_test.cpp
  LIBS tillcue::wire tillcue_test_broker)

tillcue_test(sync_store_test SOURCES
  sync/bundle_store_test.cpp sync/live_store_test.cpp sync/outbox_kill_test.cpp sync/outbox_test.cpp sync/outbox_thinning_test.cpp sync/sqlite_test.cpp
  LIBS tillcue::sync_terminal tillcue_test_broker)
# The schemas are private to the store; a test proves them.
target_include_directories(sync_store_test PRIVATE ${PROJECT_SOURCE_DIR}/sync/src/store)

tillcue_test(sync_agent_test SOURCES
  sync/agent_fetch_test.cpp sync/agent_upload_test.cpp sync/agent_words_test.cpp sync/agent_stage_test.cpp sync/backoff_test.cpp
  sync/scripted_link.cpp core/shop.cpp
  LIBS tillcue::sync_terminal tillcue::bundle_writer tillcue::parcel tillcue_test_broker)
target_include_directories(sync_agent_test PRIVATE ${PROJECT_SOURCE_DIR}/sync/src)

# Against a real mosquitto on loopback; skipped with a printed line where it is not installed.
tillcue_test(sync_broker_test SOURCES
  sync/broker_rights_test.cpp sync/delivery_test.cpp sync/paho_link_test.cpp sync/paho_tls_test.cpp
  LIBS tillcue::sync_terminal tillcue::sync_hq tillcue_test_broker)

include(sync/hq_tests.cmake)

# Tills by the thousand in one process; fleet.py brings broker and head office.
add_executable(sync_fleet sync/fleet/counted_link.cpp sync/fleet/fleet.cpp sync/fleet/loop.cpp sync/fleet/till.cpp)
target_include_directories(sync_fleet PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(sync_fleet PRIVATE tillcue::house tillcue::sync_terminal tillcue::bundle_writer nlohmann_json::nlohmann_json)
add_test(NAME sync_fleet COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/sync/fleet/fleet.py)
set_tests_properties(sync_fleet PROPERTIES TIMEOUT 300
  ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};PYTHONDONTWRITEBYTECODE=1")

tillcue_fuzz(wire_fuzz CORPUS wire SOURCES fuzz/wire_fuzz.cpp LIBS tillcue::wire)
tillcue_fuzz(thinned_fuzz CORPUS thinned SOURCES fuzz/thinned_fuzz.cpp LIBS tillcue::wire)

# What an outbox writes to its flash: outbox_bench FOLDER [RESULTS].
if(TILLCUE_BUILD_BENCH)
  add_executable(outbox_bench bench/outbox_bench.cpp)
  target_include_directories(outbox_bench PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(outbox_bench PRIVATE tillcue::house tillcue::sync_terminal)
endif()
