#pragma once

#include <string>

#include "tillcue/pos/hint_board.hpp"

namespace tillcue::pos {

/// What a screen is sent: the `hints` message of the native protocol, and `status`.
[[nodiscard]] std::string screen_line(HintBoard const& board);
[[nodiscard]] std::string screen_line(TerminalStatus const& status);

}  // namespace tillcue::pos
