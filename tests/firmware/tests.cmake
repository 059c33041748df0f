tillcue_test(firmware_tests
  SOURCES firmware/checkout_change_test.cpp firmware/checkout_live_test.cpp firmware/checkout_policy_test.cpp firmware/checkout_test.cpp
          firmware/config_test.cpp firmware/counter_feed_test.cpp firmware/coupon_maker_test.cpp firmware/display_desk_test.cpp firmware/file_faults_test.cpp firmware/layout_desk_test.cpp firmware/live_desk_test.cpp
          firmware/live_state_test.cpp firmware/metrics_test.cpp firmware/name_desk_test.cpp firmware/plan_text_test.cpp firmware/remote_settings_test.cpp firmware/shelf_book_test.cpp firmware/told_sale_test.cpp
          firmware/small_store.cpp
  LIBS tillcue::firmware tillcue::bundle_writer tillcue_test_broker)
# The live desk and the day's book are private to the daemon; a test proves them.
target_include_directories(firmware_tests PRIVATE ${PROJECT_SOURCE_DIR}/firmware/src ${PROJECT_SOURCE_DIR}/pos-adapter/src)
if(TARGET tillcue_painter)
  target_sources(firmware_tests PRIVATE firmware/coupon_desk_test.cpp)
  target_link_libraries(firmware_tests PRIVATE Boost::headers)
  target_compile_definitions(firmware_tests PRIVATE TILLCUE_PAINTER="$<TARGET_FILE:tillcue_painter>")
  add_dependencies(firmware_tests tillcue_painter)
endif()

# models first: toolchains/terminal_code.cmake says why.
tillcue_fuzz(live_fuzz CORPUS live SOURCES fuzz/live_fuzz.cpp LIBS tillcue::models tillcue::firmware)
target_compile_definitions(live_fuzz PRIVATE TILLCUE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# The scoring part on Cortex-M under qemu, built in a tree of its own.
add_test(NAME controller COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/firmware/controller.py
         ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/controller $<TARGET_FILE:tillcue_models_program>)
set_tests_properties(controller PROPERTIES TIMEOUT 300)

# As exposed as each unit may be, and no more (systemd's own measure, times ten). The bypass reaches any line a printer is on.
foreach(unit "tillcued=15" "tillcue-hq=15" "tillcue-bypass=17")
  string(REPLACE "=" ";" unit ${unit})
  list(POP_FRONT unit name)
  add_test(NAME unit_exposure_${name} COMMAND systemd-analyze security --offline=true --threshold=${unit} --no-pager
           ${PROJECT_SOURCE_DIR}/firmware/packaging/${name}.service)
endforeach()

# What is shipped carries what the compiler has against attackers.
if(TILLCUE_HARDEN)
  foreach(part "terminal=tillcued,tillcue-bypass,tillcue-pos,tillcue_c,tillcue_till_client_shared,tillcue_painter"
          "hq=tillcue-hq,tillcue_models_program")
    string(REPLACE "=" ";" part ${part})
    list(POP_FRONT part name)
    string(REPLACE "," ";" part ${part})
    if(NOT TARGET tillcue_painter)
      list(REMOVE_ITEM part tillcue_painter)
    endif()
    list(TRANSFORM part REPLACE "(.+)" "$<TARGET_FILE:\\1>")
    add_test(NAME hardening_${name} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/firmware/hardening.py ${part})
  endforeach()
endif()
