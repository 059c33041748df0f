#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tillcue/core/units.hpp"

namespace tillcue {

/// A text by its key.
struct BuiltIn {
  std::string_view key, text;
};

/// What the words about an offer may speak of (offer.cpp fills them in).
struct KnownVariable {
  std::string_view name;
  bool counted = false;  ///< may have plural cases
};
inline constexpr std::array<KnownVariable, 19> kOfferVariables{{{"item"},
                                                                {"trigger"},
                                                                {"category"},
                                                                {"price"},
                                                                {"paid"},
                                                                {"free"},
                                                                {"share"},
                                                                {"value"},
                                                                {"amount"},
                                                                {"size"},
                                                                {"threshold"},
                                                                {"headline"},
                                                                {"off"},
                                                                {"set"},
                                                                {"together"},
                                                                {"partner"},
                                                                {"more", true},
                                                                {"buy", true},
                                                                {"get", true}}};

struct Variable {
  std::string_view name;
  std::string_view value;
  std::optional<std::uint64_t> number{};  ///< of a variable that can be counted
};

/// Replaces {name} by its value, and {name, plural, one {…} other {…}} by the case of its number (plural.hpp), in which
/// # is the number. A part in [brackets] is left out when one of the variables in it is empty; "[[" is a bracket.
/// Unknown names stay as they are, so that the mistake shows.
[[nodiscard]] std::string fill_in(std::string_view text, std::span<Variable const> variables,
                                  std::string_view language = "en");

/// "twice", "3 times": how much larger, in words one can say; empty when it is neither known nor larger.
[[nodiscard]] std::string spoken_size(std::uint32_t percent, std::string_view language);

/// "about 1 in 4", "примерно 1 из 4": small numbers one can say aloud, never a false precision.
/// Below three in ten as one in so many (rounded to 1, 2, 5, 20 or 50 the larger it is), above as the nearest of a
/// few fractions; beyond the ends "fewer than 1 in 1000" and "more than 9 in 10".
[[nodiscard]] std::string spoken_share(Probability share, std::string_view language);

/// The text Tillcue brings along for `key` in "en" or "ru"; empty when there is none.
[[nodiscard]] std::string_view built_in_text(std::string_view language, std::string_view key) noexcept;

}  // namespace tillcue
