tillcue_test(firmware_tests
  SOURCES firmware/checkout_live_test.cpp firmware/checkout_policy_test.cpp firmware/checkout_test.cpp
          firmware/config_test.cpp firmware/counter_feed_test.cpp firmware/coupon_maker_test.cpp firmware/display_desk_test.cpp firmware/live_desk_test.cpp
          firmware/live_state_test.cpp firmware/metrics_test.cpp firmware/shelf_book_test.cpp
          firmware/small_store.cpp
  LIBS tillcue::firmware tillcue::bundle_writer tillcue_test_broker)
# The live desk and the day's book are private to the daemon; a test proves them.
target_include_directories(firmware_tests PRIVATE ${PROJECT_SOURCE_DIR}/firmware/src ${PROJECT_SOURCE_DIR}/pos-adapter/src)

tillcue_fuzz(live_fuzz CORPUS live SOURCES fuzz/live_fuzz.cpp LIBS tillcue::firmware tillcue::models)
target_compile_definitions(live_fuzz PRIVATE TILLCUE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# The scoring part on Cortex-M under qemu, built in a tree of its own.
add_test(NAME controller COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/firmware/controller.py
         ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/controller $<TARGET_FILE:tillcue_models_program>)
set_tests_properties(controller PROPERTIES TIMEOUT 300)
