#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/firmware/config.hpp"

namespace tillcue::terminal {

/// Where a setting listens. Port 0 is a free one each time.
struct ListeningPlace {
  std::string_view field;
  bool datagrams = false;
  std::string host;
  std::uint16_t port = 0;

  [[nodiscard]] bool is(ListeningPlace const& other) const {
    return datagrams == other.datagrams && host == other.host && port == other.port;
  }
};

std::vector<ListeningPlace> listening_places(Config const& config);

/// Two that would listen at the same address and port; the second is told.
void check_places(std::vector<ListeningPlace> const& places,
                  std::function<void(std::string const& field, std::string const& what)> const& add);

}  // namespace tillcue::terminal
