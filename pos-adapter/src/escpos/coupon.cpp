#include "tillcue/pos/coupon.hpp"

#include <algorithm>

#include "picture/picture_bytes.hpp"
#include "slip_layout.hpp"
#include "slip_words.hpp"
#include "symbol_size.hpp"
#include "text_encoder.hpp"

namespace tillcue::pos {
namespace {

constexpr unsigned kLetterDots = 24;   // the em of a painted letter: as high as font A
constexpr unsigned kBarcodeDots = 80;  // 10 mm: high enough for a hand scanner

Result<void> check_text(std::string_view field, std::string_view text, bool required) {
  if (required && text.empty()) return fail(Code::invalid, std::string(field) + ": must not be empty");
  if (text.size() <= 400) return {};
  return fail(Code::invalid,
              std::string(field) + ": " + std::to_string(text.size()) + " bytes, at most 400 are printed");
}

/// Collects the bytes of one job.
class Job {
 public:
  explicit Job(PrinterProfile const& profile) : profile_(profile), encoder_(profile) {}

  void begin(std::vector<SlipRow> const& rows);
  void row(SlipRow const& row);
  std::vector<std::byte> end() &&;

 private:
  void put(std::initializer_list<unsigned> bytes) {
    for (unsigned b : bytes) out_.push_back(static_cast<std::byte>(b));
  }
  void put(std::string_view text) {
    for (char c : text) out_.push_back(static_cast<std::byte>(c));
  }
  void text(SlipRow const& row);
  void barcode(SlipRow const& row);
  void qr(SlipRow const& row);
  void cut();

