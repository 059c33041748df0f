find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)

tillcue_test(models_test SOURCES
  models/atomic_file_test.cpp models/calibration_test.cpp models/campaigns_test.cpp models/catalogue_test.cpp
  models/compile_test.cpp models/count_files_test.cpp models/counts_test.cpp models/csv_test.cpp models/evaluation_test.cpp models/field_test.cpp
  models/made.cpp models/pair_rows_test.cpp models/parallel_test.cpp models/pipeline_test.cpp models/reading_test.cpp models/sample_test.cpp models/score_query_test.cpp models/shared_data_test.cpp
  models/training_test.cpp models/transactions_test.cpp
  LIBS tillcue::models nlohmann_json::nlohmann_json ZLIB::ZLIB)

tillcue_test(models_program_test SOURCES models/program_test.cpp models/made.cpp
  LIBS tillcue::models nlohmann_json::nlohmann_json)
target_compile_definitions(models_program_test PRIVATE TILLCUE_MODELS_PROGRAM="$<TARGET_FILE:tillcue_models_program>")
add_dependencies(models_program_test tillcue_models_program)

tillcue_fuzz(csv_fuzz CORPUS csv SOURCES fuzz/csv_fuzz.cpp LIBS tillcue::models)
