# 64-bit x86 at the level of Debian 12, from a machine of another kind: its own compiler for it (g++-x86-64-linux-gnu on ARM) and
# the sysroot's libraries. On a Debian 12 of that architecture `release` and `package` are the same with fewer steps.
set(TILLCUE_ARCH amd64)
set(TILLCUE_TRIPLET x86_64-linux-gnu)
set(TILLCUE_COMPILER x86_64-linux-gnu)
set(TILLCUE_EMULATOR qemu-x86_64-static)
set(TILLCUE_LOADER /lib64/ld-linux-x86-64.so.2)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
