# Writes OUTPUT, a header that names the commit of SOURCE_DIR. Run by every build: the file is only
# touched when the name has changed, so that nothing else is compiled again.
cmake_minimum_required(VERSION 3.25)

set(commit "unknown")
find_program(git git)
if(git)
  # In the sources of a release that lie inside another repository, that one's name is not ours.
  execute_process(COMMAND ${git} -C ${SOURCE_DIR} rev-parse --show-cdup
    OUTPUT_VARIABLE up ERROR_QUIET RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(status EQUAL 0 AND up STREQUAL "")
    execute_process(COMMAND ${git} -C ${SOURCE_DIR} --no-optional-locks
        describe --always --dirty --abbrev=12
      OUTPUT_VARIABLE described ERROR_QUIET RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(status EQUAL 0)
      set(commit ${described})
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define SOUK_COMMIT \"@commit@\"\n" @ONLY)
