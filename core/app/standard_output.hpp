#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include "tillcue/core/result.hpp"

namespace tillcue {

/// Forces out what a program has said, and tells whether all of it arrived: a report lost to a full disk is no success.
/// Called once by a main(), last. A reader who has had enough (`| head`) ends the program by SIGPIPE instead.
/// Errors  io, in the system's words.
inline Result<void> flush_standard_output() {
  errno = 0;
  std::cout.flush();
  bool const lost = std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || !std::cout.good();
  if (!lost) return {};
  auto const* const why = errno != 0 ? std::strerror(errno) : "an earlier write failed";
  return fail(Code::io, std::string("standard output: cannot be written: ") + why +
                            "; what it says is not whole: make room, or write it elsewhere");
}

}  // namespace tillcue
