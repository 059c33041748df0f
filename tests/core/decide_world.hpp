#pragma once

#include <cstdint>
#include <random>

#include "core/shop.hpp"
#include "tillcue/core/live.hpp"

/// A made-up shop with campaigns of every kind and random rules, and random sales in it.
namespace world {

/// 32 bits a draw, the same on every machine.
class Random {
 public:
  using result_type = std::uint32_t;
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 0xFFFF'FFFFU; }
  result_type operator()() { return static_cast<result_type>(engine_()); }

 private:
  std::mt19937 engine_;
};

/// 60 items in 6 categories, sets, ladders, negative pairs and 60 campaigns, five or more of each type.
tillcue::BundleSource source(std::uint32_t seed);

inline tillcue::Place const kPlace{"17", "north", "17-3"};

/// Names of the segments its campaigns speak of.
extern char const* const kSegments[3];

/// What moves beside the bundle: some campaigns are stopped or have shares, some items are out of stock.
struct Moving {
  std::vector<std::string> stopped;
  std::vector<std::pair<std::string, tillcue::Allotment>> shares;
  std::vector<std::string> missing, probable;

  void tell(tillcue::Live& live) const;
};
Moving moving(tillcue::BundleSource const& source, Random& random);

/// A customer, perhaps; the basket is empty.
tillcue::Sale begin(tillcue::Bundle const& bundle, std::uint32_t number, Random& random);
/// One more line of something likely, sometimes weighed, sometimes a refund, sometimes at another price.
void scan(tillcue::Sale& sale, tillcue::Bundle const& bundle, Random& random);

}  // namespace world
