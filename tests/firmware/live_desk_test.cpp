#include "live_desk.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counter.hpp"
#include "support/mosquitto.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::terminal {
namespace {

using tillcue::test::TempDir;

/// A terminal's live desk on a folder, its clock in the test's hand.
struct Desk {
  Config config;
  Log log{"error"};
  Counter counter;
  LiveDesk desk;
  LiveDesk::Clock::time_point now = LiveDesk::Clock::now();

  explicit Desk(std::filesystem::path const& folder, BundleSource const& source = with_coupons())
      : config(in(folder)), counter(source), desk(config, log, counter.checkout) {
    desk.start();
  }

  static Config in(std::filesystem::path const& folder) {
    Config config;
    config.data_dir = folder;
    return config;
  }
  void write(std::string_view text) const {
    auto const draft = config.data_dir / "live.new";
    std::ofstream(draft, std::ios::binary) << text;
    std::filesystem::rename(draft, config.data_dir / "live.json");
  }
  void later() {
    now += LiveDesk::kLook + 1s;
    desk.tick(now);
  }
  bool hint_for(char const* sale) {
    REQUIRE(counter.begin(sale));
    REQUIRE(counter.add(1, "nachos", 1000, sale));
    return !counter.cards().empty();
  }
};

TEST_CASE(
    "what a group was told does not hold in a terminal that has left it, and holds again in one that comes back") {
  TempDir const folder;
  auto const desk_in = [&](std::string const& group) {
    auto config = Desk::in(folder.path());
    config.store.group = group;
    return config;
  };
  sync::Word const stop{.kind = sync::WordKind::live,
                        .chain = "demo",
                        .scope = {sync::Scope::Kind::group, "north"},
                        .number = 4,
                        .created = 1,
                        .expires = 2,
                        .content = R"({"stop_all":true})"};
  Log const log{"error"};
  for (auto const* group : {"north", "south", "north"}) {
    auto const config = desk_in(group);
    Counter counter(with_coupons());
    LiveDesk desk(config, log, counter.checkout);
    desk.start();
    bool const there = group == std::string_view{"north"};
    if (there && desk.held("live group:north") == 0) REQUIRE(desk.hold(stop));
    CHECK(desk.held("live group:north") == (there ? 4 : 0));
    CHECK(desk.holding().words.contains("live group:north") == there);
    REQUIRE(counter.begin("1"));
    REQUIRE(counter.add(1, "nachos", 1000, "1"));
    CHECK(counter.cards().empty() == there);
  }
}

TEST_CASE("shares that are meant for a store that is gone are none of the one in its place") {
  TempDir const folder;
  auto source = with_coupons();
  source.campaigns[0].budgeted = true;
  source.campaigns[0].free_issues = 5;
  source.campaigns[0].free_minor = 1'000'000;
  Desk desk(folder.path(), source);
  auto const epoch = desk.desk.holding().epoch;
  CHECK(epoch != sync::Epoch{});
  auto const word = [&](std::uint64_t number, sync::Epoch whose) {
    sync::LiveContent live;
    live.grants["butter-20"] = {3, {900, 9}};
    live.epoch = whose;
    return sync::Word{.kind = sync::WordKind::live,
                      .chain = "demo",
                      .scope = {sync::Scope::Kind::terminal, desk.config.terminal.value},
                      .number = number,
                      .created = 1,
                      .expires = 2,
                      .content = sync::encode_live(live)};
  };
  auto const coupon = [&](char const* sale) {
    auto const before = desk.counter.orders.size();
    REQUIRE(desk.counter.begin(sale));
    REQUIRE(desk.counter.add(1, "bread", 1000, sale));
    REQUIRE(desk.counter.finish(sale));
    return desk.counter.orders.size() > before;
  };
  REQUIRE(desk.desk.hold(word(1, sync::Epoch{0x77})));
  CHECK(desk.desk.holding().budgets["butter-20"].grant == 0);
  CHECK_FALSE(coupon("1"));
  REQUIRE(desk.desk.hold(word(2, epoch)));
  CHECK(desk.desk.holding().budgets["butter-20"].grant == 3);
  CHECK(coupon("2"));
}

TEST_CASE("the file's settings hold although nothing of head office's can be read") {
  TempDir const folder;
  REQUIRE(std::filesystem::create_directory(folder / "live.sqlite"));
  auto const config = Desk::in(folder.path());
  Log const log{"error"};
  Counter counter(with_coupons());
  LiveDesk desk(config, log, counter.checkout);
  int told = 0;
  desk.on_settings = [&] { ++told; };
  desk.start();
  CHECK(told == 1);
}

TEST_CASE("a file put there acts on the open sale, a bad one leaves everything as it was, an empty one frees") {
  TempDir const folder;
  Desk desk(folder.path());
  CHECK(desk.hint_for("1"));
  desk.write(R"({"stop_all":true})");
  desk.later();
  CHECK(desk.counter.cards().empty());
  desk.write(R"({"stop_all":"maybe"})");
  desk.later();
  CHECK(desk.desk.refused() == 1);
  CHECK_FALSE(desk.hint_for("2"));
  desk.write("{");
  desk.later();
  desk.later();
  CHECK(desk.desk.refused() == 2);  // once a change
  CHECK_FALSE(desk.hint_for("3"));
  std::filesystem::remove(desk.config.data_dir / "live.json");
  desk.later();
  CHECK_FALSE(desk.hint_for("4"));  // a file that is gone says nothing
  desk.write("{}");
  desk.later();
  CHECK(desk.hint_for("5"));
}

TEST_CASE("the caps of a customer's day hold over a restart, and not into the next day") {
  TempDir const folder;
  auto source = small_store();
  source.policy.max_hints_per_customer_day = 1;
  auto const hint = [](Desk& desk, char const* sale) {
    REQUIRE(desk.counter.begin(sale));
    REQUIRE(desk.counter.know({.sale = SaleId{sale}, .customer = CustomerId{"c1"}}));
    REQUIRE(desk.counter.add(1, "nachos", 1000, sale));
    bool const shown = !desk.counter.cards().empty();
    REQUIRE(desk.counter.finish(sale));
    return shown;
  };
  {
    Desk desk(folder.path(), source);
    CHECK(hint(desk, "1"));
    desk.later();  // then it is killed
  }
  {
    Desk desk(folder.path(), source);
    CHECK_FALSE(hint(desk, "2"));
  }
  {
    // Without a clock chip it is 1970 until the network says better.
    Desk desk(folder.path(), source);
    desk.counter.put = -desk.counter.now.time_since_epoch() + 10s;
    CHECK_FALSE(hint(desk, "3"));
    desk.later();
    desk.counter.put = {};
    CHECK_FALSE(hint(desk, "4"));
  }
  Desk desk(folder.path(), source);
  CHECK_FALSE(hint(desk, "5"));
  desk.counter.now += 24h;
  CHECK(hint(desk, "6"));
}

TEST_CASE("a day that cannot be written is tried again after half a minute, not every second, and told as often") {
  TempDir const folder;
  Desk desk(folder.path());
  auto other = sync::Database::open(folder / "live.sqlite");
  REQUIRE(other);
  auto const rows = [&] {
    auto counted = other->prepare("SELECT count(*) FROM today").value();
    REQUIRE(counted.step().value());
    return counted.integer(0);
  };
  REQUIRE(desk.counter.begin("1"));
  REQUIRE(desk.counter.know({.sale = SaleId{"1"}, .customer = CustomerId{"c1"}}));
  REQUIRE(desk.counter.add(1, "nachos", 1000, "1"));
  REQUIRE(desk.counter.finish("1"));
  REQUIRE(other->execute("ALTER TABLE today RENAME TO away"));
  desk.later();
  REQUIRE(other->execute("ALTER TABLE away RENAME TO today"));
  desk.later();
  CHECK(rows() == 0);
  desk.now += LiveDesk::kRetry;
  desk.later();
  CHECK(rows() > 0);
}

TEST_CASE("a file that is gone lifts nothing and is told to hold on, over a restart too; an empty state lifts it") {
  TempDir const folder;
  auto const file = folder.path() / "live.json";
  {
    Desk desk(folder.path());
    desk.later();
    CHECK_FALSE(desk.desk.holds_without_file());
    desk.write(R"({"stop_all":true,"stop":["jam","tea"]})");
    desk.later();
    CHECK_FALSE(desk.desk.holds_without_file());
    CHECK(desk.desk.stopped_by_file().all);
    CHECK(desk.desk.stopped_by_file().campaigns == 2);
    CHECK_FALSE(desk.desk.stopped_by_words().all);
    std::filesystem::remove(file);
    desk.later();
    CHECK(desk.desk.holds_without_file());
    CHECK_FALSE(desk.hint_for("1"));
  }
  Desk again(folder.path());
  CHECK(again.desk.holds_without_file());
  CHECK_FALSE(again.hint_for("1"));
  again.write("{}");
  again.later();
  CHECK_FALSE(again.desk.holds_without_file());
  CHECK(again.hint_for("2"));
  std::filesystem::remove(file);
  again.later();
  CHECK_FALSE(again.desk.holds_without_file());
  sync::Word word{.kind = sync::WordKind::live,
                  .chain = "demo",
                  .scope = {},
                  .number = 1,
                  .created = 1,
                  .expires = 2,
                  .content = R"({"stop":["jam"]})"};
  REQUIRE(again.desk.hold(word));
  CHECK(again.desk.stopped_by_words().campaigns == 1);
  CHECK(again.desk.stopped_by_file().campaigns == 0);
}

TEST_CASE("a folder in place of the file is told once, and what held goes on") {
  TempDir const folder;
  Desk desk(folder.path());
  desk.write(R"({"stop_all":true})");
  desk.later();
  std::filesystem::remove(desk.config.data_dir / "live.json");
  std::filesystem::create_directory(desk.config.data_dir / "live.json");
  desk.later();
  desk.later();
  CHECK(desk.desk.refused() == 1);
  CHECK_FALSE(desk.hint_for("1"));
  std::filesystem::remove(desk.config.data_dir / "live.json");
  desk.write("{}");
  desk.later();
  CHECK(desk.hint_for("2"));
}

TEST_CASE("what was stopped stays stopped over a restart, also when the file is bad by then") {
  TempDir const folder;
  {
    Desk desk(folder.path());
    desk.write(R"({"stop_all":true})");
    desk.later();
    desk.write("nonsense");
    desk.later();
  }
  Desk again(folder.path());
  CHECK_FALSE(again.hint_for("1"));
}

TEST_CASE("a damaged store closes the budgets and nothing else, and is not thrown away") {
  TempDir const folder;
  std::ofstream(folder.path() / "live.sqlite", std::ios::binary) << std::string(8192, 'x');
  auto source = with_coupons();
  source.campaigns[0].budgeted = true;
  source.campaigns[0].free_issues = 5;
  source.campaigns[0].free_minor = 1000;
  Desk desk(folder.path(), source);
  CHECK_FALSE(desk.desk.keep({{"butter-20", {1, 1}}}));
  CHECK(desk.hint_for("1"));
  CHECK(std::filesystem::file_size(folder.path() / "live.sqlite") == 8192);
}

constexpr std::int64_t kBudget = 100;

/// Sells bread with a budgeted coupon for ever; a byte into the pipe for each coupon that went to the printer.
[[noreturn]] void sell_for_ever(std::filesystem::path const& folder, int pipe) {
  auto source = with_coupons();
  source.campaigns[0].budgeted = true;
  source.campaigns[0].free_issues = kBudget;
  source.campaigns[0].free_minor = 1'000'000;
  Log const log("error");
  Config config = Desk::in(folder);
  std::unique_ptr<LiveDesk> desk;
  Checkout checkout(corner_shop(), 8s,
                    {.now = [] { return Timestamp{1'700'000'000s}; },
                     .micros = [] { return std::uint64_t{0}; },
                     .show = [](pos::HintBoard const&) {},
                     .record = [](Outcome const&) {},
                     .pseudonym = [](CustomerId const&) { return std::string(); },
                     .print =
                         [pipe](CouponOrder const&, std::function<void(CouponFate)> const& done) {
                           if (::write(pipe, "c", 1) != 1) ::_exit(1);
                           done({"S", 0, PrintFate::printed, ""});
                         },
                     .keep_spent = [&desk](auto const& spent) { return desk->keep(spent); }});
  checkout.use(open_bundle(source), 1);
  desk = std::make_unique<LiveDesk>(config, log, checkout);
  desk->start();
  for (int n = 1;; ++n) {
    SaleId const sale{std::to_string(n)};
    (void)checkout.on(pos::Begin{sale});
    (void)checkout.on(pos::PutLine{sale, LineNo{1}, Sku{"bread"}, Quantity{}});
    (void)checkout.on(pos::Finish{sale});
    if (n > 500) ::_exit(0);
  }
}

TEST_CASE("killed again and again, a budget is never exceeded, and each kill costs it one offer at the most") {
  TempDir const folder;
  std::mt19937 random(7);
  std::int64_t given = 0;
  int kills = 0;
  // Until one of them sells all day and has nothing left to give.
  for (bool left = true; left && kills < 1000;) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_t const child = ::fork();
    if (child == 0) sell_for_ever(folder.path(), ends[1]);
    ::close(ends[1]);
    char said = 0;
    auto const wanted = 1 + random() % 5;
    for (unsigned n = 0; n < wanted && ::read(ends[0], &said, 1) == 1; ++n) ++given;
    ::usleep(static_cast<useconds_t>(random() % 3000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    left = WIFSIGNALED(status);
    kills += left ? 1 : 0;
    while (::read(ends[0], &said, 1) == 1) ++given;
    ::close(ends[0]);
  }
  MESSAGE(given, " of ", kBudget, " given in ", kills, " kills");
  CHECK(kills >= 3);
  CHECK(given <= kBudget);
  CHECK(given >= kBudget - kills);
}

}  // namespace
}  // namespace tillcue::terminal
