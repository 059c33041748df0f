tillcue_test(core_test
  SOURCES core/arm_test.cpp core/basket_test.cpp core/bundle_damage_test.cpp core/bundle_test.cpp
          core/bundle_writer_test.cpp core/candidates_test.cpp core/controller_test.cpp core/engine_test.cpp core/format_test.cpp core/letters_test.cpp
          core/decide_features_test.cpp core/decide_limits_test.cpp core/decide_world.cpp core/golden_test.cpp core/offer_test.cpp
          core/phrase_check_test.cpp core/plural_test.cpp core/policy_test.cpp core/replay_test.cpp core/shop.cpp core/units_test.cpp core/whole_file_test.cpp
          golden/day.cpp golden/told.cpp
  LIBS tillcue::bundle_writer tillcue::whole_file)
target_include_directories(core_test PRIVATE ${PROJECT_SOURCE_DIR}/core/src)

# Random sales against the rules written down once more: TILLCUE_SALES=1000000 for the long run.
tillcue_test(core_decide_test
  SOURCES core/decide_checker.cpp core/decide_property_test.cpp core/decide_world.cpp core/shop.cpp
  LIBS tillcue::bundle_writer)

# Counts every allocation of its process, therefore a program of its own.
tillcue_test(core_allocation_test SOURCES core/allocation_test.cpp core/shop.cpp LIBS tillcue::bundle_writer)

# Apart, because core_test stands for what a terminal links to score: no zstd.
tillcue_test(parcel_test SOURCES core/parcel_test.cpp core/parcel_texts_test.cpp core/shop.cpp LIBS tillcue::bundle_writer tillcue::parcel)
target_include_directories(parcel_test PRIVATE ${PROJECT_SOURCE_DIR}/core/src)

# Writes the files of tests/golden, once per format version and table; see tests/golden/README.md.
add_executable(golden_bundle core/decide_world.cpp golden/day.cpp golden/golden_bundle.cpp golden/told.cpp)
target_include_directories(golden_bundle PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(golden_bundle PRIVATE tillcue::house tillcue::bundle_writer)

add_executable(c_abi_test core/c_abi_test.c)
target_compile_options(c_abi_test PRIVATE -Wall -Wextra -Werror -Wpedantic)
target_link_libraries(c_abi_test PRIVATE tillcue::c)
if(TILLCUE_SANITIZE)
  target_compile_options(c_abi_test PRIVATE -fsanitize=${TILLCUE_SANITIZE})
  target_link_options(c_abi_test PRIVATE -fsanitize=${TILLCUE_SANITIZE})
endif()
# Its builder has every function of ours that uses such registers: core's and models'.
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64" AND TARGET tillcue_models_program)
  add_test(NAME core_wide_registers COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/core/wide_registers.py $<TARGET_FILE:tillcue_models_program>)
endif()

# As somebody else builds with it; a sanitizer's runtime is not in what they link.
if(NOT CMAKE_CROSSCOMPILING AND NOT TILLCUE_SANITIZE)
  add_test(NAME core_installed COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/core/installed.sh ${PROJECT_BINARY_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/core/installed)
endif()

add_test(NAME c_abi_test COMMAND c_abi_test ${CMAKE_CURRENT_SOURCE_DIR}/golden/bundle-v1.tcb)

tillcue_fuzz(bundle_fuzz CORPUS bundle SOURCES fuzz/bundle_fuzz.cpp LIBS tillcue::core)
target_include_directories(bundle_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/core/src)

tillcue_fuzz(replay_fuzz CORPUS replay SOURCES fuzz/replay_fuzz.cpp LIBS tillcue::core)
target_include_directories(replay_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/core/src)
target_compile_definitions(replay_fuzz PRIVATE TILLCUE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

tillcue_fuzz(parcel_fuzz CORPUS parcel SOURCES fuzz/parcel_fuzz.cpp LIBS tillcue::parcel)
target_include_directories(parcel_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/core/src)
