# One step of the packaging tests, run by ctest as `cmake -D ... -P step.cmake`.
# Takes STEP, LINKAGE, SOURCE_DIR, WORK_DIR, CXX_COMPILER, LAUNCHER, GENERATOR, VERSION, PYTHON, and
# BUILD_DIR, the build that the tests belong to.
cmake_minimum_required(VERSION 3.25)

set(prefix ${WORK_DIR}/moved)
set(consumer ${SOURCE_DIR}/tests/packaging/consumer)
set(consumer_prints "souk: ${VERSION}\n")
set(embed ${SOURCE_DIR}/examples/embed)
set(greeter_prints "anna is here\nanna says hello\nanna is gone: bye\n")
set(shared OFF)
if(LINKAGE STREQUAL "shared")
  set(shared ON)
endif()

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Runs a program and compares what it prints with what it must print.
function(expect_output program expected)
  cmake_parse_arguments(arg "" "" "ARGUMENTS;ENVIRONMENT" ${ARGN})
  execute_process(COMMAND ${CMAKE_COMMAND} -E env ${arg_ENVIRONMENT} ${program} ${arg_ARGUMENTS}
    OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
  if(NOT printed STREQUAL expected)
    message(FATAL_ERROR "${program} printed \"${printed}\" instead of \"${expected}\"")
  endif()
endfunction()

# Configures and builds a consumer project in WORK_DIR/STEP.
function(build_consumer source)
  run(${CMAKE_COMMAND} -S ${source} -B ${WORK_DIR}/${STEP} -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${CXX_COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
    -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS_DEBUG=-O0 -D CMAKE_UNITY_BUILD=ON
    -D EXPECTED_VERSION=${VERSION} ${ARGN})
  run(${CMAKE_COMMAND} --build ${WORK_DIR}/${STEP})
endfunction()

if(STEP STREQUAL "install")
  # The static library is the one just built. The shared one is built here, without optimisation:
  # what is tested is the packaging.
  set(library ${BUILD_DIR})
  if(shared)
    set(library ${WORK_DIR}/library)
    run(${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${library} -G ${GENERATOR}
      -D CMAKE_CXX_COMPILER=${CXX_COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
      -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS_DEBUG=-O0 -D BUILD_SHARED_LIBS=ON
      -D CMAKE_UNITY_BUILD=ON
      -D SOUK_BUILD_TOOLS=OFF -D SOUK_BUILD_TESTS=OFF -D SOUK_BUILD_EXAMPLES=OFF)
    run(${CMAKE_COMMAND} --build ${library})
  endif()
  # An installed tree must not remember where it was installed, so it is moved.
  file(REMOVE_RECURSE ${WORK_DIR}/prefix ${prefix})
  run(${CMAKE_COMMAND} --install ${library} --prefix ${WORK_DIR}/prefix)
  file(RENAME ${WORK_DIR}/prefix ${prefix})
  if(NOT shared)
    expect_output(${prefix}/bin/souk "souk ${VERSION}\n" ARGUMENTS --version)
  endif()

elseif(STEP STREQUAL "find_package")
  build_consumer(${consumer} -D CMAKE_PREFIX_PATH=${prefix} -D HOW=find_package)
  expect_output(${WORK_DIR}/${STEP}/consumer "${consumer_prints}")

elseif(STEP STREQUAL "pkg_config")
  # As a makefile would: no CMake on the consumer's side.
  file(GLOB pc_dir ${prefix}/lib*/pkgconfig ${prefix}/lib/*/pkgconfig)
  set(ENV{PKG_CONFIG_PATH} ${pc_dir})
  set(static "")
  if(NOT shared)
    set(static --static)
  endif()
  execute_process(COMMAND pkg-config ${static} --cflags --libs souk
    OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY OUTPUT_STRIP_TRAILING_WHITESPACE)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  file(MAKE_DIRECTORY ${WORK_DIR}/pkg_config)
  run(${CXX_COMPILER} -std=c++20 ${consumer}/main.cpp ${flags} -o ${WORK_DIR}/pkg_config/consumer)
  cmake_path(GET pc_dir PARENT_PATH lib_dir)
  expect_output(${WORK_DIR}/pkg_config/consumer "${consumer_prints}"
    ENVIRONMENT LD_LIBRARY_PATH=${lib_dir})
  # A program in C, by a C compiler that knows nothing of C++.
  run(cc -std=c11 ${embed}/greeter.c ${flags} -o ${WORK_DIR}/pkg_config/greeter)
  expect_output(${WORK_DIR}/pkg_config/greeter "${greeter_prints}"
    ENVIRONMENT LD_LIBRARY_PATH=${lib_dir})

elseif(STEP STREQUAL "fetch_content")
  build_consumer(${consumer} -D HOW=fetch_content -D FETCHCONTENT_SOURCE_DIR_SOUK=${SOURCE_DIR}
    -D BUILD_SHARED_LIBS=${shared})
  expect_output(${WORK_DIR}/${STEP}/consumer "${consumer_prints}")

elseif(STEP STREQUAL "embed")
  # Far from souk's tree, of which the project must need nothing.
  set(temporary /tmp)
  if(DEFINED ENV{TMPDIR})
    set(temporary $ENV{TMPDIR})
  endif()
  string(SHA1 place ${WORK_DIR})
  set(outside ${temporary}/souk_embed_${place})
  file(REMOVE_RECURSE ${outside})
  file(COPY ${embed}/ DESTINATION ${outside}/source)
  run(${CMAKE_COMMAND} -S ${outside}/source -B ${outside}/build -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${CXX_COMPILER} -D CMAKE_BUILD_TYPE=Debug
    -D CMAKE_PREFIX_PATH=${prefix})
  run(${CMAKE_COMMAND} --build ${outside}/build)
  foreach(kind IN ITEMS functional parallel)
    expect_output(${outside}/build/greeter "${greeter_prints}" ARGUMENTS ${kind})
  endforeach()
  file(WRITE ${outside}/questions "100\n10000\n10\n")
  execute_process(COMMAND ${outside}/build/loop COMMAND sort
    INPUT_FILE ${outside}/questions OUTPUT_VARIABLE answers COMMAND_ERROR_IS_FATAL ANY)
  if(NOT answers STREQUAL
      "1229 primes below 10000\n25 primes below 100\n4 primes below 10\n")
    message(FATAL_ERROR "loop answered \"${answers}\"")
  endif()
  # The allocator is the program's affair.
  file(GLOB binaries ${outside}/build/loop ${outside}/build/greeter
    ${prefix}/lib*/libsouk.so ${prefix}/lib*/*/libsouk.so)
  foreach(binary IN LISTS binaries)
    execute_process(COMMAND readelf -d ${binary} OUTPUT_VARIABLE needs COMMAND_ERROR_IS_FATAL ANY)
    if(NOT needs MATCHES "NEEDED" OR needs MATCHES "malloc")
      message(FATAL_ERROR "${binary} brings an allocator along:\n${needs}")
    endif()
  endforeach()
  file(REMOVE_RECURSE ${outside})

elseif(STEP STREQUAL "ctypes")
  file(GLOB library ${prefix}/lib*/libsouk.so ${prefix}/lib*/*/libsouk.so)
  run(${PYTHON} ${SOURCE_DIR}/tests/embed/ctypes_test.py ${library})

else()
  message(FATAL_ERROR "unknown STEP '${STEP}'")
endif()
