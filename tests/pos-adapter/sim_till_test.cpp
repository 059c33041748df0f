#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coupon_slips.hpp"
#include "framed_job.hpp"
#include "job_bytes.hpp"
#include "receipt.hpp"
#include "sim_lane.hpp"
#include "tillcue/pos/printed_text.hpp"
#include "tillcue/pos/receipt_printer.hpp"
#include "virtual_printer.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using namespace tillcue::pos::sim;
using namespace std::chrono_literals;

namespace {

RecordedBasket tea_and_milk() {
  return {"1", "C7", {{Sku("TEA"), "Tea", {2000}, 250}, {Sku("MILK"), "Milk", {1000}, 120}}};
}

/// A virtual printer on a thread of its own.
struct Paper {
  std::array<int, 2> stop{};
  std::vector<std::vector<std::byte>> jobs;
  std::optional<VirtualPrinter> printer;
  std::thread thread;

  explicit Paper(PrinterFault fault = PrinterFault::none) {
    REQUIRE(::pipe(stop.data()) == 0);
    auto made = VirtualPrinter::listen({"127.0.0.1", 0}, fault, [this](auto const& job) { jobs.push_back(job); });
    REQUIRE(made);
    printer.emplace(std::move(*made));
    thread = std::thread([this] { printer->run(stop[0]); });
  }
  /// Stops it; the jobs may be looked at afterwards.
  void end() {
    if (!thread.joinable()) return;
    (void)!::write(stop[1], "x", 1);
    thread.join();
  }
  ~Paper() {
    end();
    ::close(stop[0]);
    ::close(stop[1]);
  }
};

Result<PrintProof> print(std::uint16_t port, std::vector<std::byte> job) {
  boost::asio::io_context io;
  LinePrinter printer(io, {NetworkPrinter{"127.0.0.1", port}, 5000ms, 600ms, true});
  std::optional<Result<PrintProof>> result;
  printer.print(std::move(job), [&](auto r) { result = std::move(r); });
  io.run();
  REQUIRE(result);
  return *result;
}

}  // namespace

TEST_CASE("a basket is rung up from hello to finish, and an accepted hint becomes a further line") {
  Lane lane;
  auto options = lane.options();
  options.accept = 1;
  auto const tally = lane.ring_up(options, {tea_and_milk()});
  CHECK(tally.sales == 1);
  CHECK(tally.scans == 3);
  CHECK(tally.hints == 1);
  CHECK(tally.accepted == 1);
  CHECK(tally.coupons_printed == 1);
  CHECK(tally.refused == 0);
  CHECK(tally.lost == 0);
  CHECK(tally.latencies_ms.size() == 1);
  CHECK(tally.latency_ms(1) < 1000);
  auto const lines = lane.loop.on_loop([&] { return lane.terminal.lines.begin()->second; });
  REQUIRE(lines.size() == 3);
  CHECK(lines.at(LineNo{2}).sku == Sku("CAKE"));  // rung up before the next article
  CHECK(lines.at(LineNo{2}).price_minor == 310);
  REQUIRE(lane.count(kIndexOf<Finish>) == 1);
  CHECK(lane.finished_with() == 2 * 250 + 120 + 310);
  for (auto const* part :
       {"scan     Tea   2 x 2.50", "HINT     Carrot cake", "say: \"A slice of cake with it?\"", "why: Goes with tea",
        "ACCEPT   Carrot cake", "tender   9.30 EUR", "COUPON   7KQ2M9XR4T", "| -20 %"}) {
    CAPTURE(part);
    CHECK(lane.told.str().find(part) != std::string::npos);
  }
}

TEST_CASE("an accepted set is rung up item by item, each at its own price") {
  Lane lane;
  auto options = lane.options();
  options.accept = 1;
  options.catalogue = {{"SALSA", {"Salsa", 299}}, {"GUA", {"Guacamole", 199}}};
  auto const tally = lane.ring_up(options, {{"1", "", {{Sku("CHIPS"), "Chips", {1000}, 250}}}});
  CHECK(tally.scans == 3);
  auto const lines = lane.rung_up();
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].sku == Sku("SALSA"));
  CHECK(lines[1].price_minor == 299);
  CHECK(lines[1].name == "Salsa");
  CHECK(lines[2].sku == Sku("GUA"));
  CHECK(lines[2].price_minor == 199);
  CHECK(lane.finished_with() == 250 + 299 + 199);
}

