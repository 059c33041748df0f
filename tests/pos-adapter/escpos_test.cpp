#include "tillcue/pos/escpos.hpp"

#include <doctest/doctest.h>

#include "job_bytes.hpp"
#include "tillcue/pos/printed_text.hpp"

using namespace tillcue::pos;
using namespace std::string_literals;

namespace {

struct Seen {
  TokenKind kind;
  std::uint64_t offset, length;
  std::string bytes;
  friend bool operator==(Seen const&, Seen const&) = default;
};

std::vector<Seen> tokens(std::string const& stream, std::size_t step = SIZE_MAX) {
  std::vector<Seen> out;
  auto const sink = [&](Token const& token) {
    out.push_back({token.kind, token.offset, token.length, text_of({token.bytes.begin(), token.bytes.end()})});
  };
  auto const bytes = job_of(stream);
  Tokenizer tokenizer;
  for (std::size_t at = 0; at < bytes.size();) {
    auto const n = std::min(step, bytes.size() - at);
    tokenizer.feed(std::span(bytes).subspan(at, n), sink);
    at += n;
  }
  tokenizer.finish(sink);
  return out;
}

PrintedJob printed(std::string const& stream, Letters letters = Letters::plain) {
  return read_printed(job_of(stream), find_profile("epson-tm-t20").value(), letters);
}

}  // namespace

TEST_CASE("every command is one token of its own length") {
  struct Case {
    char const* name;
    std::string bytes;
  };
  for (auto const& [name, bytes] : {
           Case{"init", "\x1B@"s},
           Case{"code page", "\x1Bt\x11"s},
           Case{"size", "\x1D!\x11"s},
           Case{"position", "\x1B$\x1D\x56"s},
           Case{"drawer", "\x1Bp\x00\x19\xFA"s},
           Case{"tabs",
                "\x1B"
                "D\x08\x10\x00"s},
           Case{"cut", "\x1DV\x00"s},
           Case{"cut with feed", "\x1DVB\x1D"s},
           Case{"old cut", "\x1Bi"s},
           Case{"barcode to NUL",
                "\x1Dk\x04"
                "A\x1DVB\0"s},
           Case{"counted barcode", "\x1DkI\x06{C\x1DV\x1Bi"s},
           Case{"raster", "\x1Dv0\0\x02\0\x02\0\x1DVA\x03"s},
           Case{"bit image", "\x1B*\x21\x02\0\x1DV\0\x1DV\x01"s},
           Case{"QR store",
                "\x1D(k\x06\0"
                "1P0\x1DV"s +
                    "A"s},
           Case{"graphics",
                "\x1D"
                "8L\x03\0\0\0\x1DVA"s},
           Case{"NV picture", "\x1Cq\x01\x01\0\x01\0"s + "\x1DVA\x1Bi\x1DVA"s},
           Case{"status", "\x10\x04\x01"s},
           Case{"status of ink", "\x10\x04\x07\x01"s},
           Case{"real-time drawer", "\x10\x14\x01\0\x01"s},
           Case{"user characters", "\x1B&\x01\x41\x42\x01\x1D\x02VA"s},
           Case{"page area", "\x1BW12345678"s},
       }) {
    CAPTURE(name);
    auto const seen = tokens(bytes + "Z");
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].kind == TokenKind::command);
    CHECK(seen[0].length == bytes.size());
    CHECK(seen[1].bytes == "Z");
  }
}

TEST_CASE("text and control bytes are told apart") {
  auto const seen = tokens("Tea\x81\r\nCake");
  REQUIRE(seen.size() == 4);
  CHECK(seen[0] == Seen{TokenKind::text, 0, 4, "Tea\x81"});
  CHECK(seen[1].kind == TokenKind::control);
  CHECK(seen[2].bytes == "\n");
  CHECK(seen[3].offset == 6);
}

TEST_CASE("an unknown command is dropped and reading goes on behind it") {
  auto const seen = tokens("\x1B~A\x1B\nB");
  REQUIRE(seen.size() == 5);
  CHECK(seen[0] == Seen{TokenKind::unknown, 0, 2, "\x1B~"});
  CHECK(seen[1].bytes == "A");
  CHECK(seen[2] == Seen{TokenKind::unknown, 3, 1, "\x1B"});  // ESC LF: the LF is still one
  CHECK(seen[3].kind == TokenKind::control);
}

TEST_CASE("a job that ends inside a command says so, at every length") {
  std::string const whole = "\x1Dv0\0\x02\0\x02\0abcd"s;
  for (std::size_t n = 1; n < whole.size(); ++n) {
    auto const seen = tokens(whole.substr(0, n));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].kind == TokenKind::truncated);
    CHECK(seen[0].length == n);
  }
}

TEST_CASE("a picture that declares four gigabytes costs no memory") {
  Tokenizer tokenizer;
  std::uint64_t length = 0;
  std::size_t held = 0;
  auto const sink = [&](Token const& token) { length += token.length, held = token.bytes.size(); };
  tokenizer.feed(job_of("\x1Dv0\0\xFF\xFF\xFF\xFF"s), sink);
  std::vector<std::byte> const block(1 << 20);
  for (int n = 0; n < 3; ++n) tokenizer.feed(block, sink);
  tokenizer.finish(sink);
  CHECK(length == 8 + 3 * (1ULL << 20));
  CHECK(held == Tokenizer::kMaxHeld);
}

