add_executable(score_bench bench/score_bench.cpp)
target_link_libraries(score_bench PRIVATE tillcue::house tillcue::bundle_writer)

if(TILLCUE_BUILD_MODELS)
  add_executable(log_maker bench/log_maker.cpp)
  target_link_libraries(log_maker PRIVATE tillcue::house)
  add_executable(learn_bench bench/learn_bench.cpp)
  target_link_libraries(learn_bench PRIVATE tillcue::house tillcue::models)
endif()
