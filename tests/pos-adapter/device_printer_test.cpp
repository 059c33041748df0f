#include <chrono>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <termios.h>

#include "job_bytes.hpp"
#include "pty_printer.hpp"
#include "tillcue/pos/receipt_printer.hpp"

using namespace tillcue::pos;
using namespace std::chrono_literals;
using tillcue::Code;
using tillcue::PrintFate;
using tillcue::Result;

namespace {

Result<PrintProof> print(boost::asio::io_context& io, LinePrinterOptions options, std::string const& text) {
  LinePrinter printer(io, std::move(options));
  std::optional<Result<PrintProof>> result;
  printer.print(job_of(text), [&](Result<PrintProof> r) { result = std::move(r); });
  CHECK_FALSE(result);
  io.restart();
  for (auto const end = std::chrono::steady_clock::now() + 8s; !result && std::chrono::steady_clock::now() < end;) {
    io.run_one_for(20ms);
  }
  REQUIRE(result);
  return *result;
}

struct Bench {
  boost::asio::io_context io;
  PtyPrinter peer{io};
  LinePrinterOptions options{DevicePrinter{peer.path, SerialSettings{115200, SerialFlow::xon_xoff}}, 1500ms, 250ms};

  Result<PrintProof> print(std::string const& text) { return ::print(io, options, text); }
};

void check_refused(Result<PrintProof> const& result, Code code, std::string const& part) {
  REQUIRE_FALSE(result);
  CAPTURE(result.error().what);
  CHECK(result.error().code == code);
  CHECK(result.error().what.find(part) != std::string::npos);
}

struct TempFolder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("tillcue-device-" + std::to_string(::getpid()));
  TempFolder() { std::filesystem::create_directories(path); }
  ~TempFolder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("a printer on a serial line gets every byte of the job and confirms it") {
  Bench bench;
  std::string every;
  for (int n = 0; n < 256; ++n) {
    if (n != 0x10 && n != 0x1B && n != 0x1C && n != 0x1D && n != 0x1F) every += static_cast<char>(n);
  }
  auto const proof = bench.print(every + every);
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::printed);
  CHECK(bench.peer.job == every + every);  // raw: no CR added, no echo, nothing taken for flow control
}

TEST_CASE("a serial line is set as the configuration says, and no modem line drops at the end of a job") {
  Bench bench;
  bench.options.where = DevicePrinter{bench.peer.path, SerialSettings{38400, SerialFlow::rts_cts}};
  REQUIRE(bench.print("coupon\n"));
  termios line{};
  REQUIRE(::tcgetattr(bench.peer.port(), &line) == 0);
  CHECK(::cfgetospeed(&line) == B38400);
  CHECK((line.c_cflag & CRTSCTS) != 0);
  CHECK((line.c_cflag & HUPCL) == 0);
  CHECK((line.c_cflag & CSIZE) == CS8);
  CHECK((line.c_lflag & (ECHO | ICANON)) == 0);
}

TEST_CASE("a serial printer out of paper or open gets not one byte") {
  Bench bench;
  bench.peer.real_time = {{1, 0x1E}, {2, 0x32}, {4, 0x72}};
  check_refused(bench.print("coupon\n"), Code::busy, bench.peer.path + ": paper out");
  bench.peer.real_time = {{1, 0x1E}, {2, 0x16}, {4, 0x12}};
  check_refused(bench.print("coupon\n"), Code::busy, "cover open");
  CHECK(bench.peer.job.empty());
}

TEST_CASE("automatic status tells trouble to a printer that answers nothing else") {
  Bench bench;
  bench.options.auto_status = true;
  bench.peer.real_time.clear();
  bench.peer.in_order.reset();
  bench.peer.auto_status = std::string("\x38\0\0\x0F", 4);
  check_refused(bench.print("coupon\n"), Code::busy, "cover open; close the cover");
  bench.peer.auto_status = std::string("\x18\0\x0F\x0F", 4);
  check_refused(bench.print("coupon\n"), Code::busy, "paper out; put in a new roll");
  bench.peer.auto_status = std::string("\x18\x08\0\x0F", 4);
  check_refused(bench.print("coupon\n"), Code::busy, "cutter jammed");
  CHECK(bench.peer.job.empty());
}

