# What the compiler has against attackers: the OpenSSF guide's flags, as far as g++ 12 has them and on what they are meant for.
# A target of its own, so that the C client gets it too. tests/firmware/hardening.py looks at what came out of it.
add_library(tillcue_hardening INTERFACE)
add_library(tillcue::hardening ALIAS tillcue_hardening)
if(TILLCUE_HARDEN)
  target_compile_options(tillcue_hardening INTERFACE
    -Wformat=2 -Werror=format-security -Wtrampolines -Wbidi-chars=any
    -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero
    -fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing
    $<$<COMPILE_LANGUAGE:C>:-fexceptions>
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
    "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include ${PROJECT_SOURCE_DIR}/toolchains/brief_assertions.hpp>"
    # The same bytes from every folder.
    -ffile-prefix-map=${PROJECT_BINARY_DIR}=build -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|i686)$")
    target_compile_options(tillcue_hardening INTERFACE -fcf-protection=full)
  elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
    target_compile_options(tillcue_hardening INTERFACE -mbranch-protection=standard)
  endif()
  target_link_options(tillcue_hardening INTERFACE LINKER:-z,relro,-z,now,-z,noexecstack LINKER:--as-needed
    $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)
endif()
