# souk_own_target(TARGET): the build flags of our own targets, always PRIVATE, so that no user of
# souk::souk inherits a warning or a sanitizer.
function(souk_own_target target)
  set_target_properties(${target} PROPERTIES
    CXX_STANDARD 20
    CXX_STANDARD_REQUIRED ON
    CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # g++ 12 sees an overlap in `"text" + std::string` that is not there (GCC bug 105651).
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Files that are compiled together are no headers, though g++ takes all but the first for some.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
  if(SOUK_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()

  if(SOUK_SANITIZE)
    # vptr asks the system through a pipe whether memory can be read: a program that has run out of
    # descriptors, as some of our tests make it, would be told that none of its objects is one.
    set(sanitize -fsanitize=${SOUK_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all
      -fno-omit-frame-pointer)
    target_compile_options(${target} PRIVATE ${sanitize} -g)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # Sanitized code hides from g++ what is initialized (its manual says so under -fsanitize).
      target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
    endif()
    target_link_options(${target} PRIVATE ${sanitize})
  endif()
  if(SOUK_BUILD_FUZZERS)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()
