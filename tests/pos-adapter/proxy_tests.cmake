# ---- the print proxy and the display sniffer
tillcue_test(pos_proxy_test
  SOURCES ../pos-adapter/bypass/backlog.cpp pos-adapter/code_table_learner_test.cpp pos-adapter/layout_learner_test.cpp pos-adapter/print_proxy_test.cpp pos-adapter/printer_state_test.cpp pos-adapter/proxy_parts_test.cpp pos-adapter/receipt_samples_test.cpp
    pos-adapter/receipt_kind_test.cpp pos-adapter/receipt_test.cpp
  LIBS tillcue::pos_proxy tillcue::pos_line nlohmann_json::nlohmann_json Boost::headers Threads::Threads)
tillcue_fuzz(receipt_fuzz CORPUS receipt SOURCES fuzz/receipt_fuzz.cpp LIBS tillcue::pos_proxy tillcue::pos_line)
tillcue_fuzz(layout_fuzz CORPUS layout SOURCES fuzz/layout_fuzz.cpp LIBS tillcue::pos_proxy)
tillcue_fuzz(display_fuzz CORPUS display SOURCES fuzz/display_fuzz.cpp LIBS tillcue::pos_proxy)
tillcue_fuzz(reply_fuzz CORPUS reply SOURCES fuzz/reply_fuzz.cpp LIBS tillcue::pos_line)
