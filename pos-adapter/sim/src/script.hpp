#pragma once

#include <chrono>
#include <iosfwd>

#include "line_socket.hpp"

namespace tillcue::pos::sim {

/// Sends the lines of `input` one by one, each after the answer to the last (2 s), and writes both ways to `out` with
/// the milliseconds since the line was sent. What is pushed is shown when it comes, also while a line is waited for;
/// the next line is held back a few ms, so that a push stands under the message that caused it. Listens on for `wait`
/// at the end. Empty lines and those starting with '#' are skipped. The lines are sent as they are, also broken ones.
/// Borrows `input`, a descriptor open for reading.
/// The result is how many were refused.  Errors  io, timeout (the terminal is gone or silent), invalid: `input`
/// cannot be read, or holds no line to send.
Result<unsigned> play_script(Address const& terminal, int input, std::ostream& out, std::chrono::milliseconds wait);

}  // namespace tillcue::pos::sim
