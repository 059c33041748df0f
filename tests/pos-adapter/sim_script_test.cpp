// `tillcue-pos script`: messages by hand against a terminal.

#include <array>
#include <sstream>
#include <thread>
#include <utility>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "script.hpp"
#include "sim_lane.hpp"
#include "virtual_printer.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using namespace tillcue::pos::sim;
using namespace std::chrono_literals;

namespace {

/// What somebody types into a script.
class Typed {
 public:
  Typed() { REQUIRE(::pipe(ends_.data()) == 0); }
  ~Typed() {
    end();
    ::close(ends_[0]);
  }
  [[nodiscard]] int descriptor() const { return ends_[0]; }
  void type(std::string const& text) {
    REQUIRE(::write(ends_[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void end() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }

 private:
  std::array<int, 2> ends_{};
};

}  // namespace

TEST_CASE("a script shows both ways and counts what was refused") {
  Lane lane;
  Typed in;
  in.type("# a sale by hand\n\n{\"type\":\"hello\",\"protocol\":1,\"till\":\"hand\"}\nnonsense\n");
  in.type("{\"type\":\"ping\",\"id\":5}");  // the last line may lack its end
  in.end();
  std::ostringstream out;
  auto const refused = play_script(lane.options().terminal, in.descriptor(), out, 20ms);
  REQUIRE(refused);
  CHECK(*refused == 1);
  CHECK(out.str().find("> nonsense") != std::string::npos);
  CHECK(out.str().find("\"id\":5") != std::string::npos);
  CHECK(out.str().find(" ms  {") != std::string::npos);
}

TEST_CASE("in a script a push stands under the message that caused it") {
  Lane lane;
  Typed in;
  in.type(
      "{\"type\":\"hello\",\"protocol\":1,\"till\":\"hand\"}\n{\"type\":\"begin\",\"sale\":\"1\"}\n"
      "{\"type\":\"add\",\"sale\":\"1\",\"line\":1,\"sku\":\"TEA\"}\n{\"type\":\"ping\"}\n");
  in.end();
  std::ostringstream out;
  REQUIRE(play_script(lane.options().terminal, in.descriptor(), out, 0ms));
  auto const hints = out.str().find("\"hints\"");
  REQUIRE(hints != std::string::npos);
  CHECK(hints > out.str().find("> {\"type\":\"add\""));
  CHECK(hints < out.str().find("> {\"type\":\"ping\""));
}

TEST_CASE("a script shows a push when it comes, while it waits for the next line") {
  Lane lane;
  Typed in;
  in.type("{\"type\":\"hello\",\"protocol\":1,\"till\":\"hand\"}\n");
  std::thread cashier([&] {
    while (lane.count(kIndexOf<Hello>) == 0) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(100ms);  // far beyond the moment a script waits after an answer
    lane.loop.do_on_loop([&] { lane.server->push(Notice{"coffee is ready"}); });
    std::this_thread::sleep_for(300ms);  // the cashier thinks
    in.type("{\"type\":\"ping\"}\n");
    in.end();
  });
  std::ostringstream out;
  auto const played = play_script(lane.options().terminal, in.descriptor(), out, 0ms);
  cashier.join();
  REQUIRE(played);
  auto const notice = out.str().find("coffee is ready");
  REQUIRE(notice != std::string::npos);
  CHECK(notice < out.str().find("> {\"type\":\"ping\""));
  auto const time = out.str().rfind("< ", notice);
  CHECK(std::stod(out.str().substr(time + 2)) < 350);  // when it came, not when the next line was sent
}

TEST_CASE("a script that cannot be read, or says nothing, is an error") {
  Lane lane;
  std::ostringstream out;
  auto const folder = ::open(".", O_RDONLY | O_CLOEXEC);
  auto const unread = play_script(lane.options().terminal, folder, out, 0ms);
  ::close(folder);
  REQUIRE_FALSE(unread);
  CHECK(unread.error().code == Code::invalid);
  CHECK(unread.error().what == "cannot be read: Is a directory; name a file of JSON lines");
  Typed in;
  in.type("# later\n\n");
  in.end();
  auto const silent = play_script(lane.options().terminal, in.descriptor(), out, 0ms);
  REQUIRE_FALSE(silent);
  CHECK(silent.error().what == "holds no line to send; write a JSON message a line");
}

TEST_CASE("a script without a terminal is an error that names the address") {
  Typed in;
  in.type("{\"type\":\"ping\"}\n");
  in.end();
  std::ostringstream out;
  std::uint16_t closed = 0;
  {
    auto const gone = VirtualPrinter::listen({"127.0.0.1", 0}, PrinterFault::none, {});
    closed = gone->port();
  }
  auto const played = play_script({"127.0.0.1", closed}, in.descriptor(), out, 10ms);
  REQUIRE_FALSE(played);
  CHECK(played.error().what.find("127.0.0.1:") != std::string::npos);
}
