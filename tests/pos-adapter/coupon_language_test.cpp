// Coupons in Star's and Bematech's own languages: read back by the tokenizer that knows their lengths, put between the
// commands of a POS, and asked of printers that say how they are.
#include <doctest/doctest.h>

#include "coupon_slips.hpp"
#include "job_bytes.hpp"
#include "printer/star_status.hpp"
#include "scripted_printer.hpp"
#include "tillcue/pos/coupon.hpp"
#include "tillcue/pos/printed_text.hpp"
#include "tillcue/pos/printer_state.hpp"
#include "tillcue/pos/receipt_printer.hpp"

using namespace tillcue::pos;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

PrinterProfile profile(std::string const& name) { return find_profile(name).value(); }

std::string text_without_end(std::vector<std::byte> const& job, PrinterProfile const& printer) {
  auto printed = read_printed(job, printer, Letters::plain, printer.language);
  CHECK(printed.unknown == 0);
  CHECK_FALSE(printed.truncated);
  CHECK(printed.cuts.size() == 1);
  while (!printed.lines.empty() && (printed.lines.back().empty() || printed.lines.back() == "--- cut ---")) {
    printed.lines.pop_back();
  }
  return printed.text();
}

/// The same without blank lines: symbols end their own line in one language and not in the other.
std::string dense(std::string text) {
  for (auto at = text.find("\n\n"); at != std::string::npos; at = text.find("\n\n")) text.erase(at, 1);
  return text;
}

PrinterState state_after(std::string const& bytes, Dialect language) {
  PrinterState state(language);
  Tokenizer tokens(language);
  auto const sink = [&](Token const& token) { state.take(token); };
  tokens.feed(job_of(bytes), sink);
  tokens.finish(sink);
  return state;
}

}  // namespace

TEST_CASE("a Star and a Bematech printer's coupon reads as the preview, without one command they do not know") {
  for (auto const* name : {"star-line", "star-prnt", "bematech"}) {
    auto const printer = profile(name);
    CAPTURE(name);
    for (auto slip : {english_slip(), russian_slip()}) {
      if (!printer.qr) slip.qr.clear();  // painted
      auto const job = encode_coupon(slip, printer);
      CHECK(dense(text_without_end(job, printer)) == dense(preview(slip, printer.columns)));
      CHECK((dialect_of(job) == Dialect::star) == (printer.language == Dialect::star));
    }
  }
}

TEST_CASE("Star's commands: alignment, size, emphasis, code table, QR, barcode, cut") {
  auto const job = text_of(encode_coupon(russian_slip(), profile("star-prnt")));
  for (auto const& part : {"\x1B\x1D"
                           "a\x01"s,
                           "\x1Bi\x01\x01\x1B"
                           "E"s,
                           "\x1B"
                           "F\x1Bi\0\0"s,
                           "\x1B\x1Dt\x22"s,
                           "\x1B"
                           "b\x03\x02"s +
                               "\x02P2912345678906\x1E",
                           "\x1B\x1DyS0\x02"s, "\x1B\x1DyP\n"s,
                           "\x1B\x1Dt\0\x1B"
                           "d\x03"s}) {
    CAPTURE(part);
    CHECK(job.find(part) != std::string::npos);
  }
  auto slip = english_slip();
  slip.barcode->data = "A%B";
  slip.qr.clear();
  CHECK(needs_painter(slip, profile("star-line")));  // '%' begins something else there
  CHECK_FALSE(needs_painter(slip, profile("generic-80")));
}

TEST_CASE("Bematech's commands: emphasis, size and cut are its own, the rest is ESC/POS") {
  auto const job = text_of(encode_coupon(english_slip(), profile("bematech")));
  for (auto const& part : {"\x1BW\x01\x1B"
                           "d\x01\x1B"
                           "E"s,
                           "\x1B"
                           "F\x1BW\0\x1B"
                           "d\0"s,
                           "\x1D"
                           "kI"s,
                           "\x1Bm"s}) {
    CAPTURE(part);
    CHECK(job.find(part) != std::string::npos);
  }
  CHECK(job.find("\x1D!") == std::string::npos);
  CHECK(job.find("\x1DV") == std::string::npos);
  CHECK(job.find("\x1D(k") == std::string::npos);
}

