#pragma once

#include <string>

#include "tillcue/pos/escpos.hpp"

namespace tillcue::pos {

/// "[EAN13 4006381333931]" for a GS k token; set C pairs of CODE128 are written as digits.
std::string barcode_text(Token const& token);
/// The same for Star's ESC b.
std::string star_barcode_text(Token const& token);
/// "[image 192x80]" for a GS v 0, ESC * or GS * token, Star's ESC GS S and ESC X; empty for others.
std::string image_text(Token const& token);

/// Follows the GS ( k and GS ( L / GS 8 L families and Star's ESC GS y, which store first and print later.
class StoredSymbols {
 public:
  /// What this command puts on paper now; empty when it only stores or sets.
  std::string take(Token const& token);

 private:
  std::string take_code(Token const& token);
  std::string take_graphics(Token const& token, std::size_t body);

  std::string code_;
  std::string picture_;
};

}  // namespace tillcue::pos
