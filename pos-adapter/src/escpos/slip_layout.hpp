#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tillcue/pos/coupon.hpp"
#include "tillcue/pos/slip_painter.hpp"

namespace tillcue::pos {

/// What a row is for: rows of one part are dropped together.
enum class SlipPart : std::uint8_t {
  headline,
  product,
  value,
  price,
  rule,
  terms,
  validity,
  reason,
  serial,
  barcode,
  qr,
  receipt,
  store,
  gap,
};

/// One row of the slip, before any printer language.
struct SlipRow {
  SlipPart part = SlipPart::gap;
  std::u32string text{};  ///< of a barcode or QR row: its data
  BarcodeKind barcode = BarcodeKind::code128;
  bool centred = false;
  bool large = false;  ///< double width and height, bold
  bool bold = false;
  unsigned module = 0;  ///< dots, of a barcode or QR row
  unsigned lines = 1;   ///< of paper
  std::shared_ptr<Picture const>
      picture{};  ///< painted: text or symbol; then all above but part and lines is no matter
  [[nodiscard]] bool is_symbol() const noexcept { return part == SlipPart::barcode || part == SlipPart::qr; }
};

/// The paper a slip is laid out for.
struct SlipPaper {
  unsigned columns = 48;
  unsigned dots = 576;
  bool qr = true;
  bool barcode = true;  ///< the slip's kind of
  /// Spells a text in what the printer can print; the texts come without control characters.
  std::function<std::u32string(std::u32string_view)> spell;
  /// Paints a text that cannot be spelled; nothing when it can, or nobody paints.
  std::function<std::optional<Picture>(std::u32string_view, SlipRow const& style)> paint{};
  /// Draws a symbol the printer lacks; unset: nobody does.
  std::function<Result<Picture>(SymbolKind, std::string_view data, unsigned module)> draw{};
};

/// Lays the slip out by coupon.hpp's contract: order, wrapping, budget. Reports what was left out.
std::vector<SlipRow> lay_out(CouponSlip const& slip, SlipPaper const& paper, CouponReport& report);

/// Breaks a text into rows of at most `columns`, between words where it can.
std::vector<std::u32string> wrap(std::u32string_view text, unsigned columns);

}  // namespace tillcue::pos
