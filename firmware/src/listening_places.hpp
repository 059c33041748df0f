#pragma once

#include <functional>
#include <string>

#include "tillcue/firmware/config.hpp"

namespace tillcue::terminal {

/// Two settings of one configuration that would listen at the same address and port; the second is told. Port 0 is a
/// free one each time.
void check_places(Config const& config,
                  std::function<void(std::string const& field, std::string const& what)> const& add);

}  // namespace tillcue::terminal
