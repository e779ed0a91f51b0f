# Writes OUTPUT, a header with the files of the report as texts: its page, style and scripts.
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

literal(${SOURCE_DIR}/report.html page)
literal(${SOURCE_DIR}/report.css style)
set(all "")
foreach(name IN ITEMS ${SCRIPTS})
  literal(${SOURCE_DIR}/${name} script)
  string(APPEND all "\n${script}")
endforeach()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT "// Written by tools/compare/embed.cmake.
#pragma once

#include <string_view>

namespace souk::tool::report_parts {

inline constexpr std::string_view page = @page@;
inline constexpr std::string_view style = @style@;
inline constexpr std::string_view scripts =@all@;

}  // namespace souk::tool::report_parts
")