TEST_CASE("automatic status: near end is told, and it is switched off behind the job") {
  Bench bench;
  bench.options.auto_status = true;
  bench.peer.auto_status = std::string("\x10\0\x03\x0F", 4);
  auto const proof = bench.print("coupon\n");
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::printed);
  CHECK(proof->paper_near_end);
  CHECK(bench.peer.auto_status_asked == std::string("\x0E\0", 2));
  CHECK(bench.peer.job == "coupon\n");
}

TEST_CASE("an automatic status that comes while printing is trouble of this job") {
  Bench bench;
  bench.peer.in_order.reset();
  bench.peer.at_job = [](PrinterScript& peer) { peer.answer(std::string("\x18\0\x0C\x0F", 4)); };
  auto const proof = bench.print("coupon\n");
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::unconfirmed);
  CHECK(proof->text.find("paper out while printing") == 0);
}

TEST_CASE("a silent serial printer gets the whole job before the port is closed") {
  Bench bench;
  bench.peer.real_time.clear();
  bench.peer.in_order.reset();
  std::string const text(20'000, 'x');
  auto const proof = bench.print(text);
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::unconfirmed);
  bench.io.run_for(50ms);
  bench.peer.line_ended();
  CHECK(bench.peer.job.size() == text.size());
}

TEST_CASE("a serial printer that holds the line up ends the job in time, unconfirmed") {
  Bench bench;
  bench.peer.at_job = [&](PrinterScript&) { bench.peer.stop_reading(); };
  bench.options.total = 300ms;
  auto const began = std::chrono::steady_clock::now();
  auto const proof = bench.print(std::string(40'000, 'x'));
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::unconfirmed);
  // 40,000 bytes take 3.5 s at 115,200 baud, and the job has 0.3 s beside that.
  CHECK(std::chrono::steady_clock::now() - began < 6s);
}

TEST_CASE("a cable pulled in the middle is unconfirmed") {
  Bench bench;
  bench.peer.hangs_up_at_job = true;
  auto const proof = bench.print("coupon\n");
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::unconfirmed);
}

TEST_CASE("garbage on a serial line is not printed on: the speed is wrong, or it is no printer") {
  Bench bench;
  bench.peer.real_time = {{1, 0xE6}, {2, 0xFA}, {4, 0x98}};
  check_refused(bench.print("coupon\n"), Code::io, "no printer status");
  CHECK(bench.peer.job.empty());
}

TEST_CASE("a device that is not there, no device, or at no such speed is an io error that says the mend") {
  boost::asio::io_context io;
  check_refused(print(io, {DevicePrinter{"/dev/usb/lp-none", {}}, 1500ms, 250ms}, "x"), Code::io,
                "/dev/usb/lp-none: cannot be opened: No such file or directory; plug it in");
  TempFolder const folder;
  auto const file = (folder.path / "file").string();
  std::ofstream(file) << "x";
  check_refused(print(io, {DevicePrinter{file, {}}, 1500ms, 250ms}, "x"), Code::io, "is no device");
  Bench bench;
  bench.options.where = DevicePrinter{bench.peer.path, SerialSettings{12345, SerialFlow::none}};
  check_refused(bench.print("x"), Code::io, "no line speed of 12345 baud; take 2400");
  check_refused(print(io, {DevicePrinter{"/dev/null", SerialSettings{}}, 1500ms, 250ms}, "x"), Code::io,
                "is no serial port");
}

TEST_CASE("a FIFO is written to and never confirmed; without a reader it is an io error") {
  TempFolder const folder;
  auto const path = (folder.path / "printer").string();
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  boost::asio::io_context io;
  LinePrinterOptions const options{DevicePrinter{path, {}}, 1500ms, 100ms};
  check_refused(print(io, options, "coupon\n"), Code::io, "nobody reads at its other end");
  int const reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  auto const proof = print(io, options, "coupon\n");
  REQUIRE(proof);
  CHECK(proof->fate == PrintFate::unconfirmed);
  std::array<char, 64> bytes{};
  auto const n = ::read(reader, bytes.data(), bytes.size());
  ::close(reader);
  REQUIRE(n > 0);
  // Whoever reads a FIFO sees the status question as well.
  CHECK(std::string(bytes.data(), static_cast<std::size_t>(n)).find("coupon\n") != std::string::npos);
}
