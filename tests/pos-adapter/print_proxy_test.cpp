#include "tillcue/pos/print_proxy.hpp"

#include <array>
#include <filesystem>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <unistd.h>

#include "job_bytes.hpp"
#include "proxy/copy_watch.hpp"
#include "proxy/tap_frame.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

namespace asio = boost::asio;
using Tap = asio::local::stream_protocol;

std::string receipt(std::string const& number, std::string const& amount, std::string const& foot = "") {
  return "CORNER SHOP\n" + (number.empty() ? "" : "Receipt " + number + "\n") + "Coffee      " + amount +
         "\nTOTAL      " + amount + "\nCash\n" + foot + "\n\x1DVB\x00"s;
}

/// The bypass's end of the tap in the test's hand: says what the POS printed, and keeps what it is asked to print.
class ScriptedBypass {
 public:
  explicit ScriptedBypass(std::chrono::milliseconds fate = 4s) : acceptor_(io_), socket_(io_) {
    std::filesystem::remove(path_);
    acceptor_ = Tap::acceptor(io_, Tap::endpoint(path_));
    PrintProxyOptions options;
    options.tap = path_;
    options.profile = find_profile("epson-tm-t88").value();
    options.quiet = 10ms;
    options.fate = fate;
    PrintProxyHandlers handlers;
    handlers.slip = [this](Receipt const& slip) {
      kinds += std::string(name(slip.kind)) + ";";
      if (slip.kind == SlipKind::sale && on_sale) on_sale(slip);
    };
    proxy_.emplace(io_, options, handlers);
    acceptor_.accept(socket_);
    std::vector<std::byte> frame;
    put_frame(frame, TapHello{0, 0, 7, {}});
    asio::write(socket_, asio::buffer(frame));
    listen();
  }
  ~ScriptedBypass() { std::filesystem::remove(path_); }

  PrintProxy& proxy() { return *proxy_; }
  void pos_prints(std::string const& bytes) {
    std::vector<std::byte> frame;
    put_frame(frame, TapKind::from_pos, TapAt{at_, job_of(bytes)});
    at_ += bytes.size();
    asio::write(socket_, asio::buffer(frame));
  }
  void goes_on(std::chrono::milliseconds time = 60ms) {
    io_.restart();
    io_.run_for(time);
  }
  /// A coupon for the newest receipt, called like it.
  void order(std::string const& coupon, std::uint64_t customer) {
    proxy_->print_for(customer, job_of(coupon), [this, coupon](Result<PrintProof> proof) {
      fates += coupon + (proof ? " printed;" : " " + proof.error().what + ";");
    });
  }

  /// Says what became of what it was asked for and kept to itself.
  void tells_fates() {
    std::vector<std::byte> out;
    for (auto const id : std::exchange(untold_, {})) put_frame(out, TapFate{id, SlipFate::printed, false, {}});
    asio::write(socket_, asio::buffer(out));
  }

  std::string kinds, fates, asked;
  bool silent = false;  ///< keeps fates to itself
  std::function<void(Receipt const&)> on_sale;

 private:
  void listen() {
    socket_.async_read_some(asio::buffer(heard_), [this](auto failure, std::size_t got) {
      if (failure) return;
      auto const fine =
          reader_.feed(std::span(heard_).first(got), [this](TapFrame const& frame) { return take(frame); });
      CHECK(fine);
      listen();
    });
  }
  Result<void> take(TapFrame const& frame) {
    if (frame.kind != TapKind::print) return {};
    auto const print = read_print(frame);
    asked += text_of({print->job.begin(), print->job.end()}) + (print->at == at_ ? " at the end;" : " elsewhere;");
    untold_.push_back(print->id);
    if (!silent) tells_fates();
    return {};
  }

  asio::io_context io_;
  std::string path_ = (std::filesystem::temp_directory_path() / ("tillcue-tap-" + std::to_string(::getpid()))).string();
  Tap::acceptor acceptor_;
  Tap::socket socket_;
  std::optional<PrintProxy> proxy_;
  TapReader reader_;
  std::array<std::byte, 4096> heard_{};
  std::uint64_t at_ = 0;
  std::vector<std::uint64_t> untold_;
};

/// Orders a coupon for each sale inside its call, as a checkout does whose slip needs no painting.
struct AtOnce : ScriptedBypass {
  explicit AtOnce(std::chrono::milliseconds fate = 4s) : ScriptedBypass(fate) {
    on_sale = [this](Receipt const& sale) { order("C" + sale.number, proxy().customer()); };
  }
};

constexpr auto kOver = " the next receipt was printed already; the customer may be gone;";

}  // namespace

