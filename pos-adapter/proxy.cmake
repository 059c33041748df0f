# ---- lines, and what stands between a POS and its printer
# Plain POSIX: the bypass must stay small, and must not fail with what the daemon needs.
add_library(tillcue_pos_line STATIC
  src/escpos/printer_state.cpp src/line/line.cpp src/line/line_address.cpp src/proxy/reply_splitter.cpp
  src/proxy/tap_frame.cpp)
add_library(tillcue::pos_line ALIAS tillcue_pos_line)
target_sources(tillcue_pos_line PUBLIC FILE_SET HEADERS BASE_DIRS include FILES include/tillcue/pos/printer_state.hpp)
set_target_properties(tillcue_pos_line PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
target_include_directories(tillcue_pos_line PUBLIC src)
target_link_libraries(tillcue_pos_line PUBLIC tillcue::pos_paper PRIVATE tillcue::house)
tillcue_terminal_code(tillcue_pos_line)

# The daemon's ear on that: receipts read, displays read.
add_library(tillcue_pos_proxy STATIC
  src/display/display_reader.cpp src/display/display_screen.cpp src/proxy/copy_watch.cpp src/proxy/print_proxy.cpp src/proxy/slip_collector.cpp
  src/receipt/code_table_learner.cpp src/receipt/layout_file.cpp src/receipt/layout_learner.cpp src/receipt/layout_proposals.cpp
  src/receipt/receipt_amount.cpp src/receipt/receipt_reader.cpp src/receipt/receipt_row.cpp
  src/receipt/receipt_titles.cpp src/receipt/receipt_words.cpp)
add_library(tillcue::pos_proxy ALIAS tillcue_pos_proxy)
target_sources(tillcue_pos_proxy PUBLIC FILE_SET HEADERS BASE_DIRS include FILES
  include/tillcue/pos/code_table_learner.hpp include/tillcue/pos/layout_learner.hpp include/tillcue/pos/line_display.hpp include/tillcue/pos/print_proxy.hpp include/tillcue/pos/receipt.hpp)
set_target_properties(tillcue_pos_proxy PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
target_link_libraries(tillcue_pos_proxy PUBLIC tillcue::pos_paper
                      PRIVATE tillcue::pos_line tillcue::house nlohmann_json::nlohmann_json Boost::headers Threads::Threads)
tillcue_terminal_code(tillcue_pos_proxy)

add_executable(tillcue-bypass bypass/backlog.cpp bypass/bypass.cpp bypass/bypass_slip.cpp bypass/main.cpp)
target_link_libraries(tillcue-bypass PRIVATE tillcue::pos_line tillcue::house)
tillcue_terminal_program(tillcue-bypass)
install(TARGETS tillcue-bypass RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT terminal)
