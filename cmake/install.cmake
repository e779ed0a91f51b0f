# Install rules: library, headers, CMake package, souk.pc and the command.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/souk)
get_target_property(souk_type souk TYPE)

install(TARGETS souk EXPORT soukTargets FILE_SET HEADERS)
install(EXPORT soukTargets NAMESPACE souk:: DESTINATION ${package_dir})

set(SOUK_IS_STATIC OFF)
if(souk_type STREQUAL "STATIC_LIBRARY")
  set(SOUK_IS_STATIC ON)
endif()
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/soukConfig.cmake.in
  ${PROJECT_BINARY_DIR}/cmake/soukConfig.cmake
  INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may break users, so only the same minor version is compatible.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/soukConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/cmake/soukConfig.cmake
  ${PROJECT_BINARY_DIR}/cmake/soukConfigVersion.cmake
  DESTINATION ${package_dir})

# souk.pc finds its prefix from its own place, so an installed tree can be moved.
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH SOUK_PC_PREFIX /prefix/${pc_dir} /prefix)
string(REGEX REPLACE "/$" "" SOUK_PC_PREFIX "${SOUK_PC_PREFIX}")
set(SOUK_PC_CFLAGS "")
if(SOUK_IS_STATIC)
  set(SOUK_PC_CFLAGS " -DSOUK_STATIC_DEFINE")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/souk.pc.in ${PROJECT_BINARY_DIR}/cmake/souk.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cmake/souk.pc DESTINATION ${pc_dir})

if(SOUK_BUILD_TOOLS)
  install(TARGETS souk_command)
endif()
