#include <random>

#include <doctest/doctest.h>

#include "coupon_slips.hpp"
#include "picture/picture_bytes.hpp"
#include "printed_pictures.hpp"
#include "tillcue/pos/code_table.hpp"
#include "tillcue/pos/slip_painter.hpp"

// Scripts and symbols that a printer lacks, painted by the module that is shipped.
using namespace tillcue::pos;

namespace {

SlipPainter& painter() {
  static auto const loaded = load_painter(TILLCUE_PAINTER);
  REQUIRE_MESSAGE(loaded, (loaded ? std::string() : loaded.error().what));
  return **loaded;
}

struct Ink {
  unsigned left = ~0U, right = 0, dots = 0;
};

Ink ink_of(Picture const& picture) {
  Ink ink;
  for (unsigned y = 0; y < picture.height; ++y) {
    for (unsigned x = 0; x < picture.width; ++x) {
      if (!picture.black(x, y)) continue;
      ink.left = std::min(ink.left, x), ink.right = std::max(ink.right, x + 1), ++ink.dots;
    }
  }
  return ink;
}

Picture painted(std::string const& text, TextLook look = {}) {
  std::u32string missing;
  auto picture = painter().text(text, look, missing);
  REQUIRE_MESSAGE(picture, (picture ? std::string() : picture.error().what));
  CHECK(missing.empty());
  return std::move(*picture);
}

/// True when both have the same dots in the `width` columns at their right edges, on whatever base line.
bool same_at_right(Picture const& a, Picture const& b, unsigned width) {
  auto const column_dots = [&](Picture const& picture) {
    std::string out;
    for (unsigned y = 0; y < picture.height; ++y) {
      std::string row;
      for (unsigned x = picture.width - width; x < picture.width; ++x) row += picture.black(x, y) ? '#' : ' ';
      if (row.find('#') != std::string::npos) out += row + '\n';
    }
    return out;
  };
  return column_dots(a) == column_dots(b);
}

CouponSlip slip_in(char const* language, char const* headline, char const* product, char const* terms) {
  auto slip = english_slip();
  slip.language = language;
  slip.headline = headline;
  slip.product = product;
  slip.terms = terms;
  slip.reason.clear();
  return slip;
}

std::vector<CouponSlip> foreign_slips() {
  return {slip_in("ar", "خصم 20 %", "خبز الجاودار بالسمسم", "قسيمة واحدة لكل عميل."),
          slip_in("he", "20% הנחה", "לחם שיפון עם שומשום", "קופון אחד ללקוח."),
          slip_in("zh", "八折优惠", "芝麻黑麦脆面包", "每位顾客限用一张。"),
          slip_in("th", "ลด 20 %", "ขนมปังกรอบข้าวไรย์", "หนึ่งใบต่อลูกค้าหนึ่งคน"),
          slip_in("hi", "20 % छूट", "तिल वाली राई की रोटी", "प्रति ग्राहक एक कूपन।")};
}

PrinterProfile profile_with(PictureKind kind, char const* name = "generic-80") {
  auto profile = find_profile(name).value();
  profile.picture = kind;
  return profile;
}

std::string dots_of(std::vector<Picture> const& pictures) {
  std::string out;
  for (auto const& picture : pictures) {
    for (unsigned y = 0; y < picture.height; ++y) {
      std::string row;
      for (unsigned x = 0; x < picture.width; ++x) row += picture.black(x, y) ? '#' : ' ';
      row.erase(row.find_last_not_of(' ') + 1);
      if (!row.empty()) out += row + '\n';
    }
  }
  return out;
}

}  // namespace

TEST_CASE("Arabic, Hebrew, Chinese, Thai and Hindi come out as letters, on 58 and 80 mm, with nothing replaced") {
  for (auto const& slip : foreign_slips()) {
    CAPTURE(slip.language);
    for (auto const* name : {"generic-80", "generic-58"}) {
      auto const profile = find_profile(name).value();
      CHECK(needs_painter(slip, profile));
      CouponReport report, spelled;
      auto const job = encode_coupon(slip, profile, &report, &painter());
      CHECK(report.replaced.empty());
      CHECK(report.left_out.empty());
      CHECK(report.pictures >= 4);
      CHECK_FALSE(has_real_time_command(job));
      auto const pictures = PictureReader::read(job);
      REQUIRE(pictures.size() >= 1);
      for (auto const& picture : pictures) CHECK(ink_of(picture).dots > 200);
      // Without a painter the same slip says how little of it is left.
      (void)encode_coupon(slip, profile, &spelled);
      CHECK(spelled.replaced.size() > 5);
    }
  }
}

