#pragma once

#include <cstdint>
#include <string_view>

namespace tillcue {

/// The plural category of a whole number in a language: "zero", "one", "two", "few", "many" or "other".
/// Source  CLDR 42, cardinals of whole numbers, for en de nl sv es it pt fr ru uk be pl cs sk lt lv ro ar tr kk ja zh
/// ko;
///         a language that is not listed counts like English.
[[nodiscard]] std::string_view plural_of(std::uint64_t number, std::string_view language) noexcept;

/// The text of the case that fits, of "one {…} few {…} =0 {…} other {…}" (ICU MessageFormat's plural cases, with the
/// number written in the cases as #); empty when the cases are malformed or none fits.
[[nodiscard]] std::string_view plural_case(std::string_view cases, std::uint64_t number,
                                           std::string_view language) noexcept;

/// The place behind the brace that closes the one at `open`; npos when there is none.
[[nodiscard]] std::size_t behind_closing(std::string_view text, std::size_t open) noexcept;

}  // namespace tillcue
