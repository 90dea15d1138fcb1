# What `cmake --install` puts where, and how find_package and pkg-config find it again.
# Included last: every target exists. A component is a library of its own that users may link.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(annex_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/annex)

function(annex_install target export)
  install(TARGETS ${target} EXPORT ${export} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
                                             LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT ${export} NAMESPACE annex:: DESTINATION ${annex_package_dir})
endfunction()

annex_install(annex annexTargets)
get_property(annex_components GLOBAL PROPERTY ANNEX_COMPONENTS)
foreach(component IN LISTS annex_components)
  annex_install(annex_${component} annex_${component}Targets)
  if(EXISTS ${PROJECT_SOURCE_DIR}/lib/${component}/Needs.cmake AND NOT BUILD_SHARED_LIBS)
    install(FILES ${PROJECT_SOURCE_DIR}/lib/${component}/Needs.cmake
            DESTINATION ${annex_package_dir} RENAME annex_${component}Needs.cmake)
  endif()
endforeach()
list(JOIN annex_components ", " annex_component_names)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/annexConfig.cmake.in ${PROJECT_BINARY_DIR}/annexConfig.cmake
  INSTALL_DESTINATION ${annex_package_dir})
# Before 1.0 a minor version may break what was.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/annexConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/annexConfig.cmake
              ${PROJECT_BINARY_DIR}/annexConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/AnnexStoreTest.cmake
              ${CMAKE_CURRENT_LIST_DIR}/AnnexConformanceTest.cmake
        DESTINATION ${annex_package_dir})

# annex_pc(NAME DESCRIPTION LIBRARY REQUIRES INSIDE): installs NAME.pc. Who links a shared library need
# not know what is inside it.
function(annex_pc name description library requires inside)
  if(BUILD_SHARED_LIBS)
    set(needs "Requires: ${requires}\nRequires.private: ${inside}")
  else()
    set(needs "Requires: ${requires} ${inside}")
  endif()
  # Relative, so that the installed tree can be moved (and `--prefix` given at install time).
  file(RELATIVE_PATH prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/annex.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

annex_pc(annex "${PROJECT_DESCRIPTION}" annex ""
         "openssl libnghttp2 libuv cpp-httplib prometheus-cpp-core zlib yaml-cpp")
foreach(component IN LISTS annex_components)
  set(inside)
  if(component STREQUAL sqlite)
    set(inside "sqlite3 >= 3.40")
  endif()
  annex_pc(annex-${component} "annex's component ${component}" annex_${component}
           "annex = ${PROJECT_VERSION}" "${inside}")
endforeach()
