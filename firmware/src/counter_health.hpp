#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace tillcue::terminal {

/// What stands in the way at the counter, as it was told last; empty: nothing.
struct CounterHealth {
  struct Printer {
    std::string trouble;  ///< "paper out", "cover open", or whatever kept a coupon from the paper
    bool paper_low = false;
  };
  std::optional<Printer> printer{};                                      ///< none: there is no printer
  std::optional<bool> customer_display{}, print_line{}, display_line{};  ///< it works; none: not configured
};

/// For head office and /metrics: 1 where something is wrong, 0 where it is well; only of what there is.
std::map<std::string, std::int64_t> flags_of(CounterHealth const& health);

}  // namespace tillcue::terminal
