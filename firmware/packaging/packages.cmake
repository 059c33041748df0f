# Debian packages, one a component: `cmake --preset package`, build, `cpack --preset package`.
set(version ${PROJECT_VERSION})
set(here ${CMAKE_CURRENT_LIST_DIR})

# Manual pages, from what the programs say to --help.
find_program(TILLCUE_HELP2MAN help2man)
if(TILLCUE_HELP2MAN)
  set(pages ${PROJECT_BINARY_DIR}/man)
  set(programs tillcued tillcue-bypass tillcue-hq tillcue-pos tillcue_models_program)
  list(TRANSFORM programs REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE files)
  string(REPLACE ";" " " emulator "${CMAKE_CROSSCOMPILING_EMULATOR}")
  add_custom_command(OUTPUT ${pages}/tillcued.1
    COMMAND ${CMAKE_COMMAND} -E env "TILLCUE_EMULATOR=${emulator}"
            ${here}/manpages ${pages} ${version} ${files}
    COMMAND sh -c "gzip -9nf ${pages}/*.1 && touch ${pages}/tillcued.1"
    DEPENDS ${here}/manpages ${programs} VERBATIM)
  set(always)
  if(TILLCUE_HARDEN)  # what packages are built with
    set(always ALL)
  endif()
  add_custom_target(tillcue_man ${always} DEPENDS ${pages}/tillcued.1)
  foreach(pair "terminal=tillcued*" "terminal=tillcue-bypass*" "hq=tillcue-hq*" "hq=tillcue-models*" "tools=tillcue-pos*")
    string(REPLACE "=" ";" pair ${pair})
    list(GET pair 0 component)
    list(GET pair 1 pattern)
    install(DIRECTORY ${pages}/ DESTINATION share/man/man1 COMPONENT ${component}
            FILES_MATCHING PATTERN "${pattern}.gz")
  endforeach()
elseif(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  message(NOTICE "help2man is not installed: the packages will have no manual pages (toolchains/bootstrap package)")
endif()

# Debian's papers.
set(TILLCUE_MAINTAINER "Tillcue <tillcue@localhost.localdomain>" CACHE STRING "Who answers for the packages: name and mail")
set(debian ${PROJECT_BINARY_DIR}/debian)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # of SOURCE_DATE_EPOCH where that is set
set(parts "terminal=tillcue-terminal" "hq=tillcue-hq" "tools=tillcue-tools" "library=libtillcue0"
    "development=libtillcue-dev")
if(TARGET tillcue_painter)
  list(APPEND parts "painter=tillcue-painter")
endif()
foreach(pair ${parts})
  string(REPLACE "=" ";" pair ${pair})
  list(GET pair 0 component)
  list(GET pair 1 package)
  file(WRITE ${debian}/${package}/changelog "${package} (${version}) stable; urgency=medium

  * See /usr/share/doc/${package}/NEWS.

 -- ${TILLCUE_MAINTAINER}  ${date}
")
  execute_process(COMMAND gzip -9nf ${debian}/${package}/changelog COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${debian}/${package}/changelog.gz ${here}/debian/copyright
          DESTINATION share/doc/${package} COMPONENT ${component})
  install(FILES ${PROJECT_SOURCE_DIR}/CHANGELOG.md DESTINATION share/doc/${package} RENAME NEWS COMPONENT ${component})
  list(APPEND components ${component})
  string(TOUPPER ${component} part)
  set(CPACK_DEBIAN_${part}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${part}_FILE_NAME DEB-DEFAULT)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tillcue)
set(CPACK_PACKAGE_VERSION ${version})
set(CPACK_PACKAGE_CONTACT "${TILLCUE_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL ${components})
set(CPACK_DEB_COMPONENT_INSTALL ON)
if(CMAKE_CROSSCOMPILING)
  # dpkg knows nothing of a sysroot's libraries; what it would say is worked out when the packages are made.
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS OFF)
  configure_file(${here}/cross_depends.cmake.in ${PROJECT_BINARY_DIR}/cross_depends.cmake @ONLY)
  set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_BINARY_DIR}/cross_depends.cmake)
