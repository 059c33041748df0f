#pragma once

#include <span>
#include <string_view>

namespace tillcue::models {

/// A file of the source tree that is compiled in: the program must not need anything beside it.
struct ShippedText {
  std::string_view name;  ///< without folder and ".json"
  std::string_view text;
};
std::span<ShippedText const> shipped_texts() noexcept;

}  // namespace tillcue::models
