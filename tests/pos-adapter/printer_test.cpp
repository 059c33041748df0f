#include <doctest/doctest.h>

#include "job_bytes.hpp"
#include "scripted_printer.hpp"
#include "tillcue/pos/receipt_printer.hpp"

using namespace tillcue::pos;
using namespace std::chrono_literals;
using tillcue::Code;
using tillcue::PrintFate;
using tillcue::Result;

namespace {

/// A printer, its driver and short times, on one io_context.
struct Bench {
  boost::asio::io_context io;
  ScriptedPrinter peer{io};
  LinePrinter printer;

  explicit Bench(bool in_order_status = true)
      : printer(io, {NetworkPrinter{"127.0.0.1", peer.port()}, 1500ms, 250ms, in_order_status}) {}

  /// Prints and runs until the answer is there.
  Result<PrintProof> print(std::string const& text) {
    std::optional<Result<PrintProof>> result;
    printer.print(job_of(text), [&](Result<PrintProof> r) { result = std::move(r); });
    CHECK_FALSE(result);  // never inside the call
    run_until([&] { return result.has_value(); });
    REQUIRE(result);
    return *result;
  }
  template <class Ready>
  void run_until(Ready ready) {
    for (auto const end = std::chrono::steady_clock::now() + 5s; !ready() && std::chrono::steady_clock::now() < end;) {
      io.run_one_for(20ms);
    }
  }
};

void check_refused(Result<PrintProof> const& result, Code code, char const* part) {
  REQUIRE_FALSE(result);
  CAPTURE(result.error().what);
  CHECK(result.error().code == code);
  CHECK(result.error().what.find(part) != std::string::npos);
  CHECK(result.error().what.find("127.0.0.1:") == 0);
}

void check_unconfirmed(Result<PrintProof> const& result, char const* part) {
  REQUIRE(result);
  CAPTURE(result->text);
  CHECK(result->fate == PrintFate::unconfirmed);
  CHECK(result->text.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("a ready printer gets the job whole and its word is the proof") {
  Bench bench;
  auto const proof = bench.print("coupon\n\x1DVA\x03");
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::printed);
  CHECK_FALSE(proof->paper_near_end);
  CHECK(bench.peer.job == "coupon\n\x1DVA\x03");
  CHECK(bench.printer.idle());
}

TEST_CASE("paper near its end is printed on and told") {
  Bench bench;
  bench.peer.real_time[4] = 0x1E;
  auto const proof = bench.print("coupon\n");
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::printed);
  CHECK(proof->paper_near_end);
}

TEST_CASE("a printer out of paper is busy and gets not one byte of the job") {
  Bench bench;
  bench.peer.real_time = {{1, 0x1E}, {2, 0x32}, {4, 0x72}};
  check_refused(bench.print("coupon\n"), Code::busy, "paper out");
  CHECK(bench.peer.job.empty());
}

TEST_CASE("an open cover is named, though the printer also says offline") {
  Bench bench;
  bench.peer.real_time = {{1, 0x1E}, {2, 0x16}, {4, 0x12}};
  check_refused(bench.print("coupon\n"), Code::busy, "cover open");
  CHECK(bench.peer.job.empty());
}

TEST_CASE("an offline printer and one with its error light on are busy") {
  Bench bench;
  bench.peer.real_time = {{1, 0x1E}, {2, 0x12}, {4, 0x12}};
  check_refused(bench.print("coupon\n"), Code::busy, "offline");
  bench.peer.real_time = {{1, 0x1E}, {2, 0x52}, {4, 0x12}};
  check_refused(bench.print("coupon\n"), Code::busy, "error light");
}

TEST_CASE("paper that runs out in the middle is unconfirmed and says so: the slip may be out") {
  Bench bench;
  bench.peer.in_order.reset();  // stuck: nothing in its queue is worked off any more
  bench.peer.at_job = [](PrinterScript& peer) { peer.real_time = {{1, 0x1E}, {2, 0x32}, {4, 0x72}}; };
  check_unconfirmed(bench.print("coupon\n"), "paper out while printing; put in a new roll");
}

TEST_CASE("the word from behind the job counts before trouble that came later") {
  Bench bench;
  bench.peer.in_order.reset();
  bench.peer.at_job = [](PrinterScript& peer) {
    peer.real_time = {{1, 0x1E}, {2, 0x32}, {4, 0x72}};
    peer.behind_status = std::string(1, '\0');  // GS r, late
  };
  auto const proof = bench.print("coupon\n");
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::printed);
}

