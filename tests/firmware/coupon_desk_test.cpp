#include "coupon_desk.hpp"

#include <fstream>
#include <thread>

#include <doctest/doctest.h>

#include "pos-adapter/scripted_printer.hpp"
#include "small_store.hpp"

namespace tillcue::terminal {
namespace {

using namespace std::chrono_literals;

/// A coupon desk with a scripted printer at the end of its line.
struct Counter {
  boost::asio::io_context io;
  pos::ScriptedPrinter peer{io};
  Log log{"error"};
  Config config;
  std::vector<pos::CouponNotice> notices;
  std::vector<CouponFate> fates;
  std::unique_ptr<CouponDesk> desk;
  std::shared_ptr<Bundle const> bundle;
  std::chrono::milliseconds painting = 60s;  // however busy the machine is that runs the test

  explicit Counter(char const* product = "Jam", unsigned day_mm = 0, char const* folder = "desk") {
    config.terminal = TerminalId{"till-1"};
    config.store = corner_shop();
    config.data_dir = std::filesystem::temp_directory_path() / ("tillcue-" + std::string(folder));
    std::filesystem::create_directories(config.data_dir);
    config.printer.emplace();
    config.printer->address = {"127.0.0.1", peer.port()};
    config.printer->painter = TILLCUE_PAINTER;
    config.printer->paper_mm_day = day_mm;
    auto source = small_store();
    source.items.at(5).name = product;
    bundle = open_bundle(source);
    reopen();
  }
  void reopen() {
    desk = CouponDesk::open(
               io, config, log, Secret{std::vector<std::byte>(32, std::byte{7})},
               [this](pos::CouponNotice const& notice) { notices.push_back(notice); }, nullptr, painting)
               .value();
  }
  void print(char const* sale) {
    Offer offer;
    offer.number = 2;
    offer.kind = OfferKind::coupon;
    offer.item = bundle->find("jam");
    offer.reason = {ReasonCode::bought_together, bundle->find("bread"), Probability{250'000}};
    offer.discount = DiscountKind::percent;
    offer.discount_value = 20;
    desk->print({SaleId{sale}, {}, offer, bundle, Timestamp{1ms}}, [this](CouponFate fate) { fates.push_back(fate); });
  }
  void notice(std::size_t count) {
    io.restart();
    for (auto const end = std::chrono::steady_clock::now() + 60s;
         notices.size() < count && std::chrono::steady_clock::now() < end;) {
      io.run_one_for(20ms);
    }
    REQUIRE(notices.size() == count);
  }
  void paper_out() { peer.real_time = {{1, 0x1E}, {2, 0x32}, {4, 0x72}}; }
  void new_roll() { peer.real_time = {{1, 0x16}, {2, 0x12}, {4, 0x12}}; }
};

TEST_CASE("a coupon that found no paper waits for the cashier and comes out once, with the same serial") {
  Counter counter;
  counter.paper_out();
  counter.print("17");
  counter.notice(1);
  CHECK(counter.notices[0].fate == PrintFate::dropped);
  CHECK(counter.notices[0].reason.find("put in a new roll") != std::string::npos);
  CHECK(counter.fates.empty());  // not lost yet
  CHECK(counter.peer.job.empty());

  REQUIRE(counter.desk->reprint(SaleId{"17"}));  // still no paper: may be asked again
  counter.notice(2);
  CHECK(counter.notices[1].fate == PrintFate::dropped);
  CHECK(counter.fates.empty());

  counter.new_roll();
  REQUIRE(counter.desk->reprint(SaleId{"17"}));
  CHECK(counter.desk->reprint(SaleId{"17"}).error().code == Code::busy);
  counter.notice(3);
  CHECK(counter.notices[2].fate == PrintFate::printed);
  CHECK(counter.notices[2].serial == counter.notices[0].serial);
  REQUIRE(counter.fates.size() == 1);
  CHECK(counter.fates[0].fate == PrintFate::printed);
  CHECK(counter.desk->reprint(SaleId{"17"}).error().code == Code::rejected);
}

TEST_CASE("a printed coupon can be printed a second time, the same bytes, and is issued once") {
  Counter counter;
  counter.print("17");
  counter.notice(1);
  auto const first = counter.peer.job;
  counter.peer.job.clear();
  REQUIRE(counter.desk->reprint(SaleId{"17"}));
  counter.notice(2);
  CHECK(counter.peer.job == first);
  CHECK(counter.fates.size() == 1);
  CHECK(counter.desk->reprint(SaleId{"17"}).error().code == Code::rejected);
}

TEST_CASE("a coupon never reaches the next customer: it is forgotten when the next sale begins") {
  Counter counter;
  counter.paper_out();
  counter.print("17");
  counter.notice(1);
  counter.desk->next_sale();
  REQUIRE(counter.fates.size() == 1);
  CHECK(counter.fates[0].fate == PrintFate::dropped);
  CHECK(counter.fates[0].why.find("paper out") != std::string::npos);
  counter.new_roll();
  CHECK(counter.desk->reprint(SaleId{"17"}).error().code == Code::not_found);
  CHECK(counter.desk->reprint(SaleId{"16"}).error().code == Code::not_found);
  CHECK(counter.peer.job.empty());
}

TEST_CASE("a coupon whose printer is gone is dropped at once; what waits at the end is told") {
  Counter gone;
  gone.config.printer->address.port = 1;  // nobody listens there
  gone.reopen();
  gone.print("17");
  gone.notice(1);
  REQUIRE(gone.fates.size() == 1);
  CHECK(gone.fates[0].fate == PrintFate::dropped);

  Counter stopping;
  stopping.paper_out();
  stopping.print("17");
  stopping.notice(1);
  stopping.desk->cancel();
  CHECK(stopping.fates.size() == 1);
}

TEST_CASE("the day's paper is counted over a restart, and when it is used up nothing is decided for paper") {
  std::filesystem::remove_all(std::filesystem::temp_directory_path() / "tillcue-desk-day");
  Counter counter("Jam", 250, "desk-day");
  CHECK(counter.desk->may_print());
  counter.print("17");
  counter.notice(1);
  CHECK(counter.notices[0].fate == PrintFate::printed);
  CHECK_FALSE(counter.desk->may_print());  // some 100 of 250 mm are used, and the next may take 167
  CHECK(counter.desk->printer_text() == "today's paper for coupons is used up");
  counter.reopen();
  CHECK_FALSE(counter.desk->may_print());
  std::ofstream(counter.config.data_dir / "paper.json") << "{\"day\": \"x\"";
  counter.reopen();
  CHECK(counter.desk->may_print());
  std::filesystem::remove_all(counter.config.data_dir);
}

TEST_CASE("a new day has paper again") {
  auto const file = std::filesystem::temp_directory_path() / "tillcue-paper-book.json";
  std::filesystem::remove(file);
  auto const day = std::chrono::sys_days{std::chrono::year{2026} / 11 / 29};
  PaperBook book(file, 300);
  CHECK(book.used(200, day));
  CHECK_FALSE(book.allows(101, day));
  CHECK(book.allows(100, day));
  PaperBook again(file, 300);
  CHECK(again.used_on(day) == 200);
  CHECK(again.allows(300, day + std::chrono::days(1)));
  PaperBook unlimited(file, 0);
  CHECK(unlimited.used(40, day));
  CHECK(PaperBook(file, 300).used_on(day) == unlimited.used_on(day));  // a limit may come at noon
  CHECK(PaperBook("/nowhere/paper.json", 300).used(5, day).error().code == Code::io);
  CHECK(PaperBook::lines(152) == 35);
  CHECK(PaperBook::millimetres(36) == 153);
  std::filesystem::remove(file);
}

TEST_CASE("a product in a script the printer lacks is painted, away from the sale's thread") {
  Counter counter("芝麻黑麦脆面包");
  counter.desk->use(*counter.bundle);  // the fonts are there before a customer is
  counter.print("17");
  CHECK(counter.notices.empty());
  counter.notice(1);
  CHECK(counter.notices[0].fate == PrintFate::printed);
  CHECK(counter.peer.job.find("\x1Dv0") != std::string::npos);
}

TEST_CASE("without the painter the slip is spelled, and printed all the same") {
  Counter counter("芝麻黑麦脆面包");
  counter.config.printer->painter = "/nowhere/tillcue-painter.so";
  counter.reopen();
  counter.print("17");
  counter.notice(1);
  CHECK(counter.notices[0].fate == PrintFate::printed);
  CHECK(counter.peer.job.find("\x1Dv0") == std::string::npos);
  CHECK(counter.peer.job.find("???????") != std::string::npos);
  counter.config.printer->painter = "off";
  counter.reopen();
  counter.print("18");
  CHECK(counter.peer.job.find("???????") != std::string::npos);
}

TEST_CASE("a slip that waits for its painting is dropped by a cancel, not lost") {
  Counter counter("芝麻黑麦脆面包");
  counter.print("17");
  counter.desk->cancel();
  counter.notice(1);
  CHECK(counter.notices[0].fate == PrintFate::dropped);
  CHECK(counter.fates.size() == 1);
  CHECK(counter.peer.job.empty());
}

TEST_CASE("a slip whose picture is finished and has not reached the printer is dropped by a cancel, too") {
  Counter counter("芝麻黑麦脆面包");
  counter.print("17");
  std::this_thread::sleep_for(500ms);  // painted by now; nothing runs the loop, so nothing has come of it
  counter.desk->cancel();
  counter.notice(1);
  CHECK(counter.notices[0].fate == PrintFate::dropped);
  counter.io.run_for(50ms);
  CHECK(counter.notices.size() == 1);
  CHECK(counter.peer.job.empty());
}

}  // namespace
}  // namespace tillcue::terminal
