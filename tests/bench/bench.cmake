# Numbers its items as the builder does, with the builder's source, so that it needs none of the builder's libraries.
add_executable(score_bench bench/score_bench.cpp bench/score_catalogue.cpp bench/score_peers.cpp
  ${PROJECT_SOURCE_DIR}/models/src/item_order.cpp)
target_include_directories(score_bench PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/models/include
  ${PROJECT_SOURCE_DIR}/models/src)
target_link_libraries(score_bench PRIVATE tillcue::house tillcue::bundle_writer Threads::Threads)

# Bundles and raw tables for tests/bench/parcel.
add_executable(parcel_bench bench/parcel_bench.cpp bench/score_catalogue.cpp
  ${PROJECT_SOURCE_DIR}/models/src/item_order.cpp)
target_include_directories(parcel_bench PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/models/include
  ${PROJECT_SOURCE_DIR}/models/src)
target_link_libraries(parcel_bench PRIVATE tillcue::house tillcue::bundle_writer tillcue::parcel Threads::Threads)

if(TILLCUE_BUILD_MODELS)
  add_executable(log_maker bench/log_maker.cpp)
  target_link_libraries(log_maker PRIVATE tillcue::house)
  add_executable(learn_bench bench/learn_bench.cpp)
  target_link_libraries(learn_bench PRIVATE tillcue::house tillcue::models)
endif()
add_executable(decide_bench bench/decide_bench.cpp bench/score_catalogue.cpp
  ${PROJECT_SOURCE_DIR}/models/src/item_order.cpp)
target_include_directories(decide_bench PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/models/include
  ${PROJECT_SOURCE_DIR}/models/src)
target_link_libraries(decide_bench PRIVATE tillcue::house tillcue::bundle_writer Threads::Threads)
if(TILLCUE_BUILD_POS_ADAPTER)
  add_executable(names_bench bench/names_bench.cpp)
  target_link_libraries(names_bench PRIVATE tillcue::house tillcue::pos_sim tillcue::pos_names)
endif()
