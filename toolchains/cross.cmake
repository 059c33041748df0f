# What the cross toolchain files share. They set TILLCUE_ARCH (Debian's name), TILLCUE_TRIPLET (its libraries'),
# TILLCUE_COMPILER (its compilers') and TILLCUE_EMULATOR before. The sysroot comes from toolchains/sysroot.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_LIBRARY_ARCHITECTURE ${TILLCUE_TRIPLET})
set(CMAKE_C_COMPILER ${TILLCUE_COMPILER}-gcc)
set(CMAKE_CXX_COMPILER ${TILLCUE_COMPILER}-g++)
set(CMAKE_STRIP ${TILLCUE_COMPILER}-strip)
if(DEFINED ENV{TILLCUE_SYSROOTS})
  set(CMAKE_SYSROOT $ENV{TILLCUE_SYSROOTS}/${TILLCUE_ARCH})
else()
  set(CMAKE_SYSROOT ${CMAKE_CURRENT_LIST_DIR}/../build/sysroot/${TILLCUE_ARCH})
endif()
cmake_path(NORMAL_PATH CMAKE_SYSROOT)
if(NOT EXISTS ${CMAKE_SYSROOT}/SHA256SUMS)
  message(FATAL_ERROR "No sysroot of ${TILLCUE_ARCH} in ${CMAKE_SYSROOT}: run toolchains/sysroot ${TILLCUE_ARCH}")
endif()

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# There is no pkg-config of the other architecture: this machine's, looking into the sysroot.
set(ENV{PKG_CONFIG_LIBDIR}
  "${CMAKE_SYSROOT}/usr/lib/${TILLCUE_TRIPLET}/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig")
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${CMAKE_SYSROOT}")
# Every test runs through it, as ctest starts them: the emulator or, where it can be, this machine's own processor.
set(CMAKE_CROSSCOMPILING_EMULATOR ${TILLCUE_EMULATOR};-L;${CMAKE_SYSROOT})
if(TILLCUE_LOADER AND NOT DEFINED ENV{TILLCUE_EMULATE})
  execute_process(COMMAND ${TILLCUE_LOADER} --version OUTPUT_QUIET ERROR_QUIET RESULT_VARIABLE refused)
  if(refused EQUAL 0)
    # The C library is the loader's own, everything else the sysroot's.
    file(REAL_PATH ${TILLCUE_LOADER} loader_file)
    cmake_path(GET loader_file PARENT_PATH loader_folder)
    set(CMAKE_CROSSCOMPILING_EMULATOR
      env;LD_LIBRARY_PATH=${loader_folder}:${CMAKE_SYSROOT}/usr/lib/${TILLCUE_TRIPLET}:${CMAKE_SYSROOT}/lib/${TILLCUE_TRIPLET})
  endif()
endif()
# For Debian, libraries of two architectures lie side by side. CMake knows that of this machine's alone.
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(CMAKE_INSTALL_LIBDIR lib/${TILLCUE_TRIPLET} CACHE PATH "Where libraries go, under the prefix")
endif()
