#include "tillcue/core/replay.hpp"

#include <doctest/doctest.h>

#include "core/decide_world.hpp"

using namespace tillcue;

namespace {

struct Case {
  Case() : source(world::source(3)), bundle(shop::open(source)), engine(bundle.bundle, world::kPlace) {
    world::Random random(3);
    sale = world::begin(*bundle, 1, random);
    for (int n = 0; n < 8; ++n) world::scan(sale, *bundle, random);
    context.now = Timestamp{std::chrono::seconds{1'795'000'000}};
    context.seed = 77;
    decision = engine.decide(sale, Stage::subtotal, context);
    line = replay_record(engine, sale, Stage::subtotal, context, decision);
  }
  BundleSource source;
  shop::Opened bundle;
  Engine engine;
  Sale sale;
  Context context;
  Decision decision;
  std::string line;
};

}  // namespace

TEST_CASE("a record names no customer and no other sale's bundle") {
  Case c;
  c.sale.customer = CustomerId{"4006381333931"};
  auto const line = replay_record(c.engine, c.sale, Stage::subtotal, c.context, c.decision);
  auto const read = read_replay(line, *c.bundle);
  REQUIRE(read);
  CHECK(read->sale.customer.value == "known");
  auto const other = shop::open(world::source(4));
  auto const refused = read_replay(line, *other);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::not_found);
  CHECK(refused.error().what.find("another bundle") != std::string::npos);
}

TEST_CASE("a damaged or shortened record is refused or decides something, and never breaks") {
  Case const c;
  std::size_t refused = 0, differs = 0;
  for (std::size_t n = 0; n < c.line.size(); ++n) {
    CHECK_FALSE_MESSAGE(read_replay(c.line.substr(0, n), *c.bundle), n);
    for (char letter : {'A', '_', 'k', '!'}) {
      auto changed = c.line;
      if (changed[n] == letter) continue;
      changed[n] = letter;
      auto read = read_replay(changed, *c.bundle);
      if (!read) {
        ++refused;
        continue;
      }
      Engine again(c.bundle.bundle, read->place);
      if (digest_of(again.decide(read->sale, read->stage, read->context)) != read->digest) ++differs;
    }
  }
  CHECK(refused > c.line.size());
  CHECK(differs > 0);
}

TEST_CASE("too much out of stock to write down is said, not forgotten") {
  Case c;
  auto source = shop::random_source(400, 4, 1);
  auto const bundle = shop::open(source);
  Engine engine(bundle.bundle);
  Live live;
  for (std::uint32_t n = 0; n < 300; ++n) live.out_of_stock("S" + std::to_string(n), true);
  live.use(*bundle);
  c.context.live = &live;
  auto const sale = shop::sale_with(*bundle, {1});
  auto const decision = engine.decide(sale, Stage::scan, c.context);
  auto const read = read_replay(replay_record(engine, sale, Stage::scan, c.context, decision), *bundle);
  REQUIRE_FALSE(read);
  CHECK(read.error().code == Code::rejected);
}