TEST_CASE("a coupon comes behind its receipt") {
  AtOnce till;
  till.pos_prints(receipt("1", "2.20"));
  till.goes_on();
  CHECK(till.kinds == "sale;");
  CHECK(till.asked == "C1 at the end;");
  CHECK(till.fates == "C1 printed;");
}

TEST_CASE("a receipt that follows at once drops the coupon of the one before") {
  AtOnce till;
  till.pos_prints(receipt("1", "2.20"));
  till.pos_prints(receipt("2", "3.30"));
  till.goes_on();
  CHECK(till.kinds == "sale;sale;");
  CHECK(till.asked == "C2 at the end;");
  CHECK(till.fates == "C1" + (kOver + "C2 printed;"s));
  CHECK(till.proxy().counters().refused == 1);
}

TEST_CASE("so does one that is half printed, and the coupon is not put into it") {
  AtOnce till;
  till.pos_prints(receipt("1", "2.20"));
  till.pos_prints("CORNER SHOP\nReceipt 2\nCoffee     3.30\n");
  till.goes_on();
  CHECK(till.asked.empty());
  CHECK(till.fates == "C1"s + kOver);
}

TEST_CASE("the head of the next paper, a card slip and a copy are no next customer") {
  for (auto const& behind :
       {"CORNER SHOP\n"s, "Card payment\nCUSTOMER COPY\nVISA\n\x1DVB\x00"s, receipt("1", "2.20")}) {
    AtOnce till;
    till.pos_prints(receipt("1", "2.20"));
    till.pos_prints(behind);
    till.goes_on();
    CHECK(till.fates == "C1 printed;");
    CHECK(till.asked == "C1 at the end;");
  }
}

TEST_CASE("a coupon that is made when the next receipt was printed is dropped; it does not wait for another") {
  ScriptedBypass till;
  std::vector<std::uint64_t> customers;
  till.on_sale = [&](Receipt const&) { customers.push_back(till.proxy().customer()); };
  till.pos_prints(receipt("1", "2.20"));
  till.goes_on();
  till.pos_prints(receipt("2", "3.30"));
  till.goes_on();
  REQUIRE(customers.size() == 2);
  till.order("C1", customers[0]);
  till.order("C2", customers[1]);
  till.goes_on();
  CHECK(till.fates == "C1" + (kOver + "C2 printed;"s));
  till.pos_prints("CORNER SHOP\n");
  till.goes_on(5ms);
  till.order("late", customers[1]);
  till.goes_on();
  CHECK(till.asked == "C2 at the end;");
}

TEST_CASE("a coupon that waits for the fate of the one before is dropped when the next receipt comes meanwhile") {
  AtOnce till;
  till.silent = true;
  for (auto const* number : {"1", "2", "3"}) {
    till.pos_prints(receipt(number, "2.20"));
    till.goes_on();
  }
  CHECK(till.asked == "C1 at the end;");
  CHECK(till.fates == "C2"s + kOver);
  till.tells_fates();
  till.goes_on();
  CHECK(till.asked == "C1 at the end;C3 at the end;");
  CHECK(till.proxy().counters().refused == 1);
}

TEST_CASE("a fate that never comes keeps the coupon that waits for it from no receipt but its own") {
  AtOnce till(150ms);
  till.silent = true;
  till.pos_prints(receipt("1", "2.20"));
  till.goes_on();
  till.pos_prints(receipt("2", "3.30"));
  till.goes_on();
  CHECK(till.asked == "C1 at the end;");
  till.goes_on(150ms);
  CHECK(till.fates == "C1 printed;");  // unconfirmed
  CHECK(till.asked == "C1 at the end;C2 at the end;");
}

TEST_CASE("what was ordered ahead of its receipt is none of a customer's whose coupon is under way") {
  ScriptedBypass till;
  till.silent = true;
  till.on_sale = [&](Receipt const& sale) {
    if (sale.number == "1") till.order("C1", till.proxy().customer());
  };
  till.pos_prints(receipt("1", "2.20"));
  till.goes_on();
  till.pos_prints("CORNER SHOP\n");  // the next receipt has begun: the order is of it
  till.goes_on(5ms);
  till.order("native", 0);
  till.pos_prints("Receipt 2\nCoffee      3.30\nTOTAL      3.30\nCash\n\n\x1DVB\x00"s + receipt("3", "4.40"));
  till.goes_on();
  CHECK(till.fates == "native"s + kOver);
}