else()
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
endif()
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE ${TILLCUE_ARCH})
if(NOT TILLCUE_ARCH)
  execute_process(COMMAND dpkg --print-architecture OUTPUT_VARIABLE CPACK_DEBIAN_PACKAGE_ARCHITECTURE
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()

# Head office's unit, and what a reader without this tree needs.
set(root ${PROJECT_SOURCE_DIR})
install(FILES ${here}/tillcue-hq.service DESTINATION lib/systemd/system COMPONENT hq)
install(FILES ${here}/tillcue-hq.default DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/default RENAME tillcue-hq COMPONENT hq)
install(FILES ${root}/sync/README.md ${root}/sync/WIRE.md ${root}/models/CAMPAIGNS.md ${root}/models/COUNTS.md
        DESTINATION share/doc/tillcue-hq COMPONENT hq)
install(FILES ${root}/models/README.md DESTINATION share/doc/tillcue-hq RENAME MODELS.md COMPONENT hq)
install(FILES ${root}/models/campaigns.any-store.json ${root}/models/campaigns.example.json ${root}/models/campaigns.schema.json
        DESTINATION share/doc/tillcue-hq/examples COMPONENT hq)
install(FILES ${root}/firmware/README.md ${root}/pos-adapter/PROXY.md ${root}/pos-adapter/PROTOCOL.md ${root}/pos-adapter/SCREEN.md
        DESTINATION share/doc/tillcue-terminal COMPONENT terminal)
install(FILES ${root}/core/README.md ${root}/core/FORMAT.md ${root}/core/PARCEL.md
        DESTINATION share/doc/libtillcue-dev COMPONENT development)

# The first line of each is its synopsis.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_COMPONENT_TERMINAL_DESCRIPTION "in-store cross-sell: the terminal
Follows the live basket of a till, shows the cashier what to offer and why,
prints a coupon after the receipt and syncs models and results with head
office. Works without a network for weeks; the sale never waits for it.")
set(CPACK_COMPONENT_HQ_DESCRIPTION "in-store cross-sell: head office
Learns from sales what is bought together, compiles it with campaigns into
signed bundles for the tills, collects their results and reports the impact
against a holdout.")
set(CPACK_COMPONENT_TOOLS_DESCRIPTION "in-store cross-sell: a till to try it with
A scriptable point of sale that rings up recorded baskets against a terminal,
and a virtual receipt printer.")
set(CPACK_COMPONENT_PAINTER_DESCRIPTION "in-store cross-sell: coupons in every script
Paints what a receipt printer has no letters or symbols for. The terminal finds
it by itself; without it such texts are spelled in Latin letters.")
set(CPACK_DEBIAN_PAINTER_PACKAGE_RECOMMENDS "fonts-noto-core, fonts-droid-fallback")
set(CPACK_DEBIAN_TERMINAL_PACKAGE_RECOMMENDS "tillcue-painter")
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "in-store cross-sell: the engine as a C library
Opens a bundle, follows a sale and says what to offer, for programs that bring
their own till.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "in-store cross-sell: headers and static libraries
To build programs with the engine, in C or C++.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libtillcue0 (= ${version}), libexpected-dev, libzstd-dev")
set(CPACK_DEBIAN_TERMINAL_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_HQ_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_HQ_PACKAGE_RECOMMENDS "mosquitto")
set(CPACK_DEBIAN_TERMINAL_PACKAGE_CONTROL_EXTRA
  "${here}/debian/terminal/postinst;${here}/debian/terminal/prerm;${here}/debian/terminal/postrm;${here}/debian/terminal/conffiles")
set(CPACK_DEBIAN_HQ_PACKAGE_CONTROL_EXTRA
  "${here}/debian/hq/postinst;${here}/debian/hq/prerm;${here}/debian/hq/postrm;${here}/debian/hq/conffiles")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA "${here}/debian/triggers")
include(CPack)
