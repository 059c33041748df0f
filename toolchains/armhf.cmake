# 32-bit ARM with hardware floating point (ARMv7), glibc of Debian 12.
set(TILLCUE_ARCH armhf)
set(TILLCUE_TRIPLET arm-linux-gnueabihf)
set(TILLCUE_COMPILER arm-linux-gnueabihf)
set(TILLCUE_EMULATOR qemu-arm-static)
set(CMAKE_SYSTEM_PROCESSOR armv7l)
# Seconds of 64 bits: 2038 is within the life of a till.
set(CMAKE_C_FLAGS_INIT "-D_TIME_BITS=64 -D_FILE_OFFSET_BITS=64")
# g++ notes at every vector that its 5th version passed them otherwise.
set(CMAKE_CXX_FLAGS_INIT "${CMAKE_C_FLAGS_INIT} -Wno-psabi")
include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
