#include "tillcue/pos/code_table.hpp"

#include <algorithm>
#include <array>

#include "code_table_data.hpp"

namespace tillcue::pos {
namespace {

constexpr std::array kTables{
    CodeTable::cp437,  CodeTable::cp737,  CodeTable::cp850,  CodeTable::cp852,  CodeTable::cp857,  CodeTable::cp858,
    CodeTable::cp860,  CodeTable::cp863,  CodeTable::cp865,  CodeTable::cp866,  CodeTable::cp1125, CodeTable::cp1250,
    CodeTable::cp1251, CodeTable::cp1252, CodeTable::cp1253, CodeTable::cp1254, CodeTable::cp1257};

struct Replacement {
  char32_t character;
  std::string_view ascii;
};

/// Ascending by character, so that it can be searched.
constexpr Replacement kReplacements[] = {
    {U'\u00A0', " "},   {U'\u00A3', "GBP"}, {U'\u00A5', "JPY"}, {U'\u00A7', "S"},    {U'\u00AB', "\""},
    {U'\u00AD', "-"},   {U'\u00AE', "(R)"}, {U'\u00B0', "o"},   {U'\u00B1', "+-"},   {U'\u00B2', "2"},
    {U'\u00B3', "3"},   {U'\u00B7', "."},   {U'\u00BB', "\""},  {U'\u00BC', "1/4"},  {U'\u00BD', "1/2"},
    {U'\u00BE', "3/4"}, {U'\u00C0', "A"},   {U'\u00C1', "A"},   {U'\u00C2', "A"},    {U'\u00C3', "A"},
    {U'\u00C4', "Ae"},  {U'\u00C5', "A"},   {U'\u00C6', "AE"},  {U'\u00C7', "C"},    {U'\u00C8', "E"},
    {U'\u00C9', "E"},   {U'\u00CA', "E"},   {U'\u00CB', "E"},   {U'\u00CD', "I"},    {U'\u00CE', "I"},
    {U'\u00D1', "N"},   {U'\u00D3', "O"},   {U'\u00D4', "O"},   {U'\u00D5', "O"},    {U'\u00D6', "Oe"},
    {U'\u00D7', "x"},   {U'\u00D8', "O"},   {U'\u00DA', "U"},   {U'\u00DC', "Ue"},   {U'\u00DF', "ss"},
    {U'\u00E0', "a"},   {U'\u00E1', "a"},   {U'\u00E2', "a"},   {U'\u00E3', "a"},    {U'\u00E4', "ae"},
    {U'\u00E5', "a"},   {U'\u00E6', "ae"},  {U'\u00E7', "c"},   {U'\u00E8', "e"},    {U'\u00E9', "e"},
    {U'\u00EA', "e"},   {U'\u00EB', "e"},   {U'\u00EC', "i"},   {U'\u00ED', "i"},    {U'\u00EE', "i"},
    {U'\u00EF', "i"},   {U'\u00F1', "n"},   {U'\u00F2', "o"},   {U'\u00F3', "o"},    {U'\u00F4', "o"},
    {U'\u00F5', "o"},   {U'\u00F6', "oe"},  {U'\u00F8', "o"},   {U'\u00F9', "u"},    {U'\u00FA', "u"},
    {U'\u00FB', "u"},   {U'\u00FC', "ue"},  {U'\u0104', "A"},   {U'\u0105', "a"},    {U'\u0106', "C"},
    {U'\u0107', "c"},   {U'\u010C', "C"},   {U'\u010D', "c"},   {U'\u010F', "d"},    {U'\u0118', "E"},
    {U'\u0119', "e"},   {U'\u011A', "E"},   {U'\u011B', "e"},   {U'\u011E', "G"},    {U'\u011F', "g"},
    {U'\u0130', "I"},   {U'\u0131', "i"},   {U'\u0141', "L"},   {U'\u0142', "l"},    {U'\u0143', "N"},
    {U'\u0144', "n"},   {U'\u0150', "O"},   {U'\u0151', "o"},   {U'\u0152', "OE"},   {U'\u0153', "oe"},
    {U'\u0158', "R"},   {U'\u0159', "r"},   {U'\u015A', "S"},   {U'\u015B', "s"},    {U'\u015E', "S"},
    {U'\u015F', "s"},   {U'\u0160', "S"},   {U'\u0161', "s"},   {U'\u0165', "t"},    {U'\u016E', "U"},
    {U'\u016F', "u"},   {U'\u0170', "U"},   {U'\u0171', "u"},   {U'\u0179', "Z"},    {U'\u017A', "z"},
    {U'\u017B', "Z"},   {U'\u017C', "z"},   {U'\u017D', "Z"},   {U'\u017E', "z"},    {U'\u2010', "-"},
    {U'\u2011', "-"},   {U'\u2012', "-"},   {U'\u2013', "-"},   {U'\u2014', "-"},    {U'\u2018', "'"},
    {U'\u2019', "'"},   {U'\u201A', "'"},   {U'\u201C', "\""},  {U'\u201D', "\""},   {U'\u201E', "\""},
    {U'\u2022', "*"},   {U'\u2026', "..."}, {U'\u202F', " "},   {U'\u2030', "0/00"}, {U'\u20AC', "EUR"},
    {U'\u20B4', "UAH"}, {U'\u20B8', "KZT"}, {U'\u20BD', "RUB"}, {U'\u2116', "No."},  {U'\u2122', "(TM)"},
    {U'\u2212', "-"},
};

constexpr bool kAscending = std::is_sorted(std::begin(kReplacements), std::end(kReplacements),
                                           [](auto const& a, auto const& b) { return a.character < b.character; });
static_assert(kAscending);

bool is_continuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

/// One character from the front of `text`; U+FFFD and one byte when it is malformed.
std::pair<char32_t, std::size_t> first_character(std::string_view text) {
  constexpr std::pair<char32_t, std::size_t> kBad{U'\uFFFD', 1};
  auto at = [&](std::size_t n) { return static_cast<unsigned char>(text[n]); };
  unsigned const lead = at(0);
  if (lead < 0x80) return {lead, 1};
  std::size_t const length = lead >= 0xF0 && lead < 0xF5   ? 4
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                                                           : 0;
  if (length == 0 || text.size() < length) return kBad;
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t n = 1; n < length; ++n) {
    if (!is_continuation(at(n))) return kBad;
    value = value << 6U | (at(n) & 0x3FU);
  }
  bool const overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  bool const surrogate = value >= 0xD800 && value < 0xE000;
  if (overlong || surrogate || value > 0x10FFFF) return kBad;
  return {value, length};
}

struct Interval {
  char32_t first, last;
};

template <std::size_t N>
bool in(Interval const (&intervals)[N], char32_t character) {
  return std::any_of(std::begin(intervals), std::end(intervals),
                     [&](Interval i) { return character >= i.first && character <= i.last; });
}

}  // namespace

