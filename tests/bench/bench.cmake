add_executable(score_bench bench/score_bench.cpp)
target_link_libraries(score_bench PRIVATE tillcue::house tillcue::bundle_writer)