TEST_CASE("a silent printer gets the job and the proof says unconfirmed") {
  Bench bench;
  bench.peer.real_time.clear();
  bench.peer.in_order.reset();
  auto const proof = bench.print("coupon\n");
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::unconfirmed);
  bench.run_until([&] { return bench.peer.job == "coupon\n"; });
  CHECK(bench.peer.job == "coupon\n");  // and no question that it might print
}

TEST_CASE("a printer that knows DLE EOT but not GS r is unconfirmed, not failed") {
  Bench bench;
  bench.peer.in_order.reset();
  auto const proof = bench.print("coupon\n");
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::unconfirmed);
  CHECK(bench.peer.job == "coupon\n");
}

TEST_CASE("GS r is not sent where the options say so") {
  Bench bench(false);
  bench.peer.in_order = std::uint8_t{0x7F};  // would spoil the proof
  auto const proof = bench.print("coupon\n");
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::unconfirmed);
  CHECK(proof->text.find("ready") != std::string::npos);
}

TEST_CASE("something that is no printer is not printed on") {
  Bench bench;
  bench.peer.real_time.clear();
  bench.peer.greeting = "HTTP/1.1 400 Bad Request\r\n";
  check_refused(bench.print("coupon\n"), Code::io, "no printer status");
  CHECK(bench.peer.job.empty());
}

TEST_CASE("automatic status and flow control between the answers are not mistaken for them") {
  Bench bench;
  bench.peer.greeting = std::string("\x11\x14\0\x13\0\x0F\x13", 7);  // XON, ASB of four bytes with XOFF inside, XOFF
  auto const proof = bench.print("coupon\n");
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::printed);
}

TEST_CASE("a refused connection is an io error that names the address") {
  std::uint16_t closed = 0;
  {
    boost::asio::io_context io;
    closed = ScriptedPrinter(io).port();
  }
  boost::asio::io_context io;
  LinePrinter printer(io, {NetworkPrinter{"127.0.0.1", closed}, 1500ms, 250ms, true});
  std::optional<Result<PrintProof>> result;
  printer.print(job_of("coupon\n"), [&](auto r) { result = std::move(r); });
  io.run_for(2s);
  REQUIRE(result);
  check_refused(*result, Code::io, "refused");
}

TEST_CASE("a host name that does not resolve is an io error") {
  boost::asio::io_context io;
  LinePrinter printer(io, {NetworkPrinter{"printer.invalid", 9100}, 3000ms, 250ms, true});
  std::optional<Result<PrintProof>> result;
  printer.print(job_of("coupon\n"), [&](auto r) { result = std::move(r); });
  io.run_for(5s);
  REQUIRE(result);
  REQUIRE_FALSE(*result);
  CHECK(((*result).error().code == Code::io || (*result).error().code == Code::timeout));
}

TEST_CASE("a printer that stops taking the job is unconfirmed, within the total time") {
  Bench bench;
  bench.peer.reads = false;
  auto const began = std::chrono::steady_clock::now();
  check_unconfirmed(bench.print(std::string(64 << 20, 'x')), "too slowly");
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  CHECK(bench.printer.idle());
}

TEST_CASE("a printer that is taken by another client is a timeout or unconfirmed, never a hang") {
  Bench bench;
  bench.peer.reads = false;
  auto const proof = bench.print("coupon\n");  // the connection is taken by the kernel only
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::unconfirmed);
}

TEST_CASE("a line lost while printing is unconfirmed: part of the job may come out") {
  Bench bench;
  bench.peer.hangs_up_at_job = true;
  check_unconfirmed(bench.print(std::string(4 << 20, 'x')), "lost while printing");
}

