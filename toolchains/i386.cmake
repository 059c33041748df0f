# 32-bit x86, glibc of Debian 12. SSE2, because x87 rounds differently.
set(TILLCUE_ARCH i386)
set(TILLCUE_TRIPLET i386-linux-gnu)
set(TILLCUE_COMPILER i686-linux-gnu)
set(TILLCUE_EMULATOR qemu-i386-static)
# A 64-bit x86 runs them too, where its kernel lets it and the loader is there (Debian's libc6-i386).
set(TILLCUE_LOADER /lib/ld-linux.so.2)
set(CMAKE_SYSTEM_PROCESSOR i686)
# Seconds of 64 bits: 2038 is within the life of a till.
set(CMAKE_C_FLAGS_INIT "-D_TIME_BITS=64 -D_FILE_OFFSET_BITS=64 -msse2 -mfpmath=sse")
set(CMAKE_CXX_FLAGS_INIT "${CMAKE_C_FLAGS_INIT}")
include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