std::span<CodeTable const> code_tables() noexcept { return kTables; }

std::string name(CodeTable table) { return "cp" + std::to_string(static_cast<unsigned>(table)); }

Result<CodeTable> find_code_table(std::string_view text) {
  std::string list;
  for (auto const table : kTables) {
    if (name(table) == text) return table;
    list += (list.empty() ? "" : ", ") + name(table);
  }
  return fail(Code::invalid, "must be one of: " + list);
}

std::optional<std::uint8_t> encode(CodeTable table, char32_t character) noexcept {
  if (character < 0x80) return static_cast<std::uint8_t>(character);
  if (character >= 0xFFFD) return std::nullopt;  // U+FFFD marks the open bytes
  auto const upper = upper_half(table);
  auto const at = upper.find(static_cast<char16_t>(character));
  if (at == std::u16string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(0x80 + at);
}

char32_t decode(CodeTable table, std::uint8_t byte) noexcept {
  return byte < 0x80 ? char32_t{byte} : char32_t{upper_half(table)[byte - 0x80U]};
}

std::string_view transliterate(char32_t character) noexcept {
  auto const* found = std::lower_bound(std::begin(kReplacements), std::end(kReplacements), character,
                                       [](Replacement const& r, char32_t c) { return r.character < c; });
  return found != std::end(kReplacements) && found->character == character ? found->ascii : std::string_view{};
}

std::u32string from_utf8(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto const [character, length] = first_character(text);
    out += character;
    text.remove_prefix(length);
  }
  return out;
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  out.reserve(text.size());
  auto put = [&](char32_t bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
  for (char32_t c : text) {
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0U | c >> 6U), put(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
      put(0xE0U | c >> 12U), put(0x80U | (c >> 6U & 0x3FU)), put(0x80U | (c & 0x3FU));
    } else {
      put(0xF0U | c >> 18U), put(0x80U | (c >> 12U & 0x3FU)), put(0x80U | (c >> 6U & 0x3FU)), put(0x80U | (c & 0x3FU));
    }
  }
  return out;
}

unsigned display_width(char32_t character) noexcept {
  static constexpr Interval kCombining[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x200B, 0x200F}, {0x202A, 0x202E},
                                            {0x2060, 0x206F}, {0x20D0, 0x20F0}, {0xFE00, 0xFE0F}};
  static constexpr Interval kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},  {0x3041, 0xA4CF}, {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6},
                                       {0x1F300, 0x1F9FF}, {0x20000, 0x3FFFD}};
  if (character < 0x300) return 1;
  if (in(kCombining, character)) return 0;
  return in(kWide, character) ? 2 : 1;
}

unsigned display_width(std::u32string_view text) noexcept {
  unsigned width = 0;
  for (char32_t c : text) width += display_width(c);
  return width;
}

}  // namespace tillcue::pos
