#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"

namespace bench {

struct Shape {
  std::uint32_t items = 10'000;
  double row = 26;      ///< neighbours an item, on average
  bool varying = true;  ///< popular items have more, rare ones fewer
  unsigned weight_bits = 8;
  std::uint32_t baskets = 20'000;
};

/// A share for each item, with the sums to draw by.
class Popularity {
 public:
  explicit Popularity(std::vector<double> const& shares);
  [[nodiscard]] std::size_t draw(std::mt19937_64& random) const;
  [[nodiscard]] double share(std::size_t n) const { return (sums_[n] - (n > 0 ? sums_[n - 1] : 0.0)) / sums_.back(); }

 private:
  std::vector<double> sums_;
};

/// A made catalogue: shares by Zipf; clusters (its categories) of uneven size; of a row's targets 55 % are of the
/// item's own cluster, 20 % of three clusters related to it, 25 % of all, each drawn by popularity. Items by falling
/// share.
struct Catalogue {
  tillcue::BundleSource source;
  std::vector<double> shares;
};
Catalogue make_catalogue(Shape const& shape, std::mt19937_64& random);

/// The shares of the bundle's items, which need not be numbered as the catalogue's.
std::vector<double> shares_in(tillcue::Bundle const& bundle, Catalogue const& catalogue);

}  // namespace bench
