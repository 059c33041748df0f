// The real screen server with a scripted owner, for the tests in a browser.
//   screen_stage [--port N] [--parent ORIGIN]... [--theme TEXT] [--keys F2,F3]
// A line on standard input is a `hints` message of the native protocol or a `status` object; both are shown. What a
// screen answers is written as a line, accepted like a terminal does it: the hint goes. "port N" is the first line.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tillcue/pos/screen_server.hpp"
#include "tillcue/pos/screen_theme.hpp"

using namespace tillcue;
using namespace tillcue::pos;

namespace {

TerminalStatus status_of(nlohmann::json const& said) {
  TerminalStatus status;
  status.terminal = said.value("terminal", "till-1");
  status.store = said.value("store", "Corner Shop");
  status.language = said.value("language", "en");
  status.release = said.value("release", "12");
  // Left out: connected; null: no head office.
  if (!said.contains("hq") || !said["hq"].is_null()) status.hq_connected = said.value("hq", true);
  status.printer_ok = said.value("printer_ok", true);
  status.printer = said.value("printer", "ready");
  status.outbox_pending = said.value("outbox", std::uint64_t{0});
  status.message = said.value("message", "");
  return status;
}

class Show {
 public:
  explicit Show(boost::asio::io_context& io) : input_(io, ::dup(STDIN_FILENO)) {}

  Result<void> open(boost::asio::io_context& io, ScreenOptions options) {
    ScreenHandlers handlers;
    handlers.answer = [this](Answer const& answer) { return answered(answer); };
    auto server = ScreenServer::listen(io, std::move(options), std::move(handlers));
    if (!server) return tl::unexpected(server.error());
    server_ = std::move(*server);
    std::printf("port %u\n", unsigned{server_->port()});
    std::fflush(stdout);
    return {};
  }

  void read() {
    boost::asio::async_read_until(input_, held_, '\n', [this](boost::system::error_code end, std::size_t) {
      if (end) return server_->stop();
      std::istream lines(&held_);
      std::string line;
      std::getline(lines, line);
      show(line);
      read();
    });
  }

 private:
  Result<void> answered(Answer const& answer) {
    std::printf("%s %u\n", answer.accepted ? "accept" : "decline", answer.offer);
    std::fflush(stdout);
    if (answer.offer == 99) return fail(Code::rejected, "offer 99 is answered already");
    server_->show(HintBoard{answer.sale, Stage::scan, {}});
    return {};
  }

  void show(std::string const& line) {
    if (auto const message = parse_from_terminal(line)) {
      if (auto const* board = std::get_if<HintBoard>(&*message)) return server_->show(*board);
    }
    server_->show(status_of(nlohmann::json::parse(line)));
  }

  boost::asio::posix::stream_descriptor input_;
  boost::asio::streambuf held_;
  std::unique_ptr<ScreenServer> server_;
};

}  // namespace

int main(int argc, char** argv) {
  ScreenOptions options;
  for (int n = 1; n + 1 < argc; n += 2) {
    std::string const name = argv[n];
    if (name == "--port") options.port = static_cast<std::uint16_t>(std::atoi(argv[n + 1]));
    if (name == "--parent") options.parents.emplace_back(argv[n + 1]);
    if (name == "--keys")
      options.accept_key = std::string(argv[n + 1]).substr(0, 2),
      options.decline_key = std::string(argv[n + 1]).substr(3);
    if (name == "--theme") options.theme = theme_css(argv[n + 1]).value();
  }
  boost::asio::io_context io(1);
  Show stage(io);
  if (auto const opened = stage.open(io, std::move(options)); !opened) {
    std::fprintf(stderr, "%s\n", opened.error().what.c_str());
    return 1;
  }
  stage.read();
  io.run();
}
