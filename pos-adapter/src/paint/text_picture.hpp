#pragma once

#include <memory>

#include "tillcue/pos/slip_painter.hpp"

namespace tillcue::pos {

/// Paints text by Pango: order of mixed directions, joined letters, line breaks, a font for every script.
class TextPainter {
 public:
  TextPainter();
  ~TextPainter();
  /// As SlipPainter::text.
  Result<Picture> paint(std::string_view utf8, TextLook const& look, std::u32string& missing);

 private:
  struct Fonts;
  std::unique_ptr<Fonts> fonts_;
};

}  // namespace tillcue::pos