TEST_CASE("right-to-left text begins at the right edge, left-to-right text at the left") {
  auto const arabic = ink_of(painted("قسيمة واحدة لكل عميل."));
  CHECK(arabic.right > 560);
  CHECK(arabic.left > 200);
  auto const hebrew = ink_of(painted("קופון אחד ללקוח."));
  CHECK(hebrew.right > 560);
  auto const thai = ink_of(painted("หนึ่งใบต่อลูกค้าหนึ่งคน"));
  CHECK(thai.left < 16);
  CHECK(thai.right < 500);
}

TEST_CASE("the first letter of a right-to-left line stands at the right, and what follows to the left of it") {
  auto const first = painted("א");
  auto const width = 576 - ink_of(first).left;
  CHECK(same_at_right(painted("אב"), first, width));
  CHECK(same_at_right(painted("א Rye 250"), first, width));
  CHECK_FALSE(same_at_right(painted("בא"), first, width));
}

TEST_CASE("numbers keep their order inside right-to-left text") {
  // The digits of "250" as they stand in Latin text, found in the picture of the Arabic line.
  auto const alone = painted("250");
  auto const inside = painted("خبز 250");
  auto const [left, right, dots] = ink_of(alone);
  bool found = false;
  for (unsigned at = 0; at + right < inside.width && !found; ++at) {
    found = true;
    for (unsigned x = left; x < right && found; ++x) {
      for (unsigned y = 0; y < std::min(alone.height, inside.height) && found; ++y) {
        found = alone.black(x, y) == inside.black(at + x, y + (inside.height - alone.height) / 2) ||
                alone.height != inside.height;
      }
    }
  }
  CHECK(dots > 100);
  CHECK(found);
}

TEST_CASE("Arabic letters are joined and Hindi letters combined: less wide than side by side") {
  auto const width = [](std::string const& text) {
    auto const ink = ink_of(painted(text));
    return ink.right - ink.left;
  };
  CHECK(width("سلام") + 8 < width("س\u200Cل\u200Cا\u200Cم"));
  CHECK(width("क्षत्रिय") + 4 < width("क\u094D\u200Cष\u0924\u094D\u200Cर\u093F\u092F"));
}

TEST_CASE("long Thai text is broken between words and stays on the paper") {
  TextLook look;
  look.width = 384;
  auto const picture = painted("ขนมปังกรอบข้าวไรย์งาดำสูตรดั้งเดิมห่อใหญ่พิเศษสำหรับครอบครัว", look);
  CHECK(picture.width == 384);
  CHECK(picture.height > 50);  // two lines
  CHECK(ink_of(picture).right <= 384);
}

TEST_CASE("a character no font has is painted as a question mark and told") {
  std::u32string missing;
  auto const picture = painter().text("八\uE123折\uE123", {}, missing);
  REQUIRE(picture);
  CHECK(missing == U"\uE123");
  CHECK(dots_of({*picture}) == dots_of({painted("八?折?")}));
  auto slip = foreign_slips()[2];
  slip.product += "\uE123";
  CouponReport report;
  (void)encode_coupon(slip, find_profile("generic-80").value(), &report, &painter());
  CHECK(report.replaced == U"\uE123");
}

TEST_CASE("GS v 0, GS ( L and ESC * put the same dots on paper") {
  for (auto const& slip : foreign_slips()) {
    CAPTURE(slip.language);
    auto const dots = [&](PictureKind kind) {
      auto const job = encode_coupon(slip, profile_with(kind), nullptr, &painter());
      CHECK_FALSE(has_real_time_command(job));
      return dots_of(PictureReader::read(job));
    };
    auto const raster = dots(PictureKind::raster);
    CHECK(raster.size() > 5000);
    CHECK(raster == dots(PictureKind::graphics));
    // Columns are defused elsewhere: a dot or two may differ, not more.
    auto const column = dots(PictureKind::column);
    auto const star = encode_coupon(slip, find_profile("star-prnt").value(), nullptr, &painter());
    CHECK(dots_of(PictureReader::read(star, Dialect::star)).size() > 5000);
    CHECK(std::abs(static_cast<int>(std::count(raster.begin(), raster.end(), '#')) -
                   static_cast<int>(std::count(column.begin(), column.end(), '#'))) < 8);
  }
}

