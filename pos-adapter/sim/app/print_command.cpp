#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <memory>
#include <thread>

#include <CLI/CLI.hpp>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include "commands.hpp"
#include "line/line.hpp"
#include "tillcue/core/whole_file.hpp"

namespace tillcue::pos::sim {
namespace {

struct PrintArguments {
  std::string to = "tcp:127.0.0.1:9100";
  std::vector<std::string> files;
  unsigned chunk = 0, gap_ms = 0, pause_ms = 500, times = 1;
};

int complain(Error const& error, int code) {
  std::cerr << "tillcue-pos: " << error.what << '\n';
  return code;
}

bool wait(Descriptor const& line, short events, int milliseconds) {
  pollfd one{line.get(), events, 0};
  return ::poll(&one, 1, milliseconds) > 0;
}

Result<Descriptor> reach(LineAddress const& where) {
  auto device = where;
  if (device.kind == LineKind::fifo) device.kind = LineKind::device;  // written to only, and it is there already
  auto line = where.kind == LineKind::tcp ? connect_to(where) : open_line(device);
  if (!line || where.kind != LineKind::tcp) return line;
  if (!wait(*line, POLLOUT, 3000)) return fail(Code::timeout, where.text() + ": no connection within 3 s");
  if (auto const connected = connect_result(*line); !connected)
    return tl::unexpected(connected.error().within(where.text()));
  return line;
}

Result<void> write_all(Descriptor const& line, std::span<std::byte const> bytes) {
  while (!bytes.empty()) {
    auto const put = write_some(line, bytes);
    if (!put) return tl::unexpected(put.error());
    bytes = bytes.subspan(*put);
    if (*put == 0 && !wait(line, POLLOUT, 10'000)) return fail(Code::timeout, "takes nothing for 10 s");
  }
  return {};
}

/// What the printer answered, until it hangs up or is quiet.
std::size_t answers(Descriptor const& line, int patience_ms) {
  std::array<std::byte, 512> block{};
  std::size_t heard = 0;
  while (wait(line, POLLIN, patience_ms)) {
    auto const got = read_some(line, block);
    if (!got || *got == 0) break;
    heard += *got;
  }
  return heard;
}

Result<void> print(PrintArguments const& given, LineAddress const& where, std::vector<std::byte> const& job) {
  auto const line = reach(where);
  if (!line) return tl::unexpected(line.error());
  auto const step = given.chunk == 0 ? job.size() : given.chunk;
  for (std::size_t at = 0; at < job.size(); at += step) {
    auto const wrote = write_all(*line, std::span(job).subspan(at, std::min(step, job.size() - at)));
    if (!wrote) return tl::unexpected(wrote.error().within(where.text()));
    if (given.gap_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(given.gap_ms));
  }
  if (where.kind == LineKind::tcp) ::shutdown(line->get(), SHUT_WR);
  auto const heard = where.kind == LineKind::fifo ? 0 : answers(*line, where.kind == LineKind::tcp ? 5000 : 500);
  std::cout << job.size() << " bytes printed" << (heard > 0 ? ", " + std::to_string(heard) + " answered" : "")
            << std::endl;
  return {};
}

int serve(PrintArguments const& given) {
  ::signal(SIGPIPE, SIG_IGN);
  auto const where = parse_line_address(given.to);
  if (!where) return complain(where.error().within("--to"), kExitUsage);
  for (unsigned n = 0; n < given.times; ++n) {
    for (auto const& name : given.files) {
      auto const text = read_file(name, kMostBytes);
      if (!text) return complain(text.error(), kExitInput);
      auto const bytes = std::as_bytes(std::span(*text));
      if (auto const done = print(given, *where, {bytes.begin(), bytes.end()}); !done)
        return complain(done.error(), kExitInput);
      std::this_thread::sleep_for(std::chrono::milliseconds(given.pause_ms));
    }
  }
  return 0;
}

}  // namespace

void add_print(CLI::App& app, Command& chosen) {
  auto* command =
      app.add_subcommand("print", "print files of bytes as a POS would: to a printer, or to what stands before it");
  auto given = std::make_shared<PrintArguments>();
  command->add_option("files", given->files, "receipts as bytes (.bin)")->required();
  command->add_option("--to", given->to, "tcp:HOST:PORT, fifo:PATH, device:PATH or serial:PATH,BAUD,FLOW")
      ->capture_default_str();
  command->add_option("--chunk", given->chunk, "bytes written at once; 0: all of them")->capture_default_str();
  command->add_option("--gap", given->gap_ms, "milliseconds between chunks")->capture_default_str();
  command->add_option("--pause", given->pause_ms, "milliseconds between files")->capture_default_str();
  command->add_option("--times", given->times, "how often all files are printed")->capture_default_str();
  command->callback([given, &chosen] { chosen = [given] { return serve(*given); }; });
}

}  // namespace tillcue::pos::sim
