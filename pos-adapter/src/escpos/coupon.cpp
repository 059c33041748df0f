#include "tillcue/pos/coupon.hpp"

#include <algorithm>

#include "picture/picture_bytes.hpp"
#include "slip_commands.hpp"
#include "slip_layout.hpp"
#include "slip_words.hpp"
#include "symbol_size.hpp"
#include "text_encoder.hpp"

namespace tillcue::pos {
namespace {

constexpr unsigned kLetterDots = 24;  // the em of a painted letter: as high as font A

Result<void> check_text(std::string_view field, std::string_view text, bool required) {
  if (required && text.empty()) return fail(Code::invalid, std::string(field) + ": must not be empty");
  if (text.size() <= 400) return {};
  return fail(Code::invalid,
              std::string(field) + ": " + std::to_string(text.size()) + " bytes, at most 400 are printed");
}

/// Collects the bytes of one job.
class Job {
 public:
  explicit Job(PrinterProfile const& profile)
      : profile_(profile), commands_(commands_in(profile.language)), encoder_(profile) {}

  void begin(std::vector<SlipRow> const& rows);
  void row(SlipRow const& row);
  std::vector<std::byte> end() &&;

 private:
  void text(SlipRow const& row);

  PrinterProfile const& profile_;
  SlipCommands const& commands_;
  TextEncoder encoder_;
  std::vector<std::byte> out_;
};

void Job::begin(std::vector<SlipRow> const& rows) {
  if (profile_.reset_first) put(out_, {0x1B, '@'});
  std::u32string all;
  for (auto const& row : rows) {
    if (row.module == 0 && !row.picture) all += row.text;
  }
  encoder_.prefer(all);
  commands_.begin(out_);
}

void Job::row(SlipRow const& row) {
  if (row.picture) {
    commands_.align(false, out_);  // its middle is in the picture
    return put_picture(*row.picture, profile_.picture, row.is_symbol(), out_);
  }
  commands_.align(row.centred, out_);
  if (row.module == 0) return text(row);
  auto const data = to_utf8(row.text);
  if (row.part == SlipPart::barcode) return commands_.barcode(row.barcode, data, row.module, out_);
  if (row.part == SlipPart::qr) return commands_.qr(data, row.module, out_);
}

void Job::text(SlipRow const& row) {
  if (row.large) commands_.large(true, out_);
  if (row.bold) commands_.bold(true, out_);
  encoder_.write(row.text, out_);
  put(out_, {'\n'});
  if (row.bold) commands_.bold(false, out_);
  if (row.large) commands_.large(false, out_);
}

std::vector<std::byte> Job::end() && {
  commands_.end(out_);
  encoder_.rest(out_);
  if (profile_.feed_before_cut > 0) commands_.feed(profile_.feed_before_cut, out_);
  commands_.cut(profile_.cut, out_);
  return std::move(out_);
}

bool prints_itself(PrinterProfile const& profile, Barcode const& code) {
  if (code.kind == BarcodeKind::ean13) return profile.ean13;
  if (code.kind != BarcodeKind::code128) return false;
  return profile.code128 && commands_in(profile.language).can_code128(code.data);
}

SlipPaper paper_of(PrinterProfile const& profile, CouponSlip const& slip) {
  SlipPaper paper;
  paper.columns = profile.columns;
  paper.dots = profile.dots;
  paper.qr = profile.qr;
  paper.barcode = slip.barcode && prints_itself(profile, *slip.barcode);
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
  for (auto const& field :
       {Field{"headline", slip.headline, true}, Field{"product", slip.product, true},
        Field{"serial", slip.serial, true}, Field{"value", slip.value, false}, Field{"terms", slip.terms, false},
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
  auto paper = paper_of(profile, slip);
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
  if ((slip.barcode && !prints_itself(profile, *slip.barcode)) || (!slip.qr.empty() && !profile.qr)) return true;
  auto const ours = validity(slip.valid_from, slip.valid_until, slip.language);
  for (auto const& text : {slip.store, slip.headline, slip.product, slip.value, slip.terms, slip.reason, ours,
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
