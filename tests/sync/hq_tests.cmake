# HQ's end: tables and pages by themselves, then everything against a real broker and the real program.
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)

tillcue_test(sync_hq_test SOURCES
  sync/hq_bond_test.cpp sync/hq_budget_word_test.cpp sync/hq_certificates_test.cpp sync/hq_collector_test.cpp sync/hq_http_test.cpp sync/hq_impact_test.cpp sync/hq_inbox_test.cpp sync/hq_known_test.cpp sync/hq_office_test.cpp sync/hq_report_test.cpp sync/hq_rollout_test.cpp sync/hq_scene.cpp
  sync/hq_statistics_test.cpp sync/hq_tables_test.cpp sync/hq_thinned_test.cpp sync/tls_files_test.cpp
  LIBS tillcue::sync_hq nlohmann_json::nlohmann_json ZLIB::ZLIB tillcue_test_broker)

tillcue_test(sync_hq_broker_test SOURCES
  core/shop.cpp sync/hq_pretend.cpp sync/hq_publish_test.cpp sync/hq_scene.cpp sync/hq_serve_test.cpp sync/hq_slips_test.cpp
  LIBS tillcue::sync_hq tillcue::bundle_writer tillcue::parcel nlohmann_json::nlohmann_json tillcue_test_broker)
target_include_directories(sync_hq_broker_test PRIVATE ${PROJECT_SOURCE_DIR}/sync/src)
target_compile_definitions(sync_hq_broker_test PRIVATE TILLCUE_HQ_PROGRAM="${TILLCUE_PROGRAMS}/tillcue-hq")
add_dependencies(sync_hq_broker_test tillcue-hq)

# Whole terminals and tillcue-hq behind a proxy that doubles, reorders, loses and cuts.
tillcue_test(sync_network_test SOURCES
  core/shop.cpp sync/bad_network_test.cpp sync/fleet/counted_link.cpp sync/fleet/loop.cpp sync/fleet/till.cpp sync/hq_pretend.cpp
  sync/hq_scene.cpp
  LIBS tillcue::sync_hq tillcue::sync_terminal tillcue::bundle_writer tillcue_test_broker)
target_include_directories(sync_network_test PRIVATE ${PROJECT_SOURCE_DIR}/sync/src)
target_compile_definitions(sync_network_test PRIVATE TILLCUE_HQ_PROGRAM="${TILLCUE_PROGRAMS}/tillcue-hq")
add_dependencies(sync_network_test tillcue-hq)

# Results a second from a simulated terminal through a real broker into the real collector: hq_bench [BATCHES] [EVENTS].
if(TILLCUE_BUILD_BENCH)
  add_executable(hq_bench bench/hq_bench.cpp sync/hq_pretend.cpp sync/hq_scene.cpp)
  target_include_directories(hq_bench PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/sync ${PROJECT_SOURCE_DIR}/sync/src)
  target_compile_definitions(hq_bench PRIVATE TILLCUE_HQ_PROGRAM="${TILLCUE_PROGRAMS}/tillcue-hq")
  target_link_libraries(hq_bench PRIVATE tillcue::house tillcue::sync_hq tillcue_test_broker)
endif()

tillcue_test(sync_budget_test SOURCES core/shop.cpp sync/hq_budget_test.cpp
  LIBS tillcue::sync_hq tillcue::bundle_writer)

# Power cuts, full disks, a bad network: everything in one process, the calls to the disk watched and failed.
tillcue_test(sync_faults_test SOURCES
  core/shop.cpp sync/faults/activation_sweep_test.cpp sync/faults/power_cut_disk.cpp sync/faults/thinning_test.cpp sync/faults/two_ends_test.cpp
  sync/faults/watched_calls.cpp sync/hostile_test.cpp sync/scripted_link.cpp
  LIBS tillcue::sync_hq tillcue::sync_terminal tillcue::bundle_writer tillcue::parcel nlohmann_json::nlohmann_json tillcue_test_broker
  ${CMAKE_DL_LIBS})

find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME sync_hq_campaign
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/sync/hq_campaign.py ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:tillcue-hq>)
