#include "tillcue/models/gate.hpp"

#include <doctest/doctest.h>

#include "made.hpp"
#include "questions.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

constexpr std::int64_t kDay = 86'400;

/// Baskets of a hundred a day, from day `first` on.
Dataset dated(std::size_t baskets, std::int64_t first, std::uint64_t seed) {
  auto data = made::dataset(made::random_baskets(baskets, 40, seed));
  data.time_kind = TimeKind::calendar;
  for (std::size_t n = 0; n < data.baskets(); ++n) {
    data.times[n] = (20'000 + first) * kDay + static_cast<std::int64_t>(n) * (kDay / 100);
  }
  return data;
}

Ranker opened(std::vector<std::byte> bytes) {
  auto ranker = Ranker::open(std::move(bytes));
  REQUIRE_MESSAGE(ranker.has_value(), ranker.error().what);
  return std::move(*ranker);
}

std::vector<std::byte> built(Dataset const& data, BuildOptions const& options = {}) {
  auto made = build(data, {}, {}, options);
  REQUIRE_MESSAGE(made.has_value(), made.error().what);
  return std::move(made->bundle);
}

/// Knows nothing of what goes together.
BuildOptions ignorant() {
  BuildOptions options;
  options.training.min_baskets = 1'000'000;
  return options;
}

GateCheck const& look(GateVerdict const& verdict, std::string const& what) {
  for (auto const& check : verdict.checks) {
    if (check.what == what) return check;
  }
  FAIL("nothing was said of " << what);
  return verdict.checks.front();
}

}  // namespace

TEST_CASE("a bundle made like the running one, a little later, passes on baskets new to both") {
  auto running = opened(built(dated(4000, 0, 1)));
  auto const data = dated(5000, 0, 1);
  auto const verdict = judge_release(data, {}, {}, built(data), running, {});
  REQUIRE_MESSAGE(verdict.has_value(), verdict.error().what);
  CHECK(verdict->passed());
  CHECK(verdict->reasons().empty());
  CHECK(verdict->how.find("new to both") != std::string::npos);
  CHECK(verdict->questions > 2000);
  CHECK(verdict->note(false).find("gate=passed\n") == 0);
}

TEST_CASE("a bundle that forgot what goes together is refused, with the numbers") {
  auto running = opened(built(dated(4000, 0, 1)));
  auto const data = dated(5000, 0, 1);
  auto const verdict = judge_release(data, {}, ignorant(), built(data, ignorant()), running, {});
  REQUIRE(verdict.has_value());
  CHECK(!verdict->passed());
  CHECK(!look(*verdict, "HR@5").passed);
  CHECK(verdict->reasons().find("HR@5 0.") != std::string::npos);
  CHECK(verdict->note(false).find("gate=failed\n") == 0);
  CHECK(verdict->note(true).find("gate=forced\n") == 0);
  CHECK(verdict->note(true).find("gate_reason=HR@5") != std::string::npos);
}

TEST_CASE("noise does not refuse: other baskets of the same shop give another bundle, not a worse one") {
  for (std::uint64_t seed = 2; seed < 6; ++seed) {
    CAPTURE(seed);
    auto running = opened(built(dated(4000, 0, seed)));
    auto const data = dated(5000, 0, seed + 100);
    auto const verdict = judge_release(data, {}, {}, built(data), running, {});
    REQUIRE(verdict.has_value());
    CHECK_MESSAGE(verdict->passed(), verdict->reasons());
  }
}

TEST_CASE("without dates both bundles are asked as they are, and it says so") {
  auto const data = made::dataset(made::random_baskets(3000, 40, 1));
  auto running = opened(built(data));
  auto const same = judge_release(data, {}, {}, built(data), running, {});
  REQUIRE(same.has_value());
  CHECK(same->passed());
  CHECK(same->how.find("both may have learned from") != std::string::npos);
  auto const worse = judge_release(data, {}, ignorant(), built(data, ignorant()), running, {});
  REQUIRE(worse.has_value());
  CHECK(!worse->passed());
}

