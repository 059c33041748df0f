#pragma once

#include <string>
#include <vector>

#include "tillcue/firmware/config.hpp"

namespace tillcue::terminal {

/// What stands at the other end of a configuration's lines, each "setting: PLACE: what; the mend".
struct LineReport {
  std::vector<std::string> faults{};
  std::vector<std::string> notes{};  ///< not there yet, and waited for
};

/// Looks at devices, feeds' files, sockets and addresses to listen at, and the painter's module. Opens, listens and
/// changes nothing.
LineReport look_at_lines(Config const& config);

}  // namespace tillcue::terminal
