# Live side: protocol codec, native server, screen.
find_package(Boost 1.74 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
tillcue_test(pos_live_test
  SOURCES
    pos-adapter/card_number_test.cpp pos-adapter/loopback.cpp pos-adapter/native_server_test.cpp
    pos-adapter/protocol_document_test.cpp pos-adapter/protocol_test.cpp pos-adapter/screen_server_test.cpp
    pos-adapter/screen_theme_test.cpp
    pos-adapter/terminal_line_test.cpp pos-adapter/web_peer.cpp
  LIBS tillcue::pos Boost::headers Threads::Threads)

tillcue_fuzz(protocol_fuzz CORPUS protocol SOURCES fuzz/protocol_fuzz.cpp LIBS tillcue::pos)
target_include_directories(protocol_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/pos-adapter/src)
tillcue_fuzz(screen_fuzz CORPUS screen SOURCES fuzz/screen_fuzz.cpp LIBS tillcue::pos Boost::headers Threads::Threads)
target_include_directories(screen_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/pos-adapter/src)

# ---- paper side: coupons, printers, simulator
find_package(ZLIB REQUIRED)
tillcue_test(pos_paper_test
  SOURCES
    pos-adapter/code_table_test.cpp pos-adapter/coupon_picture_test.cpp pos-adapter/coupon_test.cpp pos-adapter/escpos_samples_test.cpp
    pos-adapter/escpos_test.cpp pos-adapter/printer_test.cpp
  LIBS tillcue::pos_paper nlohmann_json::nlohmann_json Boost::headers Threads::Threads)
tillcue_fuzz(escpos_fuzz CORPUS escpos SOURCES fuzz/escpos_fuzz.cpp LIBS tillcue::pos_paper)
tillcue_test(pos_sim_test
  SOURCES
    pos-adapter/loopback.cpp pos-adapter/sim_files_test.cpp pos-adapter/sim_till_test.cpp
  LIBS tillcue::pos_sim Boost::headers ZLIB::ZLIB Threads::Threads)

# ---- the cashier page in a real browser
add_executable(screen_stage pos-adapter/screen_stage.cpp)
target_link_libraries(screen_stage PRIVATE tillcue::pos tillcue::house Boost::headers nlohmann_json::nlohmann_json Threads::Threads)
find_program(NODE_PROGRAM NAMES node nodejs)
set(screen_folder ${CMAKE_CURRENT_SOURCE_DIR}/pos-adapter/screen)
set(screen_npm ${CMAKE_BINARY_DIR}/screen-npm)
add_test(NAME screen_npm COMMAND ${screen_folder}/install ${screen_npm})
set_tests_properties(screen_npm PROPERTIES FIXTURES_SETUP screen_npm TIMEOUT 120)
foreach(part states use embed)
  add_test(NAME screen_${part} COMMAND ${NODE_PROGRAM} --test ${screen_folder}/${part}_test.mjs)
  set_tests_properties(screen_${part} PROPERTIES FIXTURES_REQUIRED screen_npm TIMEOUT 240
    ENVIRONMENT "TILLCUE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};TILLCUE_NODE_MODULES=${screen_npm}/node_modules")
endforeach()
