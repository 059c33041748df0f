#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/pos/printer_profile.hpp"

namespace tillcue::pos {

class SlipPainter;

enum class BarcodeKind : std::uint8_t { ean13, code128, databar_expanded };

struct Barcode {
  BarcodeKind kind = BarcodeKind::code128;
  /// ean13: 13 digits with a right check digit; code128: printable ASCII; databar_expanded: GS1 elements with their
  /// identifiers in parentheses, "(8110)1061414165432131...". The last is always painted.
  std::string data;
};

/// Everything a coupon says (C4). UTF-8; control characters are printed as blanks, so no text can command the printer.
struct CouponSlip {
  std::string store;
  std::string headline;  ///< the value: "-20 %", or what head office calls the offer
  std::string value;     ///< what the coupon is worth where the headline does not say it; may be empty
  std::string product;
  std::string regular_price;  ///< as text: "2.55 EUR"; empty when unknown
  std::string terms;          ///< conditions, as HQ wrote them
  std::optional<std::chrono::sys_days> valid_from;
  std::optional<std::chrono::sys_days> valid_until;  ///< the last day it is good
  std::string reason;                                ///< why this customer gets it
  std::string serial;
  std::string receipt;  ///< number of the receipt it was issued with; may be empty
  std::optional<Barcode> barcode;
  std::string qr;               ///< empty: none
  std::string language = "en";  ///< of our own words on it, one of slip_languages(); else English
  unsigned max_lines = 36;      ///< paper budget in text lines of 1/6 inch (36 = 152 mm)
};

/// What could not be printed as asked.
struct CouponReport {
  std::vector<std::string> left_out;  ///< "QR code: the paper budget of 20 lines", ...
  std::u32string replaced;  ///< characters that came out as '?', each once: no code table and no font has them
  unsigned lines = 0;       ///< of 1/6 inch that it takes, the feed to the cutter not counted
  unsigned pictures = 0;    ///< parts that were painted
};

/// A slip with a field that cannot be printed honestly is refused before it is shown to anyone.
/// Errors  invalid, naming the field: no headline, product or serial, a text over 400 bytes, dates the wrong way round,
///         a barcode with a bad character, length or check digit, a QR text over 213 bytes.
Result<void> check(CouponSlip const& slip);

/// The slip as ESC/POS bytes: one job, ending in a cut where the printer has a cutter.
/// Paper     when the slip is longer than max_lines, parts go in this order: blank lines, the QR code (if there is a
///           barcode), "issued with receipt", the reason, the store's name. The value, product, price, conditions,
///           validity, serial and barcode are never dropped.
/// State     every mode it sets is set back to the power-on value: bold, size, alignment, barcode settings, and the
///           code page to `resting_code_page`. A slip of ASCII alone never touches the code page. There is no ESC @
///           unless the profile asks for it. A POS that left other modes in force than it starts with cannot be known
///           from here.
/// Errors    none: a part that cannot be printed (see check) is left out and reported.
/// Pictures  with a painter, a text with characters that no code table of the printer has, and a symbol that it cannot
///           print, are painted; without one the text is spelled in ASCII and the symbol left out. See needs_painter.
/// Cost      linear in the text; allocates. A picture: see SlipPainter.
std::vector<std::byte> encode_coupon(CouponSlip const& slip, PrinterProfile const& profile,
                                     CouponReport* report = nullptr, SlipPainter* painter = nullptr);

/// True when something of the slip can only be painted on this printer.
bool needs_painter(CouponSlip const& slip, PrinterProfile const& profile);
/// The same of one text.
bool needs_painter(std::string_view text, PrinterProfile const& profile);

/// The languages our own words on a slip are known in: "en", "ru", ... A region behind it ("zh-CN") does not matter.
std::vector<std::string_view> slip_languages();

/// The same layout as UTF-8 text for a paper `columns` wide (32, 42, 48, ...), lines ended by '\n'.
std::string preview(CouponSlip const& slip, unsigned columns);

}  // namespace tillcue::pos
