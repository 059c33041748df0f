#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tillcue::sync {

/// An item of the catalogue, as a person may choose it.
struct NearItem {
  std::string sku, name;
  std::optional<std::int64_t> price{};  ///< minor units
  double likeness = 0;                  ///< 0..1, by the letters alone; 1: all that was heard is in the name
};

/// Items whose names look like a text a till heard: candidates for a person to choose from, never an answer. Likeness
/// is the share of the text's letter triples (rare ones count more) that the name has as well, letters as tills fold
/// them (core/letters.hpp); an item of the price heard comes before one that is as like.
/// Cost  about 100 bytes an item; a look-up goes through the items that share a triple.
/// Threads  any; it does not change once built.
class NearItems {
 public:
  void add(NearItem item);
  /// The nearest `most`, of at least a quarter of likeness.
  [[nodiscard]] std::vector<NearItem> nearest(std::string_view heard, std::int64_t least_price, std::int64_t most_price,
                                              std::size_t most) const;
  [[nodiscard]] NearItem const* find(std::string_view sku) const;

 private:
  std::vector<NearItem> items_;
  std::vector<std::uint32_t> sizes_;  ///< triples of each name
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> having_;
  std::unordered_map<std::string, std::uint32_t> by_sku_;
};

}  // namespace tillcue::sync
