#pragma once

#include <string_view>

namespace tillcue::pos {

/// A letter or digit in lower case without its accent, as UTF-8 of up to three letters ("ss" for a sharp s).
/// Empty: not a letter. Other scripts than Latin, Greek and Cyrillic stay as they are.
struct Letter {
  char bytes[5] = {};
  unsigned char size = 0;
  [[nodiscard]] std::string_view text() const noexcept { return {bytes, size}; }
};

[[nodiscard]] Letter folded_letter(char32_t character) noexcept;

}  // namespace tillcue::pos
