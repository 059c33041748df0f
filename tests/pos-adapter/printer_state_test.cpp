#include "tillcue/pos/printer_state.hpp"

#include <doctest/doctest.h>

#include "job_bytes.hpp"
#include "shared_samples.hpp"
#include "tillcue/pos/coupon.hpp"
#include "tillcue/pos/printer_profile.hpp"

using namespace tillcue::pos;
using namespace std::string_literals;

namespace {

void follow(PrinterState& state, std::vector<std::byte> const& bytes) {
  Tokenizer tokenizer;
  auto const sink = [&](Token const& token) { state.take(token); };
  tokenizer.feed(bytes, sink);
  tokenizer.finish(sink);
}

std::vector<std::byte> slip_job(std::string const& profile) {
  CouponSlip slip;
  slip.headline = "-20 %";
  slip.product = "Käse für Łódź";
  slip.serial = "ABCD-EFGH";
  slip.qr = "ABCD";
  return encode_coupon(slip, find_profile(profile).value());
}

/// The state behind a slip printed at `state`; nothing is left to bring it back.
void check_restored(PrinterState const& state, std::string const& profile) {
  auto after = state;
  follow(after, wrapped(slip_job(profile), state, 0));
  CHECK(text_of(after.to(state, 0)) == "");
  CHECK(after.code_page(0) == state.code_page(0));
}

}  // namespace

TEST_CASE("a slip leaves every setting as it was, whatever it was") {
  std::string const settings[] = {"\x1Bt\x13"s,
                                  "\x1BR\x02"s,
                                  "\x1BM\x01"s,
                                  "\x1B!\xB9"s,
                                  "\x1D!\x11"s,
                                  "\x1B"
                                  "E\x01"s,
                                  "\x1BG\x01"s,
                                  "\x1B-\x02"s,
                                  "\x1D"
                                  "B\x01"s,
                                  "\x1BV\x01"s,
                                  "\x1B{\x01"s,
                                  "\x1B"
                                  "a\x02"s,
                                  "\x1B \x04"s,
                                  "\x1B"
                                  "3\x18"s,
                                  "\x1DL\x20\x00"s,
                                  "\x1DW\x80\x01"s,
                                  "\x1DP\xB4\x90"s,
                                  "\x1Dh\x32"s,
                                  "\x1Dw\x02"s,
                                  "\x1DH\x02"s,
                                  "\x1C.\x1Bt\x11"s,
                                  "\x1C&"s,
                                  "\x1C!\x0C"s,
                                  "\x1B%\x01"s,
                                  "\x1B"
                                  "r\x01"s,
                                  "\x1B=\x01"s,
                                  "\x1B=\x02"s,
                                  "\x1D"
                                  "a\x0F"s,
                                  "\x1B"
                                  "D\x05\x0A\x00"s,
                                  "\x1D(k\x03\x00\x31\x43\x08"s,
                                  "\x1D(k\x03\x00\x31\x45\x33"s,
                                  ""s};
  for (auto const* profile : {"epson-tm-t88", "pos-5890", "generic-80"}) {
    PrinterState all;
    for (auto const& setting : settings) {
      CAPTURE(setting);
      PrinterState one;
      follow(one, job_of(setting));
      check_restored(one, profile);
      if (setting != "\x1B=\x02"s) follow(all, job_of(setting));
      check_restored(all, profile);
    }
  }
}

TEST_CASE("a slip is printed plain: what the POS left on is off for it") {
  PrinterState state;
  follow(state, job_of("\x1B=\x02"s));
  CHECK(text_of(state.plain()) == "\x1B=\x01"s);
  state = {};
  follow(state, job_of("\x1B!\x38\x1B{\x01\x1DL\x20\x00\x1B t"s + "\n"));
  auto plain = state;
  follow(plain, state.plain());
  CHECK(plain.plain().empty());
  CHECK(text_of(state.plain()).find("\x1D!\x00"s) != std::string::npos);
  CHECK(text_of(state.plain()).find("\x1B{\x00"s) != std::string::npos);
}

TEST_CASE("the code table a POS sent once at its start is there again behind the slip") {
  PrinterState state;
  follow(state, job_of("\x1B@\x1B=\x01\x1Bt\x13"s));
  auto const job = text_of(wrapped(slip_job("epson-tm-t88"), state, 0));
  CHECK(job.rfind("\x1Bt\x13"s) > job.rfind("\x1Bt\x12"s));
  // Never sent: what the shop says the POS counts on.
  auto const unknown = text_of(wrapped(slip_job("epson-tm-t88"), {}, 7));
  CHECK(unknown.rfind("\x1Bt\x07"s) != std::string::npos);
}

TEST_CASE("ESC @ forgets, a display's commands are not the printer's") {
  PrinterState state;
  follow(state, job_of("\x1Bt\x13\x1B!\x38\x1B@"s));
  CHECK(state == PrinterState{});
  follow(state, job_of("\x1B=\x02\x1B@\x1Bt\x05Hello\x1B=\x01"s));
  CHECK(state.code_page(0) == 0);
  CHECK(state.may_print_between());
}

TEST_CASE("nothing is printed inside a line, a page, a macro or user settings") {
  PrinterState state;
  follow(state, job_of("half a line"));
  CHECK_FALSE(state.may_print_between());
  follow(state, job_of("\n"));
  CHECK(state.may_print_between());
  for (auto const& [open, shut] : {std::pair{"\x1BL"s, "\x0C"s},
                                   {"\x1BL"s, "\x1BS"s},
                                   {"\x1D:"s, "\x1D:"s},
                                   {"\x1D(E\x03\x00\x01IN"s, "\x1D(E\x04\x00\x02OUT"s}}) {
    follow(state, job_of(open));
    CHECK_FALSE(state.may_print_between());
    follow(state, job_of(shut));
    CHECK(state.may_print_between());
  }
}

TEST_CASE("on every sample a slip behind each cut leaves the printer as it was") {
  auto const folder = shared_folder() / "data" / "escpos" / "files";
  if (skip_without(folder, "printer state on samples")) return;
  unsigned cuts = 0;
  for (auto const& file : files_in(folder, ".bin")) {
    CAPTURE(file.filename().string());
    PrinterState state;
    Tokenizer tokenizer;
    tokenizer.feed(job_of(read_file(file)), [&](Token const& token) {
      state.take(token);
      if (!token.is_cut()) return;
      ++cuts;
      check_restored(state, "epson-tm-t20");
    });
  }
  CHECK(cuts >= 60);
}
