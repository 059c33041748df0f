#include "slip_layout.hpp"

#include <algorithm>
#include <numeric>

#include "slip_words.hpp"
#include "symbol_size.hpp"

namespace tillcue::pos {
namespace {

constexpr std::size_t kLongestText = 400;  // bytes of one field; check() refuses longer ones
constexpr unsigned kDotsPerLine = 30;

/// No text may command the printer: control characters become blanks.
std::u32string harmless(std::string_view text) {
  auto out = from_utf8(text.substr(0, kLongestText));
  std::replace_if(
      out.begin(), out.end(), [](char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }, U' ');
  return out;
}

class Sheet {
 public:
  Sheet(SlipPaper const& paper, CouponReport& report) : paper_(paper), report_(report) {}

  void text(SlipPart part, std::string_view utf8, SlipRow const& style = {}) {
    if (utf8.empty()) return;
    if (auto const picture = paper_.paint ? paper_.paint(harmless(utf8), style) : std::nullopt) {
      return painted(part, *picture);
    }
    unsigned const columns = style.large ? paper_.columns / 2 : paper_.columns;
    for (auto& line : wrap(paper_.spell(harmless(utf8)), columns)) {
      std::replace(line.begin(), line.end(), U'\u00A0', U' ');  // has done its work; no page need hold it
      SlipRow row = style;
      row.part = part;
      row.text = std::move(line);
      row.lines = style.large ? 2 : 1;
      rows_.push_back(std::move(row));
    }
  }
  void rule() { rows_.push_back({.part = SlipPart::rule, .text = std::u32string(paper_.columns, U'-')}); }
  void gap() { rows_.push_back({}); }
  /// True when the barcode is on the paper.
  bool barcode(Barcode const& code);
  void qr(CouponSlip const& slip);

  void keep_to(unsigned max_lines, bool has_barcode);
  [[nodiscard]] unsigned length() const {
    return std::accumulate(rows_.begin(), rows_.end(), 0U,
                           [](unsigned sum, SlipRow const& row) { return sum + row.lines; });
  }
  std::vector<SlipRow> rows() && { return std::move(rows_); }

 private:
  void painted(SlipPart part, Picture picture) {
    unsigned const lines = (picture.height + kDotsPerLine - 1) / kDotsPerLine;
    rows_.push_back({.part = part, .lines = lines, .picture = std::make_shared<Picture const>(std::move(picture))});
    ++report_.pictures;
  }
  bool drawn(SlipPart part, SymbolKind kind, std::string const& data, unsigned module, std::string const& lack);
  bool drop(SlipPart part) {
    return std::erase_if(rows_, [&](SlipRow const& row) { return row.part == part; }) > 0;
  }