TEST_CASE("a bundle of a tenth of the history is not better for knowing it by heart") {
  auto const whole = dated(8000, 0, 1);
  auto running = opened(built(whole));
  std::vector<std::uint32_t> tenth;
  for (std::uint32_t n = 0; n < whole.baskets(); n += 10) tenth.push_back(n);
  tenth.push_back(static_cast<std::uint32_t>(whole.baskets()) - 1);
  auto const data = part_of(whole, tenth);
  auto const verdict = judge_release(data, {}, {}, built(data), running, {});
  REQUIRE_MESSAGE(verdict.has_value(), verdict.error().what);
  CHECK(verdict->how.find("a twin answers that learned without them") != std::string::npos);
  auto const& hits = look(*verdict, "HR@5");
  CHECK_MESSAGE(hits.found.find(", -0.") != std::string::npos, hits.found);
}

TEST_CASE("prices a hundred times too high for most of what is sold are refused, for a few they are not") {
  auto data = made::dataset(made::random_baskets(3000, 40, 1));
  std::string all = "sku,name,price\n", few = all;
  for (std::size_t n = 0; n < data.items.size(); ++n) {
    data.items[n].prices = {{2'000'000, 10}};
    all += data.items[n].sku + ",A,200\n";
    few += data.items[n].sku + (n == 5 ? ",A,200\n" : ",A,2.10\n");
  }
  auto running = opened(built(data));
  auto const verdict = [&](std::string const& items) {
    BadRows bad;
    auto const catalogue = read_catalogue(from_memory(items), "i.csv", 0, bad).value();
    return judge_release(data, catalogue, {}, built(data), running, {}).value();
  };
  auto const wrong = verdict(all);
  CHECK(!look(wrong, "prices").passed);
  CHECK(
      wrong.reasons().find("40 of 40 items cost more than 3 times, or less than a third of, what was charged lately") !=
      std::string::npos);
  CHECK(wrong.reasons().find("100.0 % of what is sold") != std::string::npos);
  CHECK(verdict(few).passed());
}

TEST_CASE("many items fewer, or a file too large, are refused whatever the answers are") {
  auto const large = made::dataset(made::random_baskets(3000, 100, 1));
  auto const small = made::dataset(made::random_baskets(3000, 40, 1));
  auto running = opened(built(large));
  auto const verdict = judge_release(small, {}, {}, built(small), running, {});
  REQUIRE(verdict.has_value());
  CHECK(!look(*verdict, "items").passed);
  CHECK(look(*verdict, "bytes").passed);
  GateOptions tight;
  tight.limits.bytes = 1000;
  auto const heavy = judge_release(large, {}, {}, built(large), running, tight);
  REQUIRE(heavy.has_value());
  CHECK(look(*heavy, "items").passed);
  CHECK(!look(*heavy, "bytes").passed);
}

TEST_CASE("sales that end before those of the running bundle are refused: an old export, given again") {
  auto running = opened(built(dated(4000, 0, 1)));
  auto const older = dated(3000, 0, 1);
  auto const verdict = judge_release(older, {}, {}, built(older), running, {});
  REQUIRE(verdict.has_value());
  CHECK(!look(*verdict, "last sale").passed);
  CHECK(verdict->reasons().find("last sale 2024-11-02, of the running bundle 2024-11-12") != std::string::npos);
  auto const same = dated(4000, 0, 1);
  auto const again = judge_release(same, {}, {}, built(same), running, {});
  REQUIRE(again.has_value());
  CHECK(look(*again, "last sale").passed);
}

TEST_CASE("where there is hardly anything to ask, sizes alone are compared") {
  auto const data = made::dataset(made::random_baskets(40, 10, 1));
  auto running = opened(built(data));
  auto const verdict = judge_release(data, {}, {}, built(data), running, {});
  REQUIRE(verdict.has_value());
  CHECK(verdict->checks.size() == 2);
  CHECK(verdict->how.find("sizes alone") != std::string::npos);
}

TEST_CASE("what the gate says is written into the bundle") {
  auto const data = made::dataset(made::random_baskets(1000, 20, 1));
  BuildOptions options;
  std::size_t seen = 0;
  options.review = [&](std::span<std::byte const> bundle) -> Result<std::string> {
    seen = bundle.size();
    return "gate=passed\n";
  };
  auto const ranker = opened(built(data, options));
  CHECK(seen > 0);
  CHECK(ranker.bundle().info().note.find("\ngate=passed\n") != std::string_view::npos);
  options.review = [](std::span<std::byte const>) -> Result<std::string> { return fail(Code::io, "no"); };
  CHECK(!build(data, {}, {}, options).has_value());
}
