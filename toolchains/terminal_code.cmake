# How the code of a terminal is compiled where it is made small (TILLCUE_SMALL: what is shipped, no benchmarks).
#
# Without exceptions: our own code throws nothing and lets nothing pass. An error is a Result, and what a library throws is
# caught in the file that touches the library; these files are named. The rest has no clean-up behind each call and no tables
# to find it. An exception that gets there after all ends the program, as it did before for want of a handler, and the
# supervisor starts it anew.
#
# In a program that has head office's code too (tillcue-hq; live_fuzz) that code comes first in the link: of a template both
# use the first copy is taken, and one made here cannot throw what the other catches. A library stands behind what it serves,
# so only siblings have to be told.
#
# Without run-time types: nothing asks for them, and each of hundreds of lambdas would bring the spelled-out name of its type.
# Asio must not ask either, in any file (BOOST_ASIO_NO_TYPEID), or a loop would have two of each service.
#
# As one program (TILLCUE_WHOLE_PROGRAM): every object carries its code and what the compiler knew of it. tillcued is linked
# from the latter, everything else from the former. Files with exceptions stay out: their tables are made file by file.
option(TILLCUE_WHOLE_PROGRAM "Link tillcued as one compilation (smaller by a tenth; takes minutes)" OFF)

set(tillcue_terminal_language -fno-rtti -fno-exceptions -fno-unwind-tables -fno-asynchronous-unwind-tables)
if(TILLCUE_SMALL AND TILLCUE_WHOLE_PROGRAM)
  add_link_options($<$<NOT:$<BOOL:$<TARGET_PROPERTY:TILLCUE_TERMINAL_PROGRAM>>>:-fno-lto>)
endif()

# tillcue_terminal_code(TARGET [CATCHES sources that touch a library that throws])
function(tillcue_terminal_code target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "CATCHES")
  if(NOT TILLCUE_SMALL)
    return()
  endif()
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${tillcue_terminal_language}>")
  if(TILLCUE_WHOLE_PROGRAM)
    target_compile_options(${target} PRIVATE -flto -ffat-lto-objects)
  endif()
  if(arg_CATCHES)
    set_source_files_properties(${arg_CATCHES} PROPERTIES
      COMPILE_OPTIONS "-frtti;-fexceptions;-funwind-tables;-fasynchronous-unwind-tables;-fno-lto")
  endif()
endfunction()

# tillcue_terminal_program(TARGET): the same for a program that ends up on one.
function(tillcue_terminal_program target)
  tillcue_terminal_code(${target})
  if(TILLCUE_SMALL AND TILLCUE_WHOLE_PROGRAM)
    set_target_properties(${target} PROPERTIES TILLCUE_TERMINAL_PROGRAM ON)
    target_link_options(${target} PRIVATE -flto=auto -Os ${tillcue_terminal_language}
      $<TARGET_PROPERTY:tillcue_hardening,INTERFACE_COMPILE_OPTIONS>)
  endif()
endfunction()