TEST_CASE("between two jobs of a POS a slip leaves a Star and a Bematech printer as it found it") {
  struct Pos {
    char const* name;
    std::string said;
  };
  for (auto const& pos : {Pos{"star-line",
                              "\x1B\x1Dt\x22\x1B\x1D"
                              "a\x02\x1B"
                              "E\x1Bi\x01\x02\x1B-\x01\x1B"
                              "4\x1BR\x07\x1B"
                              "0text\n"s},
                          Pos{"star-prnt",
                              "\x1BW\x01\x1Bh\x02\x0F\x1B\x1E"
                              "F\x01\x1Bl\x04\x1B _text\n"s},
                          Pos{"bematech",
                              "\x1Bt\x06\x1B"
                              "a\x02\x1B"
                              "E\x1BW\x01\x1B-\x01\x1B\x0Ftext\n"s}}) {
    CAPTURE(pos.name);
    auto const printer = profile(pos.name);
    auto const before = state_after(pos.said, printer.language);
    CHECK(before.may_print_between());
    auto const slip = encode_coupon(russian_slip(), printer);
    auto const job = wrapped(slip, before, printer.resting_code_page);
    CHECK(state_after(pos.said + text_of(job), printer.language).to(before, printer.resting_code_page).empty());
    CHECK(before.from_power_on() == state_after(text_of(before.from_power_on()), printer.language).from_power_on());
    auto const plain = state_after(pos.said + text_of(before.plain()), printer.language);
    CHECK(plain.plain().empty());
    CHECK(std::search(job.begin(), job.end(), slip.begin(), slip.end()) != job.end());
  }
  CHECK_FALSE(state_after("\x1B*rA"s, Dialect::star).may_print_between());  // amid a raster page
  CHECK(state_after("\x1B*rA\x1B*rB"s, Dialect::star).may_print_between());
}

TEST_CASE("a Star raster page is graphics: no text, no cut and no setting inside it, whatever its dots look like") {
  auto const row = [](char kind, std::string const& dots) {
    return kind + std::string{static_cast<char>(dots.size() & 0xFFU), static_cast<char>(dots.size() >> 8U)} + dots;
  };
  // Dots that read as text, a cut, the end of the page and a reset; a row of 64 bytes, whose length is '@'.
  auto const page = "\x1B*rR\x1B*rA\x1B*rP0\x00"s +
                    row('b',
                        "TOTAL 9.99\n\x1B"
                        "d\x02\x1B*rB") +
                    row('k', "") + row('b', std::string(64, 'x')) + "\x1B*rY24\x00"s +
                    row('b', std::string(300, '\x1B')) +
                    "stray"
                    "\x1B\x0C\x00\x1B*rB"s;
  auto const receipt = "\x1B@\x1B\x1Dt\x20Milk 1.29\n"s + page +
                       "TOTAL 1.29\n\x1B"
                       "d\x02"s;
  CHECK(dialect_of(job_of(page)) == Dialect::star);
  auto const printed = read_printed(job_of(receipt), profile("star-line"), Letters::plain, Dialect::star);
  CHECK(printed.text().find("Milk 1.29") != std::string::npos);
  CHECK(printed.text().find("TOTAL 1.29") != std::string::npos);
  CHECK(printed.text().find("9.99") == std::string::npos);
  CHECK(printed.text().find("stray") == std::string::npos);
  CHECK(printed.cuts == std::vector<std::uint64_t>{receipt.size() - 3});
  CHECK_FALSE(printed.truncated);
  CHECK(printed.unknown == 5);  // the stray letters

  auto const before = state_after(
      "\x1B"
      "E\x1Bi\x01\x01"s,
      Dialect::star);
  auto const after = state_after(
      "\x1B"
      "E\x1Bi\x01\x01"s +
          page,
      Dialect::star);
  CHECK(after.may_print_between());
  CHECK(after.to(before, 0).empty());
}