TEST_CASE("a set's items the till has no price of are left to the terminal, and so is the sum") {
  Lane lane;
  auto options = lane.options();
  options.accept = 1;
  (void)lane.ring_up(options, {{"1", "", {{Sku("CHIPS"), "Chips", {1000}, 250}}}});
  auto const lines = lane.rung_up();
  REQUIRE(lines.size() == 3);
  for (std::size_t n = 1; n < 3; ++n) CHECK_FALSE(lines[n].price_minor);
  CHECK_FALSE(lane.finished_with());
}

TEST_CASE("an accepted upgrade takes the place of one piece of the smaller item") {
  for (std::int64_t const pieces : {1, 2}) {
    CAPTURE(pieces);
    Lane lane;
    auto options = lane.options();
    options.accept = 1;
    (void)lane.ring_up(options, {{"1", "", {{Sku("SMALL"), "Small", {pieces * 1000}, 100}}}});
    auto const lines = lane.rung_up();
    REQUIRE(lines.size() == static_cast<std::size_t>(pieces));
    CHECK(lines.back().sku == Sku("LARGE"));
    if (pieces == 2) CHECK(lines.front().quantity.milli == 1000);
    CHECK(lane.finished_with() == (pieces - 1) * 100 + 180);
    CHECK(lane.told.str().find("out      Small: what was offered is sold instead") != std::string::npos);
  }
}

TEST_CASE("a declined hint is told to the terminal and adds nothing") {
  Lane lane;
  auto options = lane.options();
  options.accept = 0;
  auto const tally = lane.ring_up(options, {tea_and_milk()});
  CHECK(tally.declined == 1);
  CHECK(tally.scans == 2);
  CHECK(lane.count(kIndexOf<Answer>) == 1);
}

TEST_CASE("a hint that comes after the last answer was seen, and is counted as not answered") {
  Lane lane;
  lane.terminal.hint_at_tender = true;
  auto options = lane.options();
  options.accept = 0;
  auto const tally = lane.ring_up(options, {tea_and_milk(), tea_and_milk()});
  CHECK(tally.hints == 4);
  CHECK(tally.declined == 2);
  CHECK(tally.ignored == 2);
  CHECK(lane.count(kIndexOf<Answer>) == 2);
  CHECK(lane.told.str().find("4 hints: 0 accepted, 2 declined, 2 not answered") != std::string::npos);
}

TEST_CASE("slips are mended: the terminal ends with the basket as it was recorded") {
  Lane lane;
  auto options = lane.options();
  options.accept = 0;
  options.slips = 1;
  RecordedBasket basket{"1", "", {}};
  for (int n = 0; n < 20; ++n) basket.scans.push_back({Sku("S" + std::to_string(n)), "Thing", {1000}, 100});
  auto const tally = lane.ring_up(options, {basket});
  CHECK(tally.refused == 0);
  CHECK(lane.count(kIndexOf<RemoveLine>) > 0);
  auto const lines = lane.loop.on_loop([&] { return lane.terminal.lines.begin()->second; });
  CHECK(lines.size() == 20);
  for (auto const& [number, line] : lines) CHECK(line.quantity.milli == 1000);
}

TEST_CASE("the same seed makes the same choices") {
  auto const accepted = [](std::uint64_t seed) {
    Lane lane;
    auto options = lane.options();
    options.accept = 0.5;
    options.seed = seed;
    return lane.ring_up(options, std::vector<RecordedBasket>(12, tea_and_milk())).accepted;
  };
  auto const first = accepted(3);
  CHECK(first > 0);
  CHECK(first < 12);
  CHECK(accepted(3) == first);
}

TEST_CASE("a refusing terminal is counted and the sale goes on") {
  Lane lane;
  lane.loop.do_on_loop([&] { lane.terminal.refuse_lines = true; });
  auto const tally = lane.ring_up(lane.options(), {tea_and_milk()});
  CHECK(tally.refused == 2);
  CHECK(tally.sales == 1);
  CHECK(lane.count(kIndexOf<Finish>) == 1);
  CHECK(lane.told.str().find("refused (busy): not now") != std::string::npos);
}

TEST_CASE("with no terminal at all the sale goes on, its receipt is printed, and the loss is counted") {
  Paper paper;
  TillOptions options;
  {
    auto const gone = VirtualPrinter::listen({"127.0.0.1", 0}, PrinterFault::none, {});
    options.terminal = {"127.0.0.1", gone->port()};
  }
  options.pace = 0ms;
  options.printer = Address{"127.0.0.1", paper.printer->port()};
  std::ostringstream told;
  Narrator narrator(told, false);
  Till till(options, narrator);
  till.ring_up(tea_and_milk());
  till.close();
  CHECK(till.tally().lost == 1);
  CHECK(till.tally().receipts == 1);
  CHECK(told.str().find("selling on without hints") != std::string::npos);
  paper.end();
  CHECK(paper.jobs.size() == 1);
}

