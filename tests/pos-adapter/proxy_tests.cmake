# ---- the print proxy and the display sniffer
tillcue_test(pos_proxy_test
  SOURCES pos-adapter/printer_state_test.cpp pos-adapter/proxy_parts_test.cpp pos-adapter/receipt_samples_test.cpp
    pos-adapter/receipt_test.cpp
  LIBS tillcue::pos_proxy tillcue::pos_line nlohmann_json::nlohmann_json Threads::Threads)
