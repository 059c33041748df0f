#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/pos/printer_profile.hpp"

namespace tillcue::pos {

/// Writes text in the code pages of one printer, selecting them only where it must.
/// Borrows the profile.
class TextEncoder {
 public:
  explicit TextEncoder(PrinterProfile const& profile) : profile_(profile) {}

  /// The text with every character this printer lacks spelled in ASCII, or as '?'; those without a spelling are added
  /// to `replaced`, each once.
  std::u32string printable(std::u32string_view text, std::u32string& replaced) const;
  /// True when a letter of the text is in no table: ASCII would say less, or nothing. Signs with a spelling ("EUR",
  /// quotation marks, dashes) are no reason for a picture.
  [[nodiscard]] bool needs_picture(std::u32string_view text) const;
  /// Makes the table that has the most of these characters the first choice.
  void prefer(std::u32string_view text);
  /// Appends printable text to `out`.
  void write(std::u32string_view text, std::vector<std::byte>& out);
  /// Selects the resting code page again; writes nothing when no page was selected.
  void rest(std::vector<std::byte>& out);

 private:
  [[nodiscard]] CodePage const* page_for(char32_t character) const;
  void select(CodePage const& page, std::vector<std::byte>& out);

  PrinterProfile const& profile_;
  CodePage const* preferred_ = nullptr;
  CodePage const* current_ = nullptr;
};

}  // namespace tillcue::pos
