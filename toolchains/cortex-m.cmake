# A microcontroller without operating system: Debian's gcc-arm-none-eabi. TILLCUE_CPU says which.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(TILLCUE_CPU cortex-m3 CACHE STRING "cortex-m3, cortex-m4, cortex-m7 or cortex-m33")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TILLCUE_CPU)
set(CMAKE_CXX_FLAGS_INIT "-mcpu=${TILLCUE_CPU} -mthumb -ffunction-sections -fdata-sections -fno-exceptions -fno-rtti \
-fno-threadsafe-statics -fno-unwind-tables -fno-asynchronous-unwind-tables")
