#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tillcue::pos {

/// The ways a name is compared, most telling first: folded; with its units in one spelling (500 gr = 0,5 kg); with
/// every letter beyond ASCII as '?', which is what is left of it after a wrong code table. Distinct, at most three.
[[nodiscard]] std::vector<std::string> name_forms(std::u32string_view name);

/// Lower case without accents and punctuation, words parted by one space; a decimal comma is a point.
[[nodiscard]] std::string folded(std::u32string_view name);

/// "coca cola 0.33 l" -> "coca cola 330ml". Takes a folded name.
[[nodiscard]] std::string with_one_unit_spelling(std::string_view folded_name);

/// Undoes UTF-8 that was read as Latin-1 ("CafÃ©"); anything else comes back as it is.
[[nodiscard]] std::u32string mended(std::u32string name);

}  // namespace tillcue::pos
