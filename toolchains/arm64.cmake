# 64-bit ARM, glibc of Debian 12.
set(TILLCUE_ARCH arm64)
set(TILLCUE_TRIPLET aarch64-linux-gnu)
set(TILLCUE_COMPILER aarch64-linux-gnu)
set(TILLCUE_EMULATOR qemu-aarch64-static)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
