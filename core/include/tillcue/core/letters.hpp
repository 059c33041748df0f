#pragma once

#include <string_view>

namespace tillcue {

/// A letter or digit in lower case without its accent, as UTF-8 of up to three letters ("ss" for a sharp s).
/// Empty: not a letter. Other scripts than Latin, Greek and Cyrillic stay as they are.
struct Letter {
  char bytes[5] = {};
  unsigned char size = 0;
  [[nodiscard]] std::string_view text() const noexcept { return {bytes, size}; }
};

[[nodiscard]] Letter folded_letter(char32_t character) noexcept;

/// The first character of a UTF-8 text that is not empty, taken off it; a broken byte stands for itself.
[[nodiscard]] char32_t take_character(std::string_view& text) noexcept;

}  // namespace tillcue