  PrinterProfile const& profile_;
  TextEncoder encoder_;
  std::vector<std::byte> out_;
};

void Job::begin(std::vector<SlipRow> const& rows) {
  if (profile_.reset_first) put({0x1B, '@'});
  std::u32string all;
  for (auto const& row : rows) {
    if (row.module == 0 && !row.picture) all += row.text;
  }
  encoder_.prefer(all);
  put({0x1B, '!', 0, 0x1D, '!', 0});
}

void Job::row(SlipRow const& row) {
  if (row.picture) {
    put({0x1B, 'a', 0});  // its middle is in the picture
    return put_picture(*row.picture, profile_.picture, row.is_symbol(), out_);
  }
  put({0x1B, 'a', row.centred ? 1U : 0U});
  if (row.part == SlipPart::barcode && row.module > 0) return barcode(row);
  if (row.part == SlipPart::qr && row.module > 0) return qr(row);
  text(row);
}

void Job::text(SlipRow const& row) {
  if (row.large) put({0x1D, '!', 0x11});
  if (row.bold) put({0x1B, 'E', 1});
  encoder_.write(row.text, out_);
  put({'\n'});
  if (row.bold) put({0x1B, 'E', 0});
  if (row.large) put({0x1D, '!', 0});
}

void Job::barcode(SlipRow const& row) {
  auto const text = to_utf8(row.text);
  put({0x1D, 'h', kBarcodeDots, 0x1D, 'w', row.module, 0x1D, 'H', 2, 0x1D, 'f', 0});
  if (row.barcode == BarcodeKind::ean13) {
    put({0x1D, 'k', 67, 13});
    put(text);
  } else {
    auto const data = code128_data(text);
    put({0x1D, 'k', 73, static_cast<unsigned>(data.size())});
    put(data);
  }
  put({0x1D, 'h', 162, 0x1D, 'w', 3, 0x1D, 'H', 0});
}

void Job::qr(SlipRow const& row) {
  auto const text = to_utf8(row.text);
  auto const size = static_cast<unsigned>(text.size()) + 3;
  put({0x1D, '(', 'k', 4, 0, 49, 65, 50, 0});       // model 2
  put({0x1D, '(', 'k', 3, 0, 49, 67, row.module});  // size
  put({0x1D, '(', 'k', 3, 0, 49, 69, 49});          // error level M
  put({0x1D, '(', 'k', size & 0xFFU, size >> 8U, 49, 80, 48});
  put(text);
  put({0x1D, '(', 'k', 3, 0, 49, 81, 48});  // print
  put({0x1D, '(', 'k', 3, 0, 49, 67, 3});   // as at power-on
  put({0x1D, '(', 'k', 3, 0, 49, 69, 48});
}

void Job::cut() {
  if (profile_.feed_before_cut > 0) put({0x1B, 'd', profile_.feed_before_cut});
  if (profile_.cut == CutKind::partial) put({0x1D, 'V', 66, 0});
  if (profile_.cut == CutKind::full) put({0x1D, 'V', 65, 0});
}

std::vector<std::byte> Job::end() && {
  put({0x1B, 'a', 0, 0x1B, '!', 0});
  encoder_.rest(out_);
  cut();
  return std::move(out_);
}

SlipPaper paper_of(PrinterProfile const& profile) {
  SlipPaper paper;
  paper.columns = profile.columns;
  paper.dots = profile.dots;
  paper.qr = profile.qr;
  paper.code128 = profile.code128;
  paper.ean13 = profile.ean13;
  return paper;
}

void let_paint(SlipPaper& paper, SlipPainter& painter, TextEncoder const& speller, CouponSlip const& slip,
               CouponReport& told) {
  paper.paint = [&](std::u32string_view text, SlipRow const& style) -> std::optional<Picture> {
    if (!speller.needs_picture(text)) return std::nullopt;
    TextLook const look{paper.dots, style.large ? 2 * kLetterDots : kLetterDots, style.centred, style.bold,
                        slip.language};
    auto picture = painter.text(to_utf8(text), look, told.replaced);
    return picture ? std::optional(std::move(*picture)) : std::nullopt;
  };
  paper.draw = [&](SymbolKind kind, std::string_view data, unsigned module) {
    return painter.symbol(kind, data, {paper.dots, module, kBarcodeDots});
  };
}

void append(std::string& out, SlipRow const& row, unsigned columns) {
  std::u32string text = row.text;
  if (row.part == SlipPart::barcode && row.module > 0) {
    text = (row.barcode == BarcodeKind::ean13 ? U"[EAN13 " : U"[CODE128 ") + row.text + U"]";
  }
  if (row.part == SlipPart::qr && row.module > 0) text = U"[QR " + row.text + U"]";
  unsigned const width = display_width(text);  // large letters stand here as plain ones: each line has its own middle
  if (row.centred && width < columns) out.append((columns - width) / 2, ' ');
  out += to_utf8(text) + '\n';
}

}  // namespace

Result<void> check(CouponSlip const& slip) {
  struct Field {
    std::string_view name, text;
    bool required;
  };
  for (auto const& field : {Field{"headline", slip.headline, true}, Field{"product", slip.product, true},
                            Field{"serial", slip.serial, true}, Field{"terms", slip.terms, false},
                            Field{"reason", slip.reason, false}, Field{"store", slip.store, false},
                            Field{"regular_price", slip.regular_price, false}, Field{"receipt", slip.receipt, false}}) {
    if (auto fit = check_text(field.name, field.text, field.required); !fit) return fit;
  }
  if (slip.valid_from && slip.valid_until && *slip.valid_from > *slip.valid_until) {
    return fail(Code::invalid, "valid_until: is before valid_from");
  }
  if (slip.qr.size() > 213) return fail(Code::invalid, "qr: at most 213 bytes fit the paper");
  return slip.barcode ? check_barcode(*slip.barcode) : Result<void>{};
}

std::vector<std::byte> encode_coupon(CouponSlip const& slip, PrinterProfile const& profile, CouponReport* report,
                                     SlipPainter* painter) {
  CouponReport unseen;
  auto& told = report != nullptr ? *report : unseen;
  TextEncoder const speller(profile);
  auto paper = paper_of(profile);
  paper.spell = [&](std::u32string_view text) { return speller.printable(text, told.replaced); };
  if (painter != nullptr && profile.picture != PictureKind::none) let_paint(paper, *painter, speller, slip, told);
  auto const rows = lay_out(slip, paper, told);
  Job job(profile);
  job.begin(rows);
  for (auto const& row : rows) job.row(row);
  return std::move(job).end();
}

bool needs_painter(std::string_view text, PrinterProfile const& profile) {
  return profile.picture != PictureKind::none && TextEncoder(profile).needs_picture(from_utf8(text));
}

bool needs_painter(CouponSlip const& slip, PrinterProfile const& profile) {
  if (profile.picture == PictureKind::none) return false;
  auto const lacks = [&](BarcodeKind kind) {
    return kind == BarcodeKind::code128 ? !profile.code128 : kind == BarcodeKind::ean13 ? !profile.ean13 : true;
  };
  if ((slip.barcode && lacks(slip.barcode->kind)) || (!slip.qr.empty() && !profile.qr)) return true;
  auto const ours = validity(slip.valid_from, slip.valid_until, slip.language);
  for (auto const& text : {slip.store, slip.headline, slip.product, slip.terms, slip.reason, ours,
                           regular_price(slip.regular_price, slip.language)}) {
    if (needs_painter(text, profile)) return true;
  }
  return false;
}

std::string preview(CouponSlip const& slip, unsigned columns) {
  CouponReport report;
  constexpr unsigned kCell = 12;
  SlipPaper paper;
  paper.columns = columns;
  paper.dots = columns * kCell;
  paper.spell = [](std::u32string_view text) { return std::u32string(text); };
  std::string out;
  for (auto const& row : lay_out(slip, paper, report)) append(out, row, columns);
  return out;
}

}  // namespace tillcue::pos