TEST_CASE("a receipt printed twice is one sale and one coupon, whether the copy says so or not") {
  AtOnce till;
  till.pos_prints(receipt("1", "2.20") + receipt("1", "2.20"));
  till.goes_on();
  till.pos_prints("\x1Bp\x00\x19\xFA"s + receipt("1", "2.20"));
  till.goes_on();
  till.pos_prints(receipt("1", "2.20", "Signature ____________\n"));
  till.goes_on();
  till.pos_prints(receipt("2", "2.20"));
  till.goes_on();
  CHECK(till.kinds == "sale;copy;copy;copy;sale;");
  CHECK(till.fates == "C1 printed;C2 printed;");
  CHECK(till.proxy().counters().copies == 3);
  CHECK(till.proxy().counters().sales == 2);
}

namespace {

/// Asks of each receipt in turn, so many seconds after the first.
std::string copies(std::initializer_list<std::pair<int, Receipt>> receipts) {
  CopyWatch watch;
  std::string out;
  for (auto const& [seconds, sale] : receipts) {
    out += watch.is_copy(sale, CopyWatch::Clock::time_point{} + std::chrono::seconds(seconds)) ? 'c' : 's';
  }
  return out;
}

Receipt sale(std::uint64_t lines, std::string number, std::string times, std::int64_t total = 220) {
  Receipt out;
  out.kind = SlipKind::sale;
  out.lines_hash = lines;
  out.number = std::move(number);
  out.times = std::move(times);
  out.items.push_back({"Coffee", "", Quantity{1000}, total, total, 0});
  out.total_minor = total;
  return out;
}

}  // namespace

TEST_CASE("two customers who buy the same are two: their receipts differ, or come one after the other") {
  CHECK(copies({{0, sale(1, "17", "")}, {4, sale(1, "17", "")}, {600, sale(1, "17", "")}}) == "scc");
  CHECK(copies({{0, sale(1, "17", "")}, {1, sale(2, "18", "")}}) == "ss");
  CHECK(copies({{0, sale(1, "", "21:50:12 ")}, {60, sale(1, "", "21:50:12 ")}}) == "sc");
  CHECK(copies({{0, sale(1, "", "21:50:12 ")}, {3, sale(2, "", "21:50:15 ")}}) == "ss");
  // Nothing printed tells them apart, or only the minute: haste does.
  CHECK(copies({{0, sale(1, "", "")}, {4, sale(1, "", "")}, {8, sale(1, "", "")}}) == "scs");
  CHECK(copies({{0, sale(1, "", "21:50 ")}, {2, sale(1, "", "21:50 ")}, {20, sale(1, "", "21:50 ")}}) == "scs");
  // One number: all that is bought and its time must be the same as well.
  CHECK(copies({{0, sale(1, "17", "21:50 ")}, {9, sale(2, "17", "21:50 ")}}) == "sc");
  CHECK(copies({{0, sale(1, "17", "21:50 ")}, {9, sale(2, "17", "21:51 ")}}) == "ss");
  CHECK(copies({{0, sale(1, "17", "21:50 ")}, {9, sale(2, "17", "21:50 ", 330)}}) == "ss");
  CHECK(copies({{0, sale(1, "17", "")}, {3600, sale(1, "17", "")}}) == "ss");
}

TEST_CASE("a number that another sale had as well tells no copy") {
  auto const tea = sale(2, "51", "", 330);
  CHECK(copies({{0, sale(1, "51", "")}, {60, tea}, {120, sale(1, "51", "")}, {121, sale(1, "51", "")}}) == "sssc");
  CHECK(copies({{0, sale(1, "51", "21:50:12 ")}, {60, tea}, {120, sale(1, "51", "21:50:12 ")}}) == "ssc");
}

TEST_CASE("sales that differ in one article's name, quantity or amount are two") {
  auto const of = [](std::string name, std::int64_t milli, std::int64_t amount) {
    auto out = sale(static_cast<std::uint64_t>(milli + amount) + name.size(), "17", "");
    out.items = {{std::move(name), "", Quantity{milli}, amount, amount, 0}};
    return out;
  };
  CHECK(copies({{0, of("Tea", 1000, 220)}, {9, of("Coffee", 1000, 220)}}) == "ss");
  CHECK(copies({{0, of("Tea", 1000, 220)}, {9, of("Tea", 2000, 220)}}) == "ss");
  CHECK(copies({{0, of("Tea", 1000, 220)}, {9, of("Tea", 1000, 210)}}) == "ss");
}

TEST_CASE("of receipts printed while nobody listened only what is printed tells a copy") {
  auto late = sale(1, "", "");
  late.late = true;
  CHECK(copies({{0, late}, {0, late}}) == "ss");
  late.number = "17";
  CHECK(copies({{0, late}, {0, late}}) == "sc");
}
