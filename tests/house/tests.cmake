find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME house_layering COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/house/layering.py ${PROJECT_SOURCE_DIR})
add_test(NAME house_layering_notices COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/house/layering.py --self)
add_test(NAME house_format COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/house/format --check)
