# Live side: protocol codec, native server, screen.
find_package(Boost 1.74 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
tillcue_test(pos_live_test
  SOURCES
    pos-adapter/card_number_test.cpp pos-adapter/loopback.cpp pos-adapter/native_server_test.cpp pos-adapter/native_wires_test.cpp
    pos-adapter/protocol_document_test.cpp pos-adapter/protocol_test.cpp pos-adapter/screen_server_test.cpp
    pos-adapter/screen_theme_test.cpp
    pos-adapter/terminal_line_test.cpp pos-adapter/web_peer.cpp
  LIBS tillcue::pos Boost::headers Threads::Threads)

tillcue_fuzz(protocol_fuzz CORPUS protocol SOURCES fuzz/protocol_fuzz.cpp LIBS tillcue::pos)
target_include_directories(protocol_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/pos-adapter/src)
tillcue_fuzz(screen_fuzz CORPUS screen SOURCES fuzz/screen_fuzz.cpp LIBS tillcue::pos Boost::headers Threads::Threads)
target_include_directories(screen_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/pos-adapter/src)
include(pos-adapter/screen/tests.cmake)

# ---- paper side: coupons, printers, simulator
find_package(ZLIB REQUIRED)
tillcue_test(pos_paper_test
  SOURCES
    pos-adapter/code_table_test.cpp pos-adapter/coupon_language_test.cpp pos-adapter/coupon_picture_test.cpp pos-adapter/coupon_test.cpp pos-adapter/escpos_samples_test.cpp
    pos-adapter/device_printer_test.cpp pos-adapter/escpos_test.cpp pos-adapter/customer_display_test.cpp pos-adapter/printer_test.cpp pos-adapter/profile_test.cpp
  LIBS tillcue::pos_paper tillcue::pos_line nlohmann_json::nlohmann_json Boost::headers Threads::Threads util)
target_include_directories(pos_paper_test PRIVATE ${PROJECT_SOURCE_DIR}/pos-adapter/src)
if(TARGET tillcue_painter)
  target_sources(pos_paper_test PRIVATE pos-adapter/coupon_painted_test.cpp pos-adapter/coupon_scan_test.cpp)
  target_include_directories(pos_paper_test PRIVATE ${PROJECT_SOURCE_DIR}/pos-adapter/src)
  target_compile_definitions(pos_paper_test PRIVATE TILLCUE_PAINTER="$<TARGET_FILE:tillcue_painter>")
  add_dependencies(pos_paper_test tillcue_painter)
endif()
tillcue_fuzz(escpos_fuzz CORPUS escpos SOURCES fuzz/escpos_fuzz.cpp LIBS tillcue::pos_paper tillcue::pos_line)
tillcue_test(pos_sim_test
  SOURCES
    pos-adapter/loopback.cpp pos-adapter/sim_files_test.cpp pos-adapter/sim_script_test.cpp pos-adapter/sim_till_test.cpp
  LIBS tillcue::pos_sim tillcue::pos_names Boost::headers ZLIB::ZLIB Threads::Threads)
target_include_directories(pos_sim_test PRIVATE ${PROJECT_SOURCE_DIR}/pos-adapter/src)
target_compile_definitions(pos_sim_test PRIVATE TILLCUE_POS_PROGRAM="${TILLCUE_PROGRAMS}/tillcue-pos")
tillcue_fuzz(printer_fuzz CORPUS printer SOURCES fuzz/printer_fuzz.cpp LIBS tillcue::pos_paper)
target_include_directories(printer_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/pos-adapter/src)

# ---- names and feeds
tillcue_test(pos_names_test SOURCES pos-adapter/name_matcher_test.cpp LIBS tillcue::pos_names)
tillcue_fuzz(names_fuzz CORPUS names SOURCES fuzz/names_fuzz.cpp LIBS tillcue::pos_names)
tillcue_test(pos_feeds_test
  SOURCES
    pos-adapter/basket_follower_test.cpp pos-adapter/feed_messages_test.cpp pos-adapter/feed_sockets_test.cpp
    pos-adapter/loopback.cpp pos-adapter/text_feed_test.cpp
  LIBS tillcue::pos nlohmann_json::nlohmann_json Boost::headers Threads::Threads)
target_include_directories(pos_feeds_test PRIVATE ${PROJECT_SOURCE_DIR}/pos-adapter/src)

# ---- the C client against the real server; its header and sources as strict C99 and as C++
tillcue_test(pos_client_test
  SOURCES pos-adapter/loopback.cpp pos-adapter/till_client_c_test.c pos-adapter/till_client_test.cpp
  LIBS tillcue::pos tillcue_till_client_shared Boost::headers Threads::Threads)
set_source_files_properties(pos-adapter/till_client_c_test.c PROPERTIES COMPILE_OPTIONS "-std=c99;-pedantic-errors")
tillcue_fuzz(till_line_fuzz CORPUS terminal_lines SOURCES fuzz/till_line_fuzz.cpp LIBS tillcue_till_client)
target_include_directories(till_line_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/pos-adapter/client/src)
tillcue_fuzz(feeds_fuzz CORPUS feeds SOURCES fuzz/feeds_fuzz.cpp LIBS tillcue::pos)
target_include_directories(feeds_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/pos-adapter/src)

include(pos-adapter/proxy_tests.cmake)

# ---- coupons beside those of another encoder
add_test(NAME coupon_peer COMMAND ${NODE_PROGRAM} --test ${CMAKE_CURRENT_LIST_DIR}/coupon_peer_test.mjs)
set_tests_properties(coupon_peer PROPERTIES FIXTURES_REQUIRED screen_npm TIMEOUT 60
  ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};TILLCUE_NODE_MODULES=${screen_npm}/node_modules")
