#pragma once

#include <string>
#include <vector>

#include "tillcue/firmware/config.hpp"

namespace tillcue::terminal {

/// What the configuration names must serve, too: devices, sockets and addresses (line_faults), data folder and what is
/// in it, live state, keys, certificates, secret, layouts, theme, names, bundle. Every fault, each "setting: FILE: what
/// is wrong; the mend". Changes nothing.
std::vector<std::string> file_faults(Config const& config, Timestamp now);

}  // namespace tillcue::terminal
