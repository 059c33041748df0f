#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tillcue::models {

enum class Measure : std::uint8_t {
  grams,
  millilitres,
  metres,  ///< of what is sold by length; widths, heights and diameters are none
  pieces,
  grade,  ///< small, regular, large: an order without an amount
};

/// How much is in a pack.
struct PackSize {
  Measure measure = Measure::pieces;
  double amount = 0;  ///< of grade: 1, 2, 3...
};

/// Reads "500 g", "1,5 l", "6 x 330 ml", "30 bags", "4 шт", "3 m"; with `unit` also a bare number. Nothing when it is
/// no size.
std::optional<PackSize> parse_pack_size(std::string_view text, std::string_view unit = {});

/// The last size in a name (a length only up to 30 m: "100 m" is what a watch stands), and the name without any size;
/// the whole name when it has none. `rest` in small letters.
struct SizedName {
  std::optional<PackSize> size;
  std::string rest;
};
SizedName split_size(std::string_view name);

}  // namespace tillcue::models