TEST_CASE("a host name is tried at all its addresses") {
  boost::asio::io_context io;
  ScriptedPrinter peer(io);  // on 127.0.0.1 only, while localhost may be ::1 first
  LinePrinter printer(io, {NetworkPrinter{"localhost", peer.port()}, 1500ms, 250ms, true});
  std::optional<Result<PrintProof>> result;
  printer.print(job_of("coupon\n"), [&](auto r) { result = std::move(r); });
  for (int n = 0; n < 100 && !result; ++n) io.run_one_for(20ms);
  REQUIRE(result);
  REQUIRE(*result);
  CHECK((*result)->fate == PrintFate::printed);
}

TEST_CASE("a cancel at any moment never tells a job as dropped of which anything was sent") {
  unsigned dropped = 0, unconfirmed = 0, kept = 0;
  for (int handlers = 0; handlers < 60; ++handlers) {
    CAPTURE(handlers);
    Bench bench;
    std::optional<Result<PrintProof>> result;
    bench.printer.print(job_of("coupon\n"), [&](auto r) { result = std::move(r); });
    for (int n = 0; n < handlers && !result; ++n) bench.io.run_one_for(20ms);
    bool const told_before = result.has_value();
    bench.printer.cancel();
    bench.run_until([&] { return result.has_value(); });
    REQUIRE(result);
    bench.io.run_for(2ms);  // what is on its way arrives
    if (!*result) {
      CHECK((*result).error().code == Code::rejected);
      CHECK(bench.peer.job.empty());
      ++dropped;
    } else if ((*result)->fate == PrintFate::unconfirmed) {
      CHECK((*result)->text.find("cancelled while printing") != std::string::npos);
      ++unconfirmed;
    } else if (!told_before) {
      ++kept;
    }
  }
  CHECK(dropped > 0);
  CHECK(unconfirmed > 0);
  CHECK(kept > 0);
}

TEST_CASE("one job prints, one waits, a third is refused at once") {
  Bench bench;
  std::vector<std::string> told;
  auto const tell = [&](std::string name) {
    return [&told, name](Result<PrintProof> const& r) { told.push_back(name + (r ? " ok" : " " + r.error().what)); };
  };
  bench.printer.print(job_of("one\n"), tell("one"));
  bench.printer.print(job_of("two\n"), tell("two"));
  bench.printer.print(job_of("three\n"), tell("three"));
  CHECK(told.empty());
  bench.run_until([&] { return told.size() == 3; });
  REQUIRE(told.size() == 3);
  CHECK(told[0].find("three") == 0);
  CHECK(told[0].find("two jobs are under way") != std::string::npos);
  CHECK(told[1] == "one ok");
  CHECK(told[2] == "two ok");
  CHECK(bench.peer.job == "one\ntwo\n");
  CHECK(bench.peer.clients == 2);
}

TEST_CASE("a job may be printed from inside the answer of the last") {
  Bench bench;
  bool second = false;
  bench.printer.print(job_of("one\n"),
                      [&](auto) { bench.printer.print(job_of("two\n"), [&](auto r) { second = r.has_value(); }); });
  bench.run_until([&] { return second; });
  CHECK(second);
}

TEST_CASE("cancel answers the printing and the waiting job with rejected") {
  Bench bench;
  std::vector<Code> codes;
  auto const note = [&](Result<PrintProof> const& r) { codes.push_back(r ? Code::invalid : r.error().code); };
  bench.printer.print(job_of("one\n"), note);
  bench.printer.print(job_of("two\n"), note);
  bench.printer.cancel();
  CHECK(codes.empty());
  bench.run_until([&] { return codes.size() == 2; });
  CHECK(codes == std::vector<Code>{Code::rejected, Code::rejected});
  CHECK(bench.peer.job.empty());
  CHECK(bench.printer.idle());
}

TEST_CASE("a destroyed printer calls nobody") {
  boost::asio::io_context io;
  ScriptedPrinter peer(io);
  bool called = false;
  {
    LinePrinter printer(io, {NetworkPrinter{"127.0.0.1", peer.port()}, 1500ms, 250ms, true});
    printer.print(job_of("one\n"), [&](auto) { called = true; });
    printer.print(job_of("two\n"), [&](auto) { called = true; });
    io.run_one_for(50ms);
  }
  io.run_for(100ms);
  CHECK_FALSE(called);
}