TEST_CASE("the JSON narration is one object a line, with a summary last") {
  Lane lane;
  (void)lane.ring_up(lane.options(), {tea_and_milk()}, true);
  std::istringstream lines(lane.told.str());
  std::string line, last;
  while (std::getline(lines, line)) {
    CHECK(line.front() == '{');
    CHECK(line.back() == '}');
    last = line;
  }
  CHECK(last.find("\"event\":\"summary\"") != std::string::npos);
  CHECK(last.find("\"sales\":1") != std::string::npos);
}

TEST_CASE("the POS's own receipt shows its lines and total, is cut, and kicks the drawer after the cut") {
  auto const profile = find_profile("generic-80").value();
  Receipt const receipt{
      "Магазин", "lane-1", "00001", {{Sku("T"), "Чай зелёный", {2000}, 250}}, {500, {{'E', 'U', 'R'}, 2}}};
  auto const job = receipt_bytes(receipt, profile);
  auto const printed = read_printed(job, profile);
  auto const text = printed.text();
  CHECK(text.find("Чай зелёный") != std::string::npos);
  CHECK(text.find("2 x 2.50") != std::string::npos);
  CHECK(text.find("5.00 EUR") != std::string::npos);
  REQUIRE(printed.cuts.size() == 1);
  REQUIRE(printed.drawer_kicks.size() == 1);
  CHECK(printed.drawer_kicks[0] > printed.cuts[0]);
}

TEST_CASE("receipt and coupon come out of the virtual printer one after the other, whole") {
  Paper paper;
  auto const profile = find_profile("generic-80").value();
  Receipt const receipt{"Shop", "1", "1", {{Sku("T"), "Tea", {1000}, 250}}, {250, {{'E', 'U', 'R'}, 2}}};
  CHECK(print_at({"127.0.0.1", paper.printer->port()}, receipt_bytes(receipt, profile)));
  auto const proof = print(paper.printer->port(), encode_coupon(english_slip(), profile));
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::printed);
  paper.end();
  REQUIRE(paper.jobs.size() == 2);
  CHECK(paper.jobs[0] == receipt_bytes(receipt, profile));
  CHECK(read_printed(paper.jobs[1], profile).text().find("Rye crispbread") != std::string::npos);
}

TEST_CASE("the virtual printer acts out paper, cover, silence and slowness") {
  auto const job = encode_coupon(english_slip(), find_profile("generic-80").value());
  {
    Paper paper(PrinterFault::paper);
    auto const proof = print(paper.printer->port(), job);
    REQUIRE_FALSE(proof);
    CHECK(proof.error().what.find("paper out") != std::string::npos);
    paper.end();
    CHECK(paper.jobs.empty());
  }
  {
    Paper cover(PrinterFault::cover);
    auto const proof = print(cover.printer->port(), job);
    REQUIRE_FALSE(proof);
    CHECK(proof.error().what.find("cover open") != std::string::npos);
  }
  {
    Paper silent(PrinterFault::silent);
    auto const proof = print(silent.printer->port(), job);
    REQUIRE(proof);
    CHECK(proof->fate == PrintFate::unconfirmed);
    silent.end();
    CHECK(silent.jobs.size() == 1);
  }
  {
    Paper slow(PrinterFault::slow);
    auto const proof = print(slow.printer->port(), job);
    REQUIRE(proof);
    CHECK(proof->fate == PrintFate::printed);
  }
}

TEST_CASE("status questions alone are no job, and an unknown fault is refused with the names") {
  Paper paper;
  CHECK(print_at({"127.0.0.1", paper.printer->port()}, job_of("\x10\x04\x01\x10\x04\x04")));
  paper.end();
  CHECK(paper.jobs.empty());
  auto const fault = parse_fault("fire");
  REQUIRE_FALSE(fault);
  CHECK(fault.error().what.find("silent") != std::string::npos);
}

TEST_CASE("an address that is taken is an io error and a name is not an address") {
  Paper paper;
  auto const taken = VirtualPrinter::listen({"127.0.0.1", paper.printer->port()}, PrinterFault::none, {});
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Code::io);
  CHECK_FALSE(VirtualPrinter::listen({"printer", 0}, PrinterFault::none, {}));
  for (auto const* text : {"9100", "host:", ":9100", "host:99999", "host:12x"}) CHECK_FALSE(parse_address(text));
  CHECK(parse_address("127.0.0.1:9100").value().port == 9100);
}

