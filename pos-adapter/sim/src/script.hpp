#pragma once

#include <chrono>
#include <iosfwd>

#include "line_socket.hpp"

namespace tillcue::pos::sim {

/// Sends the lines of `in` one by one, each after the answer to the last (2 s), and writes both ways to `out` with the
/// milliseconds since the line was sent; then listens on for `wait`. Empty lines and those starting with '#' are
/// skipped. The lines are sent as they are, also broken ones.
/// The result is how many were refused.  Errors  io, timeout (the terminal is gone or silent).
Result<unsigned> play_script(Address const& terminal, std::istream& in, std::ostream& out,
                             std::chrono::milliseconds wait);

}  // namespace tillcue::pos::sim
