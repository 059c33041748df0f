#pragma once

#include <string>

#include "tillcue/pos/hint_board.hpp"
#include "tillcue/pos/screen_server.hpp"

namespace tillcue::pos {

/// What a screen is sent: the `hints` message of the native protocol, and `status`, which also says how the page is set
/// up.
[[nodiscard]] std::string screen_line(HintBoard const& board);
[[nodiscard]] std::string screen_line(TerminalStatus const& status, ScreenOptions const& options);

}  // namespace tillcue::pos
