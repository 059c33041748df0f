#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tillcue::models {

/// How the baskets a bundle was learned from were weighed by their age. A bundle's note holds it, so that who reads "in
/// 12,345 baskets" knows what kind of baskets these are.
struct Weighing {
  bool on = false;
  double half_life_days = 0;      ///< 0: none
  std::uint32_t window_days = 0;  ///< 0: none
  std::uint64_t baskets = 0;      ///< read, each counting whole; 0: not known (bundles before it was noted)
  friend bool operator==(Weighing const&, Weighing const&) = default;
};

/// The lines of a note; empty when nothing was weighed.
std::string note_of(Weighing const& weighing);
/// What a note says. Lines it does not know are passed over, damaged ones too.
Weighing weighing_in(std::string_view note);

/// "weighed, half-life 180 days"; empty when nothing was.
std::string weighing_text(Weighing const& weighing);
/// "71,034 baskets", or "71,034 baskets (weighed, half-life 180 days, of 100,000 read)".
std::string baskets_text(std::uint64_t baskets, Weighing const& weighing);

}  // namespace tillcue::models