  SlipPaper const& paper_;
  CouponReport& report_;
  std::vector<SlipRow> rows_;
};

/// A symbol the printer lacks, as a picture. False, and reported, when there is none.
bool Sheet::drawn(SlipPart part, SymbolKind kind, std::string const& data, unsigned module, std::string const& lack) {
  auto picture = paper_.draw ? paper_.draw(kind, data, module) : fail(Code::unsupported, lack);
  if (!picture) {
    report_.left_out.push_back((part == SlipPart::qr ? "QR code: " : "barcode: ") + picture.error().what);
    return false;
  }
  painted(part, std::move(*picture));
  return true;
}

bool Sheet::barcode(Barcode const& code) {
  if (auto const fit = check_barcode(code); !fit) {
    report_.left_out.push_back("barcode: " + fit.error().what);
    return false;
  }
  if (!paper_.barcode || code.kind == BarcodeKind::databar_expanded) {
    auto const [kind, lack] = code.kind == BarcodeKind::code128 ? std::pair{SymbolKind::code128, "CODE128"}
                              : code.kind == BarcodeKind::ean13 ? std::pair{SymbolKind::ean13, "EAN-13"}
                                                                : std::pair{SymbolKind::databar_expanded, "DataBar"};
    if (!drawn(SlipPart::barcode, kind, code.data, 3, std::string("the printer has no ") + lack)) return false;
    text(SlipPart::barcode, code.data, {.centred = true});
    return true;
  }
  auto const module = barcode_module(code, paper_.dots);
  if (!module) {
    report_.left_out.push_back("barcode: too long for paper of " + std::to_string(paper_.dots) + " dots");
    return false;
  }
  rows_.push_back({.part = SlipPart::barcode,
                   .text = from_utf8(code.data),
                   .barcode = code.kind,
                   .centred = true,
                   .module = *module,
                   .lines = 4});
  return true;
}

void Sheet::qr(CouponSlip const& slip) {
  if (slip.qr.empty()) return;
  auto const modules = qr_modules(slip.qr.size());
  if (!modules) {
    report_.left_out.emplace_back("QR code: more than 213 bytes");
    return;
  }
  unsigned const dots = qr_module_dots(*modules, paper_.dots);
  rows_.push_back({.part = SlipPart::qr});  // the quiet zone above, which goes with it
  if (!paper_.qr) {
    if (!drawn(SlipPart::qr, SymbolKind::qr, slip.qr, dots, "the printer has none")) rows_.pop_back();
    return;
  }
  unsigned const lines = (*modules * dots + kDotsPerLine) / kDotsPerLine + 1;
  rows_.push_back({.part = SlipPart::qr, .text = harmless(slip.qr), .centred = true, .module = dots, .lines = lines});
}

void Sheet::keep_to(unsigned max_lines, bool has_barcode) {
  struct Dispensable {
    SlipPart part;
    std::string_view name;
  };
  constexpr Dispensable kOrder[] = {{SlipPart::gap, ""},
                                    {SlipPart::qr, "QR code"},
                                    {SlipPart::receipt, "receipt number"},
                                    {SlipPart::reason, "reason"},
                                    {SlipPart::store, "store name"}};
  for (auto const& [part, name] : kOrder) {
    if (length() <= max_lines) return;
    if (part == SlipPart::qr && !has_barcode) continue;
    if (drop(part) && !name.empty()) {
      report_.left_out.push_back(std::string(name) + ": the paper budget of " + std::to_string(max_lines) + " lines");
    }
  }
}

}  // namespace

std::vector<std::u32string> wrap(std::u32string_view text, unsigned columns) {
  std::vector<std::u32string> lines(1);
  unsigned width = 0;
  auto new_line = [&] { lines.emplace_back(), width = 0; };
  auto append = [&](std::u32string_view part) { lines.back() += part, width += display_width(part); };
  while (!text.empty()) {
    auto const blank = std::min(text.find(U' '), text.size());
    auto word = text.substr(0, blank);
    text.remove_prefix(std::min(blank + 1, text.size()));
    if (word.empty()) continue;
    bool const fits = width + (width > 0 ? 1 : 0) + display_width(word) <= columns;
    if (!fits && width > 0) new_line();
    if (width > 0) append(U" ");
    for (char32_t c : word) {  // only a word longer than a line is broken inside
      if (width + display_width(c) > columns && width > 0) new_line();
      append({&c, 1});
    }
  }
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<SlipRow> lay_out(CouponSlip const& slip, SlipPaper const& paper, CouponReport& report) {
  SlipRow const centred{.centred = true};
  Sheet sheet(paper, report);
  sheet.text(SlipPart::headline, slip.headline, {.centred = true, .large = true, .bold = true});
  sheet.text(SlipPart::product, slip.product, {.centred = true, .bold = true});
  sheet.text(SlipPart::value, slip.value, {.centred = true, .bold = true});
  if (!slip.regular_price.empty()) {
    sheet.text(SlipPart::price, regular_price(slip.regular_price, slip.language), centred);
  }
  sheet.rule();
  sheet.text(SlipPart::terms, slip.terms);
  sheet.text(SlipPart::validity, validity(slip.valid_from, slip.valid_until, slip.language), {.bold = true});
  sheet.gap();
  sheet.text(SlipPart::reason, slip.reason);
  sheet.gap();
  bool const has_barcode = slip.barcode && sheet.barcode(*slip.barcode);
  // The barcode carries its data in clear below it: no need to print the same serial twice.
  if (!slip.serial.empty() && !(has_barcode && slip.barcode->data == slip.serial)) {
    sheet.text(SlipPart::serial, serial_line(slip.serial, slip.language), centred);
  }
  sheet.qr(slip);
  sheet.gap();
  if (!slip.receipt.empty()) sheet.text(SlipPart::receipt, issued_with(slip.receipt, slip.language), centred);
  sheet.text(SlipPart::store, slip.store, centred);
  sheet.keep_to(slip.max_lines, has_barcode);
  report.lines = sheet.length();
  return std::move(sheet).rows();
}

}  // namespace tillcue::pos
