# Writes OUTPUT, a header with the files of a page as texts in NAMESPACE: PAGE, STYLE and SCRIPTS, all
# in SOURCE_DIR. Called by embed_page.cmake.
cmake_minimum_required(VERSION 3.25)

# A text literal holds 64 KiB at most, so each file becomes one of its own.
function(literal file result)
  file(READ ${file} text)
  string(FIND "${text}" ")souk\"" end)
  if(NOT end EQUAL -1)
    message(FATAL_ERROR "${file} holds what ends a text in the header")
  endif()
  set(${result} "R\"souk(${text})souk\"" PARENT_SCOPE)
endfunction()

literal(${SOURCE_DIR}/${PAGE} page)
literal(${SOURCE_DIR}/${STYLE} style)
set(all "")
foreach(name IN ITEMS ${SCRIPTS})
  literal(${SOURCE_DIR}/${name} script)
  string(APPEND all "\n${script}")
endforeach()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT "// Written by cmake/embed.cmake.
#pragma once

#include <string_view>

namespace @NAMESPACE@ {

inline constexpr std::string_view page = @page@;
inline constexpr std::string_view style = @style@;
inline constexpr std::string_view scripts =@all@;

}  // namespace @NAMESPACE@
")
