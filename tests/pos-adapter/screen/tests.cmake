# ---- the cashier page in a real browser
add_executable(screen_stage pos-adapter/screen_stage.cpp)
target_link_libraries(screen_stage PRIVATE tillcue::pos tillcue::house Boost::headers nlohmann_json::nlohmann_json Threads::Threads)
find_program(NODE_PROGRAM NAMES node nodejs)
set(screen_folder ${CMAKE_CURRENT_LIST_DIR})
set(screen_npm ${CMAKE_BINARY_DIR}/screen-npm)
add_test(NAME screen_npm COMMAND ${screen_folder}/install ${screen_npm})
set_tests_properties(screen_npm PROPERTIES FIXTURES_SETUP screen_npm TIMEOUT 120)
foreach(part states use embed)
  add_test(NAME screen_${part} COMMAND ${NODE_PROGRAM} --test ${screen_folder}/${part}_test.mjs)
  set_tests_properties(screen_${part} PROPERTIES FIXTURES_REQUIRED screen_npm TIMEOUT 240
    ENVIRONMENT "TILLCUE_BIN=${TILLCUE_PROGRAMS};TILLCUE_NODE_MODULES=${screen_npm}/node_modules")
endforeach()
