#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tillcue/core/result.hpp"

namespace tillcue::pos {

/// The single-byte character sets receipt printers know. The lower half is always ASCII.
enum class CodeTable : std::uint16_t {
  cp437 = 437,
  cp737 = 737,
  cp850 = 850,
  cp852 = 852,
  cp857 = 857,
  cp858 = 858,
  cp860 = 860,
  cp863 = 863,
  cp865 = 865,
  cp866 = 866,
  cp1125 = 1125,
  cp1250 = 1250,
  cp1251 = 1251,
  cp1252 = 1252,
  cp1253 = 1253,
  cp1254 = 1254,
  cp1257 = 1257,
};

/// All of them, by rising number.
std::span<CodeTable const> code_tables() noexcept;
/// "cp866".
std::string name(CodeTable table);
/// Errors  invalid: must be one of the names there are.
Result<CodeTable> find_code_table(std::string_view name);

/// The byte for a character, none when the table lacks it. Cost  128 comparisons at most.
std::optional<std::uint8_t> encode(CodeTable table, char32_t character) noexcept;
/// The character behind a byte; U+FFFD for bytes the table leaves open.
char32_t decode(CodeTable table, std::uint8_t byte) noexcept;

/// ASCII that may stand for a character no table of the printer has ("EUR", "-", "e" for an e with a rare accent);
/// empty when there is none.
std::string_view transliterate(char32_t character) noexcept;

/// UTF-8 to characters; every malformed byte becomes U+FFFD. Cost  linear.
std::u32string from_utf8(std::string_view text);
std::string to_utf8(std::u32string_view text);

/// Columns a character takes on paper in a fixed-pitch font: 0 combining, 1, or 2 (East Asian wide).
unsigned display_width(char32_t character) noexcept;
unsigned display_width(std::u32string_view text) noexcept;

}  // namespace tillcue::pos