TEST_CASE(
    "a Star raster page cut into pieces anywhere gives the same tokens; one that never ends hides nothing behind ESC "
    "@") {
  auto const stream = job_of(
      "a\x1B*rAb\x05\x00"
      "12345k\x02\x00xyb\x00\x00\x1B*rBtext\x1B*rAlost\x1B@seen"s);
  auto const texts = [&](std::size_t step) {
    std::vector<std::string> out;
    Tokenizer tokens(Dialect::star);
    auto const sink = [&](Token const& token) {
      if (token.kind == TokenKind::text) out.push_back(text_of({token.bytes.begin(), token.bytes.end()}));
    };
    for (std::size_t at = 0; at < stream.size(); at += step) {
      tokens.feed(std::span(stream).subspan(at, std::min(step, stream.size() - at)), sink);
    }
    tokens.finish(sink);
    return out;
  };
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    CHECK(texts(step) == std::vector<std::string>{"a", "text", "seen"});
  }
}

TEST_CASE("a Star printer's status is read in whole blocks of any length") {
  StarStatusReader reader;
  CHECK_FALSE(reader.take(job_of("\x23\x86\x00\x00"s)));
  auto said = reader.take(job_of("\x00\x00\x00\x02\x00"s));
  REQUIRE(said);
  CHECK(said->trouble.empty());
  CHECK(said->printed == 1U);
  CHECK(reader.take(job_of("garbage \x23\x86\x28\0\0\0\0\0\0"s))->trouble == "cover open");
  CHECK(reader.take(job_of("\x0F\x06\0\0\0\x0C\0"s))->trouble == "paper out");
  said = reader.take(job_of("\x0F\x06\0\0\0\x04\0"s));
  CHECK(said->paper_near_end);
  CHECK_FALSE(said->printed);
  CHECK(reader.take(job_of("\x23\x86\0\x08\0\0\0\0\0"s))->trouble == "cutter jammed");
}

namespace {

/// A Star printer: answers ESC ACK SOH, counts ETB.
struct StarBench {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}};
  boost::asio::ip::tcp::socket socket{io};
  std::array<char, 4096> buffer{};
  std::string job;
  unsigned counted = 0;
  char state = 0, paper = 0;

  StarBench() {
    acceptor.async_accept(socket, [this](boost::system::error_code failure) {
      if (!failure) read();
    });
  }
  void read() {
    socket.async_read_some(boost::asio::buffer(buffer), [this](boost::system::error_code failure, std::size_t n) {
      if (failure) return socket.close();
      for (std::size_t at = 0; at < n; ++at) take(buffer[at]);
      read();
    });
  }
  void take(char c) {
    job += c;
    if (c == '\x17') ++counted;
    if (job.size() < 3 || job.substr(job.size() - 3) != "\x1B\x06\x01") return;
    job.resize(job.size() - 3);
    auto const answer = "\x23\x86"s + state + "\0\0"s + paper + '\0' + static_cast<char>(counted << 1) + '\0';
    boost::asio::write(socket, boost::asio::buffer(answer));
  }
  tillcue::Result<PrintProof> print(Dialect language) {
    LinePrinterOptions options;
    options.where = NetworkPrinter{"127.0.0.1", acceptor.local_endpoint().port()};
    options.language = language;
    LinePrinter printer(io, options);
    std::optional<tillcue::Result<PrintProof>> result;
    printer.print(job_of("slip"), [&](tillcue::Result<PrintProof> r) { result = std::move(r); });
    for (auto const end = std::chrono::steady_clock::now() + 20s; !result && std::chrono::steady_clock::now() < end;) {
      io.run_one_for(20ms);
    }
    REQUIRE(result);
    return *result;
  }
};

}  // namespace

TEST_CASE("a Star printer is asked in its own words before a slip and says when it has printed it") {
  StarBench well;
  auto const proof = well.print(Dialect::star);
  REQUIRE(proof);
  CHECK(proof->fate == tillcue::PrintFate::printed);
  CHECK(well.job == "slip\x17");

  StarBench open;
  open.state = 0x28;
  auto const refused = open.print(Dialect::star);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what.find("cover open") != std::string::npos);
  CHECK(open.job.empty());
}

TEST_CASE("a Bematech printer is asked nothing") {
  StarBench silent;
  auto const proof = silent.print(Dialect::bematech);
  REQUIRE(proof);
  CHECK(proof->fate == tillcue::PrintFate::unconfirmed);
  CHECK(silent.job == "slip");
}
