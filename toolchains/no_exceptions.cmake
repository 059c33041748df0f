# A terminal's own code throws nothing and lets nothing pass: an error is a Result, and what a library throws is caught in the
# file that touches the library. So the rest of it is compiled without the way back: no clean-up behind each call, no
# tables to find it. An exception that gets there after all ends the program, as it did before for want of a handler, and the supervisor
# starts it anew. core keeps its tables: others' programs link it.
#
# tillcue_no_exceptions(TARGET [CATCHES sources that touch a library that throws])
function(tillcue_no_exceptions target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "CATCHES")
  if(NOT TILLCUE_SMALL)
    return()
  endif()
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-unwind-tables -fno-asynchronous-unwind-tables>)
  if(arg_CATCHES)
    set_source_files_properties(${arg_CATCHES} PROPERTIES
      COMPILE_OPTIONS "-fexceptions;-funwind-tables;-fasynchronous-unwind-tables")
  endif()
endfunction()
