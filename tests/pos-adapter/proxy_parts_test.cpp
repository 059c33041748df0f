#include <array>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "../../pos-adapter/bypass/answer_patience.hpp"
#include "../../pos-adapter/bypass/backlog.hpp"
#include "../../pos-adapter/bypass/line_troubles.hpp"
#include "job_bytes.hpp"
#include "line/line.hpp"
#include "proxy/reply_splitter.hpp"
#include "proxy/tap_frame.hpp"
#include "tillcue/pos/line_display.hpp"

using namespace tillcue::pos;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

/// A printer's line with two who ask, and a clock in the test's hand.
struct Asked {
  ReplySplitter splitter{3000ms};
  ReplySplitter::Clock::time_point now{};

  void asks(Asker who, std::string const& commands) {
    Tokenizer tokenizer;
    tokenizer.feed(job_of(commands), [&](Token const& token) { splitter.asked(token, who, now); });
  }
  ReplySplitter::Split hears(std::string const& bytes) { return splitter.take(job_of(bytes), now); }
};

}  // namespace

TEST_CASE("each gets the answers to its own questions") {
  Asked line;
  line.asks(Asker::pos, "\x10\x04\x01"s);
  line.asks(Asker::us, "\x10\x04\x01\x10\x04\x04"s);
  line.asks(Asker::pos, "\x1Dr\x01"s);
  line.asks(Asker::us, "\x1Dr\x01"s);
  line.asks(Asker::pos, "\x10\x04\x02"s);
  // Real-time answers overtake the in-order ones.
  auto const first = line.hears("\x16\x12\x12\x12"s);
  CHECK(text_of(first.to_pos) == "\x16\x12"s);
  CHECK(first.real_time == std::vector<std::uint8_t>{0x12, 0x12});
  auto const second = line.hears("\x00\x0C"s);
  CHECK(text_of(second.to_pos) == "\x00"s);
  CHECK(second.in_order == std::vector<std::uint8_t>{0x0C});
}

TEST_CASE("automatic status stays whole, also when its bytes look like answers to us") {
  Asked line;
  line.asks(Asker::us, "\x10\x04\x01\x1Dr\x01"s);
  auto const split = line.hears("\x14\x00\x00\x0F\x12\x00"s);
  CHECK(text_of(split.to_pos) == "\x14\x00\x00\x0F"s);
  CHECK(text_of(split.pushed) == "\x14\x00\x00\x0F"s);
  CHECK(split.real_time.size() == 1);
  CHECK(split.in_order.size() == 1);
  auto cut = line.hears("\x14\x00"s);
  auto rest = line.hears("\x00\x0F"s);
  CHECK(text_of(cut.to_pos) + text_of(rest.to_pos) == "\x14\x00\x00\x0F"s);
}

TEST_CASE("automatic status that comes byte by byte, as over a serial line, goes on at once and is told whole") {
  Asked line;
  std::string to_pos;
  for (char const byte : "\x14\x00\x00"s) {
    auto const split = line.hears({byte});
    CHECK(split.pushed.empty());
    to_pos += text_of(split.to_pos);
  }
  CHECK(to_pos == "\x14\x00\x00"s);
  CHECK(text_of(line.hears("\x0F"s).pushed) == "\x14\x00\x00\x0F"s);
  (void)line.hears("\x14\x00"s);
  line.splitter.forget();
  CHECK(line.hears("\x00\x0F"s).pushed.empty());
}

TEST_CASE("what nobody asked, flow control and names of printers go to the POS") {
  Asked line;
  CHECK(text_of(line.hears("\x11\x13\x12\x00"s).to_pos) == "\x11\x13\x12\x00"s);
  line.asks(Asker::pos, "\x1DI\x43"s);
  line.asks(Asker::us, "\x1Dr\x01"s);
  auto const split = line.hears("_TM-T88V\x12\x00\x00"s);
  CHECK(text_of(split.to_pos) == "_TM-T88V\x12\x00"s);
  CHECK(split.in_order.size() == 1);
}

TEST_CASE("a question that was never answered does not take the answer of a later one") {
  Asked line;
  line.asks(Asker::us, "\x10\x04\x01"s);
  line.now += 4s;
  line.asks(Asker::pos, "\x10\x04\x01"s);
  CHECK(text_of(line.hears("\x12"s).to_pos) == "\x12"s);
}