TEST_CASE("records too large to be measured are dropped as one unknown token") {
  std::string stream = "\x1B&\xFF\0\xFF"s;
  stream += std::string(400'000, '\xFF');
  auto const seen = tokens(stream);
  CHECK(seen[0].kind == TokenKind::unknown);
  CHECK(seen[0].length <= Tokenizer::kMaxHeld);
  CHECK(seen[1].kind == TokenKind::text);
  CHECK(tokens(stream, 1000) == seen);
}

TEST_CASE("an unended NUL barcode is given up after 255 bytes") {
  auto const seen = tokens("\x1Dk\x04" + std::string(300, 'A') + "\n");
  CHECK(seen[0].kind == TokenKind::unknown);
  CHECK(seen.back().bytes == "\n");
}

TEST_CASE("long text comes in pieces of the same size however it is fed") {
  std::string const text(10'000, 'x');
  CHECK(tokens(text) == tokens(text, 7));
  CHECK(tokens(text)[0].length == Tokenizer::kMaxText);
}

TEST_CASE("alignment and column positions show where the text stands on paper") {
  auto const job = printed(
      "\x1B"
      "a\x01"
      "HI\n\x1B"
      "a\x02"
      "7.05\n\x1B"
      "a\x00"
      "Tea\x1B$\x20\x01"
      "1.20\n"s);
  REQUIRE(job.lines.size() == 3);
  CHECK(job.lines[0] == std::string(23, ' ') + "HI");
  CHECK(job.lines[1] == std::string(44, ' ') + "7.05");
  CHECK(job.lines[2] == "Tea" + std::string(21, ' ') + "1.20");
}

TEST_CASE("columns written from right to left come out in their order") {
  auto const job = printed(
      "\x1B$\x78\x00"
      "two\x1B$\x00\x00"
      "one\n"s);
  CHECK(job.lines[0] == "one       two");
}

TEST_CASE("double width reads plain, or as wide as on paper") {
  std::string const stream =
      "\x1D!\x11"
      "TOTAL\n"s;
  CHECK(printed(stream).lines[0] == "TOTAL");
  CHECK(printed(stream, Letters::to_scale).lines[0] == "T O T A L");
  CHECK(printed("\x1B"
                "a\x01\x1B!\x30"
                "AB\n"s)
            .lines[0] == std::string(23, ' ') + "AB");
}

TEST_CASE("a line longer than the paper is wrapped as the printer does") {
  auto const job = printed(std::string(50, 'x') + "\n");
  REQUIRE(job.lines.size() == 2);
  CHECK(job.lines[0].size() == 48);
  CHECK(job.lines[1] == "xx");
}

TEST_CASE("text is decoded in the code page in force, by the printer's own numbers") {
  CHECK(printed("\x1Bt\x11\x8F\xE0\xA8\n"s).lines[0] == "При");
  CHECK(printed("\x1Bt\x2E\xCF\xF0\xE8\x1B@\x82\n"s).lines[0] == "é");  // ESC @ empties the line and resets the page
  auto const rongta = read_printed(job_of("\x1Bt\x07\x8F\xE0\xA8\n"s), find_profile("rongta-rp326").value());
  CHECK(rongta.lines[0] == "При");
}

TEST_CASE("symbols and pictures are named with their data") {
  CHECK(printed("\x1DkC\x0D"
                "4006381333931"s)
            .lines[0] == "[EAN13 4006381333931]");
  CHECK(printed("\x1Dk\x04"
                "ABC\0"s)
            .lines[0] == "[CODE39 ABC]");
  CHECK(printed("\x1DkI\x07{C\x0C\x22{Bx"s).lines[0] == "[CODE128 1234x]");
  CHECK(printed("\x1D(k\x05\0"
                "1P0hi\x1D(k\x03\0"
                "1Q0"s)
            .lines[0] == "[QR hi]");
  CHECK(printed("\x1Dv0\0\x02\0\x01\0ab"s).lines[0] == "[image 16x1]");
  CHECK(printed("\x1D(k\x03\0"
                "1Q0"s)
            .lines.empty());  // nothing stored, nothing printed
}

TEST_CASE("what goes to a pass-through display is not on paper") {
  auto const job = printed(
      "A\n\x1B=\x02\x0C"
      "Milk\n\x1DVB\0\x1B=\x01"
      "B\n"s);
  CHECK(job.text() == "A\nB\n");
  CHECK(job.cuts.empty());
}

TEST_CASE("drawer kicks and cuts are found with their places") {
  auto const job = printed("A\n\x1Bi\x1Bp\x00\x19\xFA\x10\x14\x01\x00\x05\x1DVA\x03"s);
  CHECK(job.cuts == std::vector<std::uint64_t>{2, 14});
  CHECK(job.drawer_kicks == std::vector<std::uint64_t>{4, 9});
}

TEST_CASE("a job of nothing but line feeds or column moves stays bounded") {
  CHECK(printed(std::string(50'000, '\n')).lines.size() == 10'000);
  std::string moves;
  for (int n = 0; n < 20'000; ++n) moves += "\x1B$\x05\x00x\x1B$\x64\x00y"s;
  CHECK(printed(moves).lines.size() <= 100);
}
