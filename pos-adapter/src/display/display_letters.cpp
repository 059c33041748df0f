#include "display/display_letters.hpp"

#include <array>

namespace tillcue::pos {
namespace {

/// U+0410..U+044F, capital and small alike in both halves; Yo stands apart.
/// Source  passport spelling of Russia (ICAO Doc 9303), without the sign letters.
constexpr std::array<std::string_view, 32> kLatin{"A",  "B",  "V",  "G",    "D", "E", "Zh", "Z", "I",  "I", "K",
                                                  "L",  "M",  "N",  "O",    "P", "R", "S",  "T", "U",  "F", "Kh",
                                                  "Ts", "Ch", "Sh", "Shch", "",  "Y", "",   "E", "Iu", "Ia"};

void add_small(std::string& out, std::string_view letters) {
  for (char const c : letters) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// False when it is no letter of this alphabet.
bool add_cyrillic(std::string& out, char32_t c) {
  if (c == 0x0401 || c == 0x0451) {
    out += c == 0x0401 ? 'E' : 'e';
  } else if (c >= 0x0410 && c <= 0x042F) {
    out += kLatin[c - 0x0410];
  } else if (c >= 0x0430 && c <= 0x044F) {
    add_small(out, kLatin[c - 0x0430]);
  } else {
    return false;
  }
  return true;
}

/// False when there is no spelling of it.
bool add(std::string& out, char32_t c, std::optional<CodeTable> table) {
  if (c < 0x20 || c == 0x7F) {
    out += ' ';
  } else if (c < 0x7F) {
    out += static_cast<char>(c);
  } else if (auto const byte = table ? encode(*table, c) : std::nullopt; byte && *byte >= 0x80) {
    out += static_cast<char>(*byte);
  } else if (auto const ascii = transliterate(c); !ascii.empty()) {
    out += ascii;
  } else if (!add_cyrillic(out, c) && display_width(c) > 0) {
    out += '?';
    return false;
  }
  return true;
}

std::string bytes_of(std::string_view text, std::optional<CodeTable> table) {
  std::string out;
  for (char32_t const c : from_utf8(text)) (void)add(out, c, table);
  return out;
}

}  // namespace

std::string display_line(std::string_view text, std::optional<CodeTable> table, std::size_t columns) {
  auto out = bytes_of(text, table);
  out.resize(columns, ' ');
  return out;
}

std::size_t display_unknown(std::string_view text, std::optional<CodeTable> table) {
  std::string spelled;
  std::size_t unknown = 0;
  for (char32_t const c : from_utf8(text)) unknown += add(spelled, c, table) ? 0 : 1;
  return unknown;
}

std::size_t display_columns(std::string_view text, std::optional<CodeTable> table) {
  return bytes_of(text, table).size();
}

}  // namespace tillcue::pos
