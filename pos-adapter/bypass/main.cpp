#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "bypass.hpp"

namespace {

using namespace tillcue::pos;

constexpr std::string_view kHelp =
    R"(tillcue-bypass: stands between a POS and its printer (or customer display), passes every byte through,
and lets tillcued listen and print a slip behind a receipt. It goes on without tillcued.

  tillcue-bypass --pos LINE --printer LINE [--tap SOCKET] [options]

  --pos LINE          where the POS prints to: tcp:HOST:PORT (listens), fifo:PATH, pty:PATH, serial:PATH,BAUD,FLOW
  --printer LINE      where it goes: tcp:HOST:PORT (connects), device:/dev/usb/lp0, serial:PATH,BAUD,FLOW
  --tap SOCKET        Unix socket for tillcued (its proxy.tap)
  --code-page N       code table number to leave behind when the POS never sent one (0)
  --linger MS         how long the line of a finished job is kept for a slip (800)
  --same-paper MS     hold only the cut, at most so long, and print the slip before it; 0: behind the cut (0)
  --language NAME     what the printer speaks: escpos, star (Line mode, StarPRNT), bematech (escpos); none but
                      ESC/POS printers are asked for their status
  --no-status         never ask the printer anything (boards that print GS r as text)
  --version, --help

  tillcue-bypass --pos tcp:127.0.0.1:9100 --printer tcp:10.0.3.9:9100 --tap /run/tillcue/printer.sock

Runs until SIGTERM or SIGINT. Exit codes: 0 stopped, 2 wrong command line, 3 a line cannot be opened.
)";

int stop_writer = -1;  // a signal handler can reach nothing but a global

void on_signal(int) {
  char const byte = 0;
  (void)!::write(stop_writer, &byte, 1);
}

int stop_descriptor() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return -1;
  stop_writer = ends[1];
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
  return ends[0];
}

int complain(std::string const& what, int code) {
  std::cerr << "tillcue-bypass: " << what << '\n';
  return code;
}

/// The reading end of one option: its complaint, if any.
struct CommandLine {
  BypassOptions options;
  bool pos = false, printer = false;

  std::string take(std::string_view name, std::string const& value);
};

std::optional<unsigned> number(std::string_view text, unsigned most) {
  unsigned value = 0;
  auto const [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad != std::errc{} || end != text.data() + text.size() || value > most) return {};
  return value;
}

std::string CommandLine::take(std::string_view name, std::string const& value) {
  auto const line = [&](LineAddress& into, bool& given) -> std::string {
    auto address = parse_line_address(value);
    if (!address) return std::string(name) + ": " + address.error().what;
    into = std::move(*address);
    given = true;
    return {};
  };
  if (name == "--pos") return line(options.pos, pos);
  if (name == "--printer") return line(options.printer, printer);
  if (name == "--tap") {
    options.tap = value;
    return value.empty() ? "--tap: needs a path" : "";
  }
  if (name == "--language") {
    constexpr std::array<std::pair<std::string_view, Dialect>, 3> kKnown{
        {{"escpos", Dialect::escpos}, {"star", Dialect::star}, {"bematech", Dialect::bematech}}};
    for (auto const& [known, language] : kKnown) {
      if (value == known) return options.language = language, "";
    }
    return "--language: must be one of: escpos, star, bematech";
  }
  unsigned const most = name == "--code-page" ? 255 : 10'000;
  auto const n = number(value, most);
  if (!n) return std::string(name) + ": must be a whole number from 0 to " + std::to_string(most);
  if (name == "--code-page") options.resting_code_page = static_cast<std::uint8_t>(*n);
  if (name == "--linger") options.linger = std::chrono::milliseconds(*n);
  if (name == "--same-paper") options.same_paper = std::chrono::milliseconds(*n);
  return {};
}

bool takes_value(std::string_view name) {
  for (auto const* known : {"--pos", "--printer", "--tap", "--code-page", "--linger", "--same-paper", "--language"}) {
    if (name == known) return true;
  }
  return false;
}

std::string check(CommandLine const& line) {
  if (!line.pos || !line.printer) return "give --pos LINE and --printer LINE; --help shows how";
  if (line.options.pos.kind == LineKind::device) return "--pos: a POS writes to tcp, fifo, pty or serial";
  if (line.options.printer.kind == LineKind::pty || line.options.printer.kind == LineKind::fifo)
    return "--printer: is tcp, device or serial";
  return {};
}

/// A listening socket handed over by systemd (tillcue-bypass.socket): connections wait while we restart.
Descriptor handed_over() {
  char const* const pid = std::getenv("LISTEN_PID");
  char const* const count = std::getenv("LISTEN_FDS");
  if (pid == nullptr || count == nullptr || std::string_view(count) != "1") return {};
  if (std::to_string(::getpid()) != pid) return {};
  constexpr int kFirst = 3;
  ::fcntl(kFirst, F_SETFD, FD_CLOEXEC);
  ::fcntl(kFirst, F_SETFL, O_NONBLOCK);
  return Descriptor(kFirst);
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line;
  for (int n = 1; n < argc; ++n) {
    std::string_view const name = argv[n];
    if (name == "--help") return std::cout << kHelp, 0;
    if (name == "--version") return std::cout << "tillcue-bypass " TILLCUE_VERSION "\n", 0;
    if (name == "--no-status") {
      line.options.ask_status = false;
    } else if (!takes_value(name) || n + 1 == argc) {
      return complain(std::string(name) + (takes_value(name) ? ": needs a value" : ": no such option; see --help"), 2);
    } else if (auto const wrong = line.take(name, argv[++n]); !wrong.empty()) {
      return complain(wrong, 2);
    }
  }
  if (auto const wrong = check(line); !wrong.empty()) return complain(wrong, 2);
  if (line.options.pos.kind == LineKind::tcp) line.options.listener = handed_over();
  int const stop = stop_descriptor();
  auto const pos = line.options.pos, printer = line.options.printer;
  auto bypass = Bypass::open(std::move(line.options), [](std::string const& what) { std::cerr << what << std::endl; });
  if (!bypass) return complain(bypass.error().what, 3);
  std::cerr << pos.text();
  if (pos.kind == LineKind::tcp) std::cerr << " (port " << bypass->port() << ')';
  std::cerr << " -> " << printer.text() << std::endl;
  bypass->run(stop);
  return 0;
}