TEST_CASE("a flood of questions is bounded") {
  Asked line;
  for (int n = 0; n < 10'000; ++n) line.asks(Asker::pos, "\x10\x04\x01"s);
  line.asks(Asker::us, "\x10\x04\x01"s);
  std::size_t ours = 0;
  for (std::size_t n = 0; n < ReplySplitter::kMaxOpen; ++n) ours += line.hears("\x12"s).real_time.size();
  CHECK(ours == 1);
}

TEST_CASE("a printer that missed once is asked again after a second, one that never answers once a minute in the end") {
  AnswerPatience patience;
  AnswerPatience::Clock::time_point now{};
  now += 1h;
  CHECK(patience.may_ask(now));
  patience.missed(now);
  CHECK_FALSE(patience.may_ask(now + 999ms));
  CHECK(patience.may_ask(now + 1s));
  patience.missed(now + 1s);
  CHECK_FALSE(patience.may_ask(now + 2999ms));
  CHECK(patience.may_ask(now + 3s));
  patience.answered();  // late, but it answers
  CHECK(patience.may_ask(now + 1s));
  patience.missed(now + 1s);
  CHECK(patience.may_ask(now + 2s));

  // A slip every ten seconds for an hour to a printer that never answers: how many of them wait for it.
  AnswerPatience never;
  int asked = 0;
  for (int slip = 0; slip < 360; ++slip, now += 10s) {
    if (!never.may_ask(now)) continue;
    ++asked;
    never.missed(now);
  }
  CHECK(asked < 66);
}

TEST_CASE("thanks on a display end the sale, an article of that name does not") {
  auto const told = [](std::vector<DisplayFrame> const& frames) {
    DisplayReader reader(2);
    std::string out;
    for (auto const& frame : frames) {
      reader.take(frame, [&](DisplayEvent const& event) {
        using enum DisplayEvent::Kind;
        out += event.kind == item ? 'i' : event.kind == subtotal ? 't' : event.kind == paid ? 'p' : '?';
      });
    }
    return out;
  };
  DisplayFrame const milk{U"Milch", U"1,29"}, total{U"SUMME", U"1,29"};
  for (DisplayFrame const& article :
       {DisplayFrame{U"Danke Toilettenpapier", U"2,49"}, DisplayFrame{U"Merci Schokolade", U"2 x 1,20     2,40"},
        DisplayFrame{U"Merci", U"EUR          2,49"}, DisplayFrame{U"Danke Toilettenp. 2,49", U"SUMME     3,78"}}) {
    CHECK(told({milk, total, article, milk}) == "itii");
  }
  for (DisplayFrame const& thanks : {DisplayFrame{U"Danke", U""}, DisplayFrame{U"Vielen Dank", U"Auf Wiedersehen"},
                                     DisplayFrame{U"Merci", U"0,00"}, DisplayFrame{U"Danke", U"SUMME     1,29"}}) {
    CHECK(told({milk, total, thanks, milk}) == "itpi");
  }
}

TEST_CASE("lines are read from text and written back; every fault is told with the forms there are") {
  for (auto const* text : {"tcp:127.0.0.1:9100", "tcp:[::1]:9100", "device:/dev/usb/lp0", "fifo:/run/till/lp",
                           "pty:/run/till/lp", "serial:/dev/ttyS0,19200,xon_xoff"}) {
    auto const line = parse_line_address(text);
    REQUIRE(line);
    CHECK(line->text() == text);
  }
  CHECK(parse_line_address("serial:/dev/ttyS0")->text() == "serial:/dev/ttyS0,9600,rts_cts");
  for (auto const* text :
       {"", "tcp", "tcp:", "tcp:host", "tcp:host:99999", "usb:/dev/usb/lp0", "device:lp0", "serial:/dev/ttyS0,9601",
        "serial:/dev/ttyS0,9600,maybe", "serial:/dev/ttyS0,9600,none,8N1"}) {
    CAPTURE(text);
    auto const line = parse_line_address(text);
    REQUIRE_FALSE(line);
    CHECK(line.error().code == tillcue::Code::invalid);
  }
}

TEST_CASE("a FIFO carries bytes, a pty is a terminal under a link, a plain file is refused as serial port") {
  auto const folder = "/tmp/tillcue-line-" + std::to_string(::getpid());
  auto const fifo = open_line(*parse_line_address("fifo:" + folder + ".fifo"));
  REQUIRE(fifo);
  auto const again = open_line(*parse_line_address("device:" + folder + ".fifo"));  // the program that prints
  REQUIRE(again);
  CHECK(*write_some(*again, job_of("abc")) == 3);
  std::array<std::byte, 16> got{};
  CHECK(*read_some(*fifo, got) == 3);
  CHECK(*read_some(*fifo, got) == 0);
  auto const pty = open_line(*parse_line_address("pty:" + folder + ".pty"));
  REQUIRE(pty);
  auto const program = open_line(*parse_line_address("serial:" + folder + ".pty,9600,none"));
  REQUIRE(program);
  CHECK(*write_some(*program, job_of("\r\n\x03\x11"s)) == 4);
  CHECK(*read_some(*pty, got) == 4);
  CHECK(text_of({got.begin(), got.begin() + 4}) == "\r\n\x03\x11"s);
  CHECK_FALSE(open_line(*parse_line_address("serial:/dev/null")));
  ::unlink((folder + ".fifo").c_str());
  ::unlink((folder + ".pty").c_str());
}

TEST_CASE("frames of the tap survive every split, and foreign bytes end it") {
  std::vector<std::byte> stream;
  auto const state = job_of("\x1Bt\x13"s);
  put_frame(stream, TapHello{7, 12, 5, state});
  auto const job = job_of("slip");
  put_frame(stream, TapPrint{3, 99, job});
  put_frame(stream, TapFate{3, SlipFate::printed, true, "printed"});
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    TapReader reader;
    std::string told;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      auto const part = std::span(stream).subspan(at, std::min(step, stream.size() - at));
      CHECK(reader.feed(part, [&](TapFrame const& frame) -> tillcue::Result<void> {
        if (frame.kind == TapKind::hello)
          told += "H" + std::to_string(read_hello(frame)->at) + "-" + std::to_string(read_hello(frame)->present);
        if (frame.kind == TapKind::print) told += "I" + std::to_string(read_print(frame)->at);
        if (frame.kind == TapKind::fate) told += "A" + read_fate(frame)->text;
        return {};
      }));
    }
    CHECK(told == "H7-12I99Aprinted");
  }
  TapReader reader;
  auto const none = [](TapFrame const&) -> tillcue::Result<void> { return {}; };
  CHECK_FALSE(reader.feed(job_of("GET / HTTP/1.1\r\n"), none));
  CHECK_FALSE(TapReader{}.feed(job_of("P\xFF\xFF\xFF\xFF"s), none));
  CHECK_FALSE(read_hello({TapKind::hello, job_of("\x03 another version, of any length"s)}));
  CHECK_FALSE(read_hello({TapKind::hello, job_of("\x02 too short"s)}));
  auto const old = read_hello({TapKind::hello, job_of("\x01\x07\0\0\0\0\0\0\0\x1Bt\x13"s)});
  REQUIRE(old);  // of a bypass that runs since the release before
  CHECK(old->at == 7);
  CHECK(old->present == 7);
  CHECK(old->instance == 0);
  CHECK(old->state.size() == 3);
}

