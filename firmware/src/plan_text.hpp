#pragma once

#include <string>

#include "tillcue/firmware/config.hpp"

namespace tillcue::terminal {

/// What a daemon with this configuration would do, in two lines: whom it hears, where it shows and prints, with whom it
/// syncs, and which bundle it would run. Looks at the data folder and changes nothing in it.
std::string plan_text(Config const& config);

}  // namespace tillcue::terminal
