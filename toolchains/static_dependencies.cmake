# For -DTILLCUE_STATIC_DEPENDENCIES=ON, the linkage of read-only images: everything but libc is linked in. Included before any
# library is looked for. Debian has static libraries of all but three: spdlog and fmt are taken as headers, the MQTT C++
# client is built from Debian's source (toolchains/paho).
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(OPENSSL_USE_STATIC_LIBS ON)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)

set(paho ${PROJECT_SOURCE_DIR}/build/paho.mqtt.cpp)
if(NOT EXISTS ${paho}/.made-of)
  message(FATAL_ERROR "No source of the MQTT C++ client in ${paho}: run toolchains/paho")
endif()
find_library(TILLCUE_PAHO_C paho-mqtt3as REQUIRED)
foreach(name async_client client connect_options create_options disconnect_options iclient_persistence message properties
        response_options ssl_options string_collection subscribe_options token topic will_options)
  list(APPEND paho_sources ${paho}/src/${name}.cpp)
endforeach()
add_library(tillcue_paho_cpp STATIC EXCLUDE_FROM_ALL ${paho_sources})
target_include_directories(tillcue_paho_cpp SYSTEM PUBLIC ${paho}/src)
target_compile_definitions(tillcue_paho_cpp PUBLIC OPENSSL)
target_link_libraries(tillcue_paho_cpp PUBLIC ${TILLCUE_PAHO_C} OpenSSL::SSL OpenSSL::Crypto Threads::Threads ${CMAKE_DL_LIBS}
                      PRIVATE tillcue::hardening)
add_library(PahoMqttCpp::paho-mqttpp3 ALIAS tillcue_paho_cpp)

add_library(tillcue_log_headers INTERFACE)
target_compile_definitions(tillcue_log_headers INTERFACE FMT_HEADER_ONLY=1 SPDLOG_FMT_EXTERNAL)
add_library(spdlog::spdlog ALIAS tillcue_log_headers)
add_library(fmt::fmt ALIAS tillcue_log_headers)

add_link_options(-static-libstdc++ -static-libgcc LINKER:--gc-sections)
