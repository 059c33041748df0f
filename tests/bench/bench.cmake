add_executable(score_bench bench/score_bench.cpp bench/score_catalogue.cpp bench/score_peers.cpp)
target_include_directories(score_bench PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(score_bench PRIVATE tillcue::house tillcue::bundle_writer)
if(TILLCUE_BUILD_MODELS)
  # Numbers its items as the builder does.
  target_compile_definitions(score_bench PRIVATE TILLCUE_ITEM_ORDER)
  target_include_directories(score_bench PRIVATE ${PROJECT_SOURCE_DIR}/models/src)
  target_link_libraries(score_bench PRIVATE tillcue::models)
endif()
