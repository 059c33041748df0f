#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/pos/code_table.hpp"
#include "tillcue/pos/escpos.hpp"

namespace tillcue::pos {

/// One character set of a printer and its number in ESC t (Star: ESC GS t).
struct CodePage {
  CodeTable table = CodeTable::cp437;
  std::uint8_t number = 0;
};

enum class CutKind : std::uint8_t {
  none,     ///< no cutter: paper is only fed
  partial,  ///< feed to the cutter, leave one point
  full,     ///< feed to the cutter, cut through
};

enum class PictureKind : std::uint8_t {
  none,         ///< no pictures
  raster,       ///< GS v 0
  graphics,     ///< GS ( L
  column,       ///< ESC * 33
  star_raster,  ///< ESC GS S, StarPRNT
  star_column,  ///< ESC X, Star Line mode
};

/// What one model of receipt printer can do. Plain data, so that a store can correct it.
/// Source  makers' command manuals and the public escpos-printer-db.
struct PrinterProfile {
  std::string name;
  Dialect language = Dialect::escpos;  ///< it is spoken to in
  unsigned columns = 48;               ///< characters of font A in a line
  unsigned dots = 576;                 ///< print width
  std::vector<CodePage> code_pages;    ///< in the order they are preferred; the first is the power-on one
  std::uint8_t resting_code_page = 0;  ///< number of the one the POS expects to find afterwards
  bool qr = true;                      ///< GS ( k
  bool code128 = true;                 ///< GS k 73
  bool ean13 = true;                   ///< GS k 67
  PictureKind picture = PictureKind::raster;
  bool reset_first = false;  ///< ESC @ before a coupon: only where nobody else prints
  bool kanji_off = false;    ///< FS . before 8-bit text (many Chinese boards)
  CutKind cut = CutKind::partial;
  std::uint8_t feed_before_cut = 0;  ///< lines, for printers whose cut does not feed to the blade itself

  /// The table that ESC t `number` selects; none when the profile does not list it.
  [[nodiscard]] std::optional<CodeTable> table(std::uint8_t number) const noexcept;
  /// The table of text before which no ESC t stands: of resting_code_page where that is listed, else the power-on one.
  [[nodiscard]] CodeTable resting_table() const noexcept;
  /// The same profile where that table is another.
  [[nodiscard]] PrinterProfile resting_in(CodeTable table) const;
  /// Dots of one character cell of font A.
  [[nodiscard]] unsigned cell() const noexcept { return dots / columns; }
};

/// Errors  not_found, listing the names there are.
Result<PrinterProfile> find_profile(std::string_view name);
std::vector<std::string> profile_names();

/// A profile of one's own: a JSON object with the fields above; "like" names the one whose values hold for what is
/// left out. code_pages are pairs: [["cp866", 17], ["cp437", 0]].
/// Errors  invalid, naming the field and the mend; not_found ("like").
Result<PrinterProfile> parse_profile(std::string_view json);

}  // namespace tillcue::pos