TEST_CASE("no picture holds a real-time command, however hostile its dots, and none loses a black dot") {
  std::mt19937 random(20261129);
  constexpr unsigned char kHostile[] = {0x10, 0x04, 0x05, 0x14, 0x00, 0x10, 0xFF};
  for (int round = 0; round < 100; ++round) {
    Picture picture(8 * (1 + random() % 72), 1 + random() % 90);
    for (auto& bits : picture.bits) bits = static_cast<std::byte>(kHostile[random() % sizeof kHostile]);
    for (auto const kind : {PictureKind::raster, PictureKind::graphics, PictureKind::column, PictureKind::star_raster,
                            PictureKind::star_column}) {
      bool const star = kind == PictureKind::star_raster || kind == PictureKind::star_column;
      std::vector<std::byte> out;
      put_picture(picture, kind, false, out);
      REQUIRE_FALSE(has_real_time_command(out));
      auto const back = PictureReader::read(out, star ? Dialect::star : Dialect::escpos);
      REQUIRE(back.size() == 1);
      bool lost = false;
      for (unsigned y = 0; y < picture.height; ++y) {
        for (unsigned x = 0; x < back[0].width; ++x) lost |= picture.black(x, y) && !back[0].black(x, y);
      }
      CHECK_FALSE(lost);
    }
  }
}

TEST_CASE("a symbol is moved rather than changed") {
  // A bar pattern whose rows would be obeyed where it stands: 0x10 0x04.
  Picture picture(64, 40);
  for (unsigned y = 0; y < picture.height; ++y) picture.blacken(3, y), picture.blacken(13, y);
  std::vector<std::byte> out;
  put_picture(picture, PictureKind::raster, true, out);
  CHECK_FALSE(has_real_time_command(out));
  auto const back = PictureReader::read(out);
  REQUIRE(back.size() == 1);
  CHECK(ink_of(back[0]).dots == 80);
  CHECK(ink_of(back[0]).right - ink_of(back[0]).left == 11);
}

TEST_CASE("symbols a printer lacks are painted; without a painter they are left out and told") {
  auto profile = find_profile("wincor-th230").value();
  profile.code128 = false;
  CouponReport report;
  (void)encode_coupon(english_slip(), profile, &report);
  REQUIRE(report.left_out.size() == 2);
  CHECK(report.left_out[0] == "barcode: the printer has no CODE128");
  CHECK(report.left_out[1] == "QR code: the printer has none");
  CouponReport with;
  auto const job = encode_coupon(english_slip(), profile, &with, &painter());
  CHECK(with.left_out.empty());
  CHECK(with.pictures == 2);
  CHECK_FALSE(has_real_time_command(job));
}

TEST_CASE("a symbol that cannot be is refused with the reason") {
  CHECK(painter().symbol(SymbolKind::code128, std::string(60, 'X'), {384, 3, 80}).error().what.find("too wide") == 0);
  CHECK_FALSE(painter().symbol(SymbolKind::ean13, "12345678901x3", {}));
  CHECK_FALSE(painter().symbol(SymbolKind::databar_expanded, "(9999)1", {}));
  CHECK(painter().symbol(SymbolKind::databar_expanded, "(8110)106141416543213500110000310123196000", {384, 3, 80}));
}

TEST_CASE("a painter that is not there, or no painter, is an error that says what then") {
  auto const none = load_painter("/nowhere/tillcue-painter.so");
  REQUIRE_FALSE(none);
  CHECK(none.error().what.find("spelled in ASCII") != std::string::npos);
  CHECK_FALSE(load_painter("/proc/self/exe"));
}

TEST_CASE("accents a printer lacks are painted, signs with a spelling are not") {
  auto const american = [] {
    auto profile = find_profile("generic-80").value();
    profile.code_pages = {{CodeTable::cp437, 0}};
    return profile;
  }();
  CHECK_FALSE(needs_painter("Rye – “crisp” 2.55 €", american));
  CHECK(needs_painter("Žitný chléb", american));
  CHECK_FALSE(needs_painter("Žitný chléb", find_profile("generic-80").value()));
  CHECK_FALSE(needs_painter("八折", profile_with(PictureKind::none)));
}
