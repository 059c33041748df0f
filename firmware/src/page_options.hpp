#pragma once

#include <string>

#include "tillcue/firmware/config.hpp"
#include "tillcue/firmware/log.hpp"
#include "tillcue/pos/screen_server.hpp"

namespace tillcue::terminal {

/// The cashier page's style sheet: the configured theme file, or the built-in one.
/// Errors  io (cannot be read), invalid (file and line).
Result<std::string> page_theme(Config const& config);

/// The screen server as configured. A theme that cannot be used is logged and left out: a till must not stay dark
/// because of a colour.
pos::ScreenOptions page_options(Config const& config, Log const& log);

}  // namespace tillcue::terminal
