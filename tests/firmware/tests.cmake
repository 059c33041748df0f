tillcue_test(firmware_tests
  SOURCES firmware/checkout_test.cpp firmware/config_test.cpp firmware/coupon_maker_test.cpp firmware/metrics_test.cpp
          firmware/small_store.cpp
  LIBS tillcue::firmware tillcue::bundle_writer)