TEST_CASE("a backlog that daemons go away over is told three times") {
  PrinterState const fresh;
  PrinterState later;
  Tokenizer().feed(job_of("\x1b"
                          "E\x01"),
                   [&](Token const& token) { later.take(token); });
  Backlog backlog;
  backlog.add(job_of("one\ntwo\n"), fresh);
  for (auto n = 0U; n < Backlog::kMostTellings; ++n) CHECK(!backlog.retell(later));
  backlog.heard(4);  // it got on
  for (auto n = 0U; n < Backlog::kMostTellings; ++n) CHECK(!backlog.retell(later));
  CHECK(text_of({backlog.bytes().begin(), backlog.bytes().end()}) == "two\n");
  CHECK(backlog.retell(later));
  CHECK(backlog.bytes().empty());
  CHECK(backlog.from() == 8);
  CHECK(!backlog.state().empty());
  for (auto n = 0U; n < 2 * Backlog::kMostTellings; ++n) CHECK(!backlog.retell(later));  // nothing to go away over
}

TEST_CASE("a backlog is what nobody has read, with the printer's state in front of it, and no more than its limit") {
  Backlog backlog;
  PrinterState const fresh;
  auto const add = [&](std::string const& bytes) { backlog.add(job_of(bytes), fresh); };
  add("\x1Bt\x13one\n\x1DV\x01"s);
  backlog.end();
  backlog.end();
  add("two\n");
  CHECK(backlog.ends().size() == 1);
  backlog.heard(0);
  backlog.heard(99);
  CHECK(backlog.from() == 0);
  backlog.heard(10);
  CHECK(backlog.from() == 10);
  CHECK(text_of({backlog.bytes().begin(), backlog.bytes().end()}) == "two\n");
  CHECK(backlog.ends().empty());
  auto const state = backlog.state();
  CHECK(text_of(state) == "\x1Bt\x13"s);
  for (std::size_t n = 0; n < 40; ++n) add(std::string(16 * 1024, 'x'));
  CHECK(backlog.bytes().size() <= Backlog::kMost);
  CHECK(backlog.from() + backlog.bytes().size() == 14 + 40 * 16 * 1024);
  CHECK(backlog.state().empty());  // as it was when the rest was given up
}

TEST_CASE("a line that is lost again and again is told once in half a minute, each fault of it, and when it is back") {
  LineTroubles troubles;
  LineTroubles::Time now{1h};
  auto const told_in = [&](std::chrono::seconds span, std::string const& what) {
    int told = 0;
    for (auto const end = now + span; now < end; now += 250ms) told += troubles.fails(what, now) ? 1 : 0;
    return told;
  };
  CHECK(told_in(10s, "no such file") == 1);
  CHECK(told_in(10s, "no right") == 1);
  CHECK(told_in(60s, "no such file") == 2);
  CHECK_FALSE(troubles.is_back(now));
  // It opens and fails at the first byte, four times a second: nothing to be told that has not been.
  for (int n = 0; n < 20; ++n) {
    troubles.opened(now);
    now += 250ms;
    CHECK_FALSE(troubles.is_back(now));
    CHECK_FALSE(troubles.fails("no such file", now));
  }
  troubles.opened(now);
  CHECK(troubles.next_due() == now + 1s);
  CHECK(troubles.is_back(now + 1s));
  CHECK_FALSE(troubles.is_back(now + 2s));
  CHECK(troubles.fails("no such file", now + 3s));
}
