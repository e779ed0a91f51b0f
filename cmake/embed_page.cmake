# souk_embed_page(TARGET HEADER NAMESPACE FOLDER PAGE STYLE SCRIPT...): TARGET can include HEADER, in
# which the files of that page are texts: cmake/embed.cmake.
function(souk_embed_page target header namespace folder page style)
  set(made ${CMAKE_CURRENT_BINARY_DIR}/generated/${header})
  set(from ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
  list(TRANSFORM ARGN PREPEND ${from}/ OUTPUT_VARIABLE scripts)
  set(embed ${PROJECT_SOURCE_DIR}/cmake/embed.cmake)
  add_custom_command(OUTPUT ${made}
    COMMAND ${CMAKE_COMMAND} -D SOURCE_DIR=${from} -D PAGE=${page} -D STYLE=${style}
      "-DSCRIPTS=${ARGN}" -D NAMESPACE=${namespace} -D OUTPUT=${made} -P ${embed}
    DEPENDS ${embed} ${from}/${page} ${from}/${style} ${scripts}
    COMMENT "Embedding ${page}"
    VERBATIM)
  target_sources(${target} PRIVATE ${made})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/generated)
endfunction()
