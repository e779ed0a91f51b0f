# souk_internal: the library with the insides reachable, for tests, tools and benchmarks.
# A shared libsouk hides them, so there the same objects are archived once more.
add_library(souk_internal INTERFACE)
target_include_directories(souk_internal INTERFACE ${PROJECT_SOURCE_DIR})
target_link_libraries(souk_internal INTERFACE
  PkgConfig::souk_libuv TBB::tbb Threads::Threads)

get_target_property(souk_type souk TYPE)
if(souk_type STREQUAL "SHARED_LIBRARY")
  add_library(souk_archive STATIC EXCLUDE_FROM_ALL $<TARGET_OBJECTS:souk>)
  set_target_properties(souk_archive PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(souk_archive INTERFACE
    $<TARGET_PROPERTY:souk,INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_features(souk_archive PUBLIC cxx_std_20)
  target_link_libraries(souk_internal INTERFACE souk_archive)
else()
  target_link_libraries(souk_internal INTERFACE souk)
endif()
