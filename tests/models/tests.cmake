find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)

tillcue_test(models_test SOURCES
  models/ageing_test.cpp models/as_of_test.cpp models/atomic_file_test.cpp models/byte_marks_test.cpp models/calibration_splits_test.cpp models/calibration_test.cpp
  models/campaigns_test.cpp models/catalogue_test.cpp
  models/cold_start_test.cpp models/compile_test.cpp models/cooccurrence_test.cpp models/count_files_test.cpp
  models/counted_source_test.cpp models/counts_test.cpp models/csv_test.cpp models/delisted_test.cpp models/diff_test.cpp models/evaluation_test.cpp models/evidence_test.cpp models/field_test.cpp
  models/gate_test.cpp models/import_test.cpp models/item_order_test.cpp models/item_row_test.cpp
  models/jsonl_test.cpp models/log_linear_test.cpp models/made.cpp models/made_import.cpp models/pair_rows_test.cpp
  models/parallel_test.cpp models/pipeline_test.cpp models/poslog_test.cpp models/reading_test.cpp
  models/recency_test.cpp models/recent_intercepts_test.cpp models/repeated_sales_test.cpp models/rounded_prices_test.cpp
  models/sample_test.cpp models/score_query_test.cpp models/selection_test.cpp models/weighing_test.cpp
  models/sets_test.cpp models/shared_data_test.cpp models/significance_test.cpp models/sold_prices_test.cpp models/stray_days_test.cpp models/table_bound_test.cpp
  models/training_test.cpp models/transactions_test.cpp
  LIBS tillcue::models nlohmann_json::nlohmann_json ZLIB::ZLIB)

# What head office may say.
target_sources(models_test PRIVATE
  models/campaign_check_test.cpp models/campaign_explain_test.cpp models/ladders_test.cpp models/legal_test.cpp)

# Some tests look at what is internal to the room.
target_include_directories(models_test PRIVATE ${PROJECT_SOURCE_DIR}/models/src)

tillcue_test(models_program_test SOURCES
  models/import_program_test.cpp models/made.cpp models/mistakes_program_test.cpp models/parcel_program_test.cpp models/program_release_test.cpp
  models/program_run.cpp models/program_test.cpp models/replay_program_test.cpp
  LIBS tillcue::models nlohmann_json::nlohmann_json)
target_compile_definitions(models_program_test PRIVATE TILLCUE_MODELS_PROGRAM="${TILLCUE_PROGRAMS}/tillcue-models")
add_dependencies(models_program_test tillcue_models_program)
target_sources(models_program_test PRIVATE
  core/shop.cpp models/campaign_program_test.cpp models/log_world.cpp models/off_policy_program_test.cpp)

# Counts every byte of its process, therefore a program of its own.
tillcue_test(repeated_memory_test SOURCES models/repeated_memory_test.cpp LIBS tillcue::models)
target_include_directories(repeated_memory_test PRIVATE ${PROJECT_SOURCE_DIR}/models/src)

tillcue_test(off_policy_test SOURCES
  core/shop.cpp models/log_world.cpp models/made.cpp models/off_policy_test.cpp
  LIBS tillcue::models nlohmann_json::nlohmann_json)

find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME models_campaigns_schema
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/models/campaigns_schema.py ${TILLCUE_PROGRAMS}/tillcue-models
          ${PROJECT_SOURCE_DIR})

tillcue_test(sticky_order_test SOURCES models/sticky_order_test.cpp LIBS tillcue::models)
target_include_directories(sticky_order_test PRIVATE ${PROJECT_SOURCE_DIR}/models/src)
tillcue_fuzz(csv_fuzz CORPUS csv SOURCES fuzz/csv_fuzz.cpp LIBS tillcue::models)
tillcue_fuzz(jsonl_fuzz CORPUS jsonl SOURCES fuzz/jsonl_fuzz.cpp LIBS tillcue::models)
tillcue_fuzz(poslog_fuzz CORPUS poslog SOURCES fuzz/poslog_fuzz.cpp LIBS tillcue::models)
tillcue_fuzz(counts_fuzz CORPUS counts SOURCES fuzz/counts_fuzz.cpp LIBS tillcue::models)
