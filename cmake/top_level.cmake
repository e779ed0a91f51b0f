# Conveniences that only make sense when souk itself is being built, not when it is part of another
# project: a default build type, ccache, compile_commands.json for editors and clang-tidy.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(SOUK_CCACHE ccache)
  mark_as_advanced(SOUK_CCACHE)
  if(SOUK_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${SOUK_CCACHE})
  endif()
endif()