TEST_CASE("a printed job is framed as wide as the paper") {
  auto const profile = find_profile("generic-58").value();
  auto const box = framed_job(encode_coupon(russian_slip(), profile), profile, "job 1");
  std::istringstream lines(box);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("[QR") == std::string::npos) CHECK(display_width(from_utf8(line)) == 36);
  }
}

TEST_CASE("an article taken as a hint before its turn is not rung up twice") {
  Lane lane;
  auto options = lane.options();
  options.accept = 1;
  RecordedBasket const basket{"1",
                              "",
                              {{Sku("TEA"), "Tea", {1000}, 250},
                               {Sku("MILK"), "Milk", {1000}, 120},
                               {Sku("CAKE"), "Carrot cake", {1000}, 310}}};
  auto const tally = lane.ring_up(options, {basket, basket});
  CHECK(tally.scans == 6);
  auto const lines = lane.loop.on_loop([&] { return lane.terminal.lines; });
  REQUIRE(lines.size() == 2);
  for (auto const& [sale, put] : lines) CHECK(put.size() == 3);
  CHECK(lane.told.str().find("skipped  Carrot cake: rung up already") != std::string::npos);
}

TEST_CASE("a stopped till voids the open sale and does not wait out its pace") {
  Lane lane;
  auto options = lane.options();
  options.pace = 60s;
  options.stopped = [&] { return lane.count(kIndexOf<PutLine>) > 0; };
  auto const began = std::chrono::steady_clock::now();
  auto const tally = lane.ring_up(options, {tea_and_milk()});
  CHECK(std::chrono::steady_clock::now() - began < 5s);
  CHECK(tally.scans == 1);
  CHECK(lane.count(kIndexOf<Void>) == 1);
  CHECK(lane.count(kIndexOf<Finish>) == 0);
  CHECK(lane.told.str().find("VOID") != std::string::npos);
  CHECK(lane.told.str().find("1 sales, 1 scans") != std::string::npos);
}

TEST_CASE("the narration is flushed after every event and tells why a coupon was dropped") {
  struct Counting : std::stringbuf {
    unsigned flushed = 0;
    int sync() override { return ++flushed, 0; }
  } paper;
  std::ostream out(&paper);
  for (bool const json : {false, true}) {
    Narrator narrator(out, json);
    auto const before = paper.flushed;
    narrator.scan({Sku("TEA"), "Tea", {1000}, 250}, {{'E', 'U', 'R'}, 2});
    CHECK(paper.flushed == before + 1);
    narrator.coupon({SaleId("1"), "7KQ2", "", PrintFate::dropped, "paper out; put in a new roll"});
    CHECK(paper.flushed == before + 2);
  }
  CHECK(paper.str().find("COUPON   7KQ2 of sale 1, dropped: paper out; put in a new roll\n") != std::string::npos);
  CHECK(paper.str().find("\"reason\":\"paper out; put in a new roll\"") != std::string::npos);
}

TEST_CASE("tillcue-pos exits 2 on a wrong command line, 3 on wrong input and 4 without a terminal") {
  std::filesystem::path const program = TILLCUE_POS_PROGRAM;
  if (!std::filesystem::exists(program)) {
    MESSAGE("skipped: " << program.string() << " is not built");
    return;
  }
  auto const exit_of = [&](std::string const& arguments) {
    auto const status = std::system((program.string() + " " + arguments + " >/dev/null 2>&1 </dev/null").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  CHECK(exit_of("--help") == 0);
  CHECK(exit_of("") == 2);
  CHECK(exit_of("run --terminal 127.0.0.1:1") == 2);
  CHECK(exit_of("script --terminal nowhere") == 2);
  CHECK(exit_of("printer --fault fire") == 2);
  CHECK(exit_of("script --terminal 127.0.0.1:1 /no/such/file") == 3);
  CHECK(exit_of("run --terminal 127.0.0.1:1 --transactions /no/such/file") == 3);
  for (auto const* folder_for_file : {"print --to tcp:127.0.0.1:1 .", "layout .", "layout --layout . /dev/null"}) {
    CHECK(exit_of(folder_for_file) == 3);
  }
  CHECK(exit_of("script --terminal 127.0.0.1:1") == 4);
}
