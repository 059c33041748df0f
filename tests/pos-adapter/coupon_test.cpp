#include "tillcue/pos/coupon.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "coupon_slips.hpp"
#include "job_bytes.hpp"
#include "tillcue/pos/escpos.hpp"
#include "tillcue/pos/printed_text.hpp"

using namespace tillcue::pos;
using namespace std::chrono;

namespace {

bool contains(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

PrinterProfile profile(char const* name) { return find_profile(name).value(); }

/// The printed text without the cut and the feed before it.
std::string on_paper(CouponSlip const& slip, PrinterProfile const& printer) {
  auto const job = encode_coupon(slip, printer);
  auto printed = read_printed(job, printer);
  while (!printed.lines.empty() && (printed.lines.back().empty() || printed.lines.back() == "--- cut ---")) {
    printed.lines.pop_back();
  }
  return printed.text();
}

std::vector<std::string> lines_of(std::string const& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    auto const end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

TEST_CASE("a coupon shows value, product, price, conditions, validity, reason, serial, receipt and store") {
  auto const text = preview(english_slip(), 48);
  for (auto const* part : {"-20 %", "Rye crispbread with sesame 250 g", "Regular price 2.55 EUR", "One per customer.",
                           "Valid 22 November 2026 to 5 December 2026", "cream cheese", "[CODE128 7KQ2M9XR4T]",
                           "[QR https://market.example/c/7KQ2M9XR4T]", "Issued with receipt 000481", "Corner Market"}) {
    CAPTURE(part);
    CHECK(contains(text, part));
  }
}

TEST_CASE("the Russian coupon speaks Russian throughout") {
  auto const text = preview(russian_slip(), 48);
  CHECK(contains(text, "Обычная цена 89.90 RUB"));
  CHECK(contains(text, "Действует с 22 ноября 2026 г. по\n5 декабря 2026 г."));  // no date is torn apart
  CHECK(contains(text, "Выдан с чеком 000481"));
  CHECK(contains(text, "Номер купона 7KQ2M9XR4T"));  // the barcode holds another number
}

TEST_CASE("one layout: the paper reads as the preview on every width and in both languages") {
  for (auto const* name : {"generic-80", "epson-tm-t88"}) {
    auto const printer = profile(name);
    CHECK(on_paper(english_slip(), printer) == preview(english_slip(), printer.columns));
    CHECK(on_paper(russian_slip(), printer) == preview(russian_slip(), printer.columns));
  }
  CHECK(on_paper(english_slip(), profile("generic-58")) == preview(english_slip(), 32));
}

TEST_CASE("the lines of a long headline are centred one by one in the plain text, as they are written there") {
  auto slip = english_slip();
  slip.headline = "Twenty per cent off today only";
  auto const printer = profile("generic-80");
  for (auto const& text : {preview(slip, 48), on_paper(slip, printer)}) {
    auto const lines = lines_of(text);
    REQUIRE(lines.size() > 2);
    CHECK(lines[0] == std::string((48 - 19) / 2, ' ') + "Twenty per cent off");
    CHECK(lines[1] == std::string((48 - 10) / 2, ' ') + "today only");
  }
}

TEST_CASE("no line is wider than the paper, also with words longer than a line") {
  auto slip = russian_slip();
  slip.product = std::string(90, 'W') + " x";
  slip.reason = "日本語のながいことば日本語のながいことば日本語のながいことば日本語の";
  for (unsigned columns : {32U, 42U, 48U}) {
    for (auto const& line : lines_of(preview(slip, columns))) {
      if (line.find('[') == std::string::npos) CHECK(display_width(from_utf8(line)) <= columns);
    }
  }
}

TEST_CASE("the headline is printed in double size and everything it set is set back") {
  auto const bytes = text_of(encode_coupon(english_slip(), profile("generic-80")));
  CHECK(contains(bytes, std::string("\x1D!\x11") + "\x1B"
                                                   "E"
                                                   "\x01"
                                                   "-20 %\n"));
  CHECK(bytes.rfind("\x1D!\x11") < bytes.rfind(std::string("\x1D!\0", 3)));
  CHECK(bytes.rfind(std::string("\x1B"
                                "E\x01")) < bytes.rfind(std::string("\x1B"
                                                                    "E\0",
                                                                    3)));
  CHECK(bytes.rfind(std::string("\x1B"
                                "a\x01")) < bytes.rfind(std::string("\x1B"
                                                                    "a\0",
                                                                    3)));
}

TEST_CASE("there is no ESC @ unless the profile asks for it") {
  auto printer = profile("generic-80");
  CHECK_FALSE(contains(text_of(encode_coupon(english_slip(), printer)), "\x1B@"));
  printer.reset_first = true;
  CHECK(text_of(encode_coupon(english_slip(), printer)).rfind("\x1B@", 0) == 0);
}

TEST_CASE("an ASCII coupon leaves the code page alone and another one sets the resting page back") {
  auto printer = profile("epson-tm-t88");
  printer.resting_code_page = 19;
  CHECK_FALSE(contains(text_of(encode_coupon(english_slip(), printer)), "\x1Bt"));

  auto const bytes = text_of(encode_coupon(russian_slip(), printer));
  auto const last = bytes.rfind("\x1Bt");
  REQUIRE(last != std::string::npos);
  CHECK(bytes[last + 2] == 19);
}

TEST_CASE("one code page is chosen that covers the whole text where there is one") {
  auto const bytes = text_of(encode_coupon(russian_slip(), profile("epson-tm-t88")));  // « » are in 1251, not in 866
  CHECK(contains(bytes, "\x1Bt\x2E"));
  CHECK_FALSE(contains(bytes, "\x1Bt\x11"));
}

TEST_CASE("text in two scripts switches the code page within the line") {
  auto slip = english_slip();
  slip.product = "Кофе «Žluťoučký» 5 €";
  auto const printer = profile("epson-tm-t20");
  CouponReport report;
  auto const job = encode_coupon(slip, printer, &report);
  CHECK(report.replaced.empty());
  CHECK(contains(read_printed(job, printer).text(), "Кофе «Žluťoučký» 5 €"));
}

TEST_CASE("a printer without the page gets an ASCII spelling, and what has none is reported") {
  auto slip = english_slip();
  slip.product = "Café – 日本 «чай» 5 €";
  auto printer = profile("generic-80");
  printer.code_pages = {{CodeTable::cp437, 0}};
  CouponReport report;
  auto const text = read_printed(encode_coupon(slip, printer, &report), printer).text();
  CHECK(contains(text, "Café - ?? «???» 5 EUR"));
  CHECK(report.replaced == U"日本чай");
}

TEST_CASE("no text can command the printer") {
  auto slip = english_slip();
  slip.product = "Milk\x1Bi\x1DVA\n\x10\x04\x01 1 l";
  slip.qr = "a\x1DV";
  auto const job = encode_coupon(slip, profile("generic-80"));
  auto const printed = read_printed(job, profile("generic-80"));
  CHECK(printed.cuts.size() == 1);
  CHECK(printed.cuts.front() == job.size() - 4);
  CHECK(contains(printed.text(), "Milk i VA 1 l"));
  CHECK_FALSE(contains(text_of(job), "\x10\x04"));
}

TEST_CASE("Chinese boards get multibyte text switched off and on again") {
  auto const bytes = text_of(encode_coupon(russian_slip(), profile("rongta-rp326")));
  CHECK(bytes.find("\x1C.") < bytes.find("\x1Bt"));
  CHECK(contains(bytes, "\x1C&"));
  CHECK_FALSE(contains(text_of(encode_coupon(english_slip(), profile("rongta-rp326"))), "\x1C."));
}

TEST_CASE("the slip ends in the cut the printer has, or in a feed to the tear bar") {
  auto printer = profile("generic-80");
  auto const ends_with = [&](std::string const& end) {
    auto const bytes = text_of(encode_coupon(english_slip(), printer));
    return bytes.size() > end.size() && bytes.compare(bytes.size() - end.size(), end.size(), end) == 0;
  };
  CHECK(ends_with(std::string("\x1DVB\0", 4)));
  printer.cut = CutKind::full;
  CHECK(ends_with(std::string("\x1DVA\0", 4)));
  printer = profile("pos-5890");
  CHECK(
      ends_with("\x1B"
                "d\x04"));
  CHECK(read_printed(encode_coupon(english_slip(), printer), printer).cuts.empty());
}

TEST_CASE("the paper budget drops parts in the documented order and never the obligations") {
  auto slip = english_slip();
  std::vector<std::string> const kOrder{"QR code", "receipt number", "reason", "store name"};
  std::size_t dropped_before = 0;
  for (unsigned budget = 40; budget > 0; --budget) {
    slip.max_lines = budget;
    CouponReport report;
    auto const text = read_printed(encode_coupon(slip, profile("generic-80"), &report), profile("generic-80")).text();
    CHECK(report.left_out.size() >= dropped_before);
    dropped_before = report.left_out.size();
    for (std::size_t n = 0; n < report.left_out.size(); ++n) CHECK(report.left_out[n].rfind(kOrder[n], 0) == 0);
    for (auto const* part :
         {"-20 %", "Rye crispbread", "2.55 EUR", "One per customer", "5 December 2026", "[CODE128"}) {
      CHECK(contains(text, part));
    }
  }
  CHECK(dropped_before == kOrder.size());
}

TEST_CASE("a QR code that is the only machine-readable mark is kept by the budget") {
  auto slip = english_slip();
  slip.barcode.reset();
  slip.max_lines = 5;
  CHECK(contains(preview(slip, 48), "[QR "));
}

TEST_CASE("a QR code is left out with a reason where the printer has none") {
  CouponReport report;
  auto const job = encode_coupon(english_slip(), profile("pos-5890"), &report);
  REQUIRE(report.left_out.size() == 1);
  CHECK(report.left_out.front() == "QR code: the printer has none");
  CHECK_FALSE(contains(text_of(job), "\x1D(k"));
}

TEST_CASE("a barcode that does not fit is left out with a reason and the serial is printed instead") {
  auto slip = english_slip();
  slip.barcode->data = std::string(39, 'A');
  slip.serial = slip.barcode->data;
  CouponReport report;
  auto const text = read_printed(encode_coupon(slip, profile("generic-58"), &report), profile("generic-58")).text();
  REQUIRE(report.left_out.size() == 1);
  CHECK(contains(report.left_out.front(), "384 dots"));
  CHECK(contains(text, "Coupon no."));

  auto printer = profile("generic-80");
  printer.code128 = false;
  slip = english_slip();
  report = {};
  (void)encode_coupon(slip, printer, &report);
  REQUIRE_FALSE(report.left_out.empty());
  CHECK(contains(report.left_out.front(), "no CODE128"));
}

TEST_CASE("CODE128 takes digit pairs, doubles braces, and never holds a real-time command") {
  auto slip = english_slip();
  auto const bytes_for = [&](std::string data) {
    slip.barcode->data = std::move(data);
    return text_of(encode_coupon(slip, profile("generic-80")));
  };
  CHECK(contains(bytes_for("1234567890"), "\x1DkI\x07{C\x0C\x22\x38\x4E\x5A"));
  CHECK(contains(bytes_for("A{B"), "\x1DkI\x06{BA{{B"));
  CHECK(contains(bytes_for("1604292710869900"), "{B1604292710869900"));  // in pairs it would hold DLE EOT
}

TEST_CASE("long dates are right at the edges of the calendar") {
  auto slip = english_slip();
  slip.valid_from.reset();
  slip.valid_until = sys_days{2028y / February / 29};
  CHECK(contains(preview(slip, 48), "Valid until 29 February 2028"));
  slip.language = "ru";
  CHECK(contains(preview(slip, 48), "Действует по 29 февраля 2028 г."));
  slip.valid_until.reset();
  CHECK_FALSE(contains(preview(slip, 48), "Действует"));
}

TEST_CASE("a slip that cannot be printed honestly is refused by field") {
  auto const refused = [](auto&& spoil) {
    auto slip = english_slip();
    spoil(slip);
    auto const result = check(slip);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == tillcue::Code::invalid);
    return result.error().what;
  };
  CHECK(check(english_slip()));
  CHECK(check(russian_slip()));
  CHECK(contains(refused([](auto& s) { s.headline.clear(); }), "headline"));
  CHECK(contains(refused([](auto& s) { s.product.clear(); }), "product"));
  CHECK(contains(refused([](auto& s) { s.serial.clear(); }), "serial"));
  CHECK(contains(refused([](auto& s) { s.terms = std::string(401, 'x'); }), "terms"));
  CHECK(contains(refused([](auto& s) { s.valid_until = *s.valid_from - days{1}; }), "valid_until"));
  CHECK(contains(refused([](auto& s) { s.qr = std::string(214, 'x'); }), "qr"));
  CHECK(contains(refused([](auto& s) { s.barcode->data = "kaffee\xC3\xA9"; }), "printable ASCII"));
  CHECK(contains(refused([](auto& s) { s.barcode->data.clear(); }), "1 to 40"));
  CHECK(contains(refused([](auto& s) { s.barcode = Barcode{BarcodeKind::ean13, "400638133393"}; }), "13 digits"));
  CHECK(contains(refused([](auto& s) { s.barcode = Barcode{BarcodeKind::ean13, "4006381333932"}; }), "must be 1"));
}

TEST_CASE(
    "what was printed before the code table was set is read by the table the POS counts on, behind ESC @ by the "
    "printer's") {
  auto printer = profile("epson-tm-t88");
  printer.resting_code_page = 17;
  auto const printed = read_printed(job_of("\x84\xE3\xA1\n\x1B@\x84\n"), printer);
  REQUIRE(printed.lines.size() >= 2);
  CHECK(printed.lines[0] == "Дуб");
  CHECK(printed.lines[1] != "Д");
}
