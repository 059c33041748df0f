#include "tillcue/models/counted_source.hpp"

#include <doctest/doctest.h>

#include "made.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

using Baskets = std::vector<std::vector<std::string>>;

/// Baskets `from` to `to` of one day as a file of its own; ids are their numbers.
std::string file(Baskets const& baskets, std::size_t from, std::size_t to, std::string const& time = "2026-11-20") {
  std::string text = "basket_id,timestamp,sku\n";
  for (auto n = from; n < to; ++n) {
    for (auto const& sku : baskets[n]) text += std::to_string(n) + ',' + time + ',' + sku + '\n';
  }
  return text;
}

NamedSources named(std::string const& name, std::string const& text) {
  auto const data = made::read(text).value();
  std::vector<std::string> const files = {name};
  return sources_by_file(data, files).at(0);
}

std::vector<Duplicate> between(NamedSources const& a, NamedSources const& b) {
  std::vector<NamedSources> const both = {a, b};
  return find_duplicates(both);
}

}  // namespace

TEST_CASE("a source a file and day, whose hash does not depend on the order of rows and items") {
  auto const data = made::read("basket_id,timestamp,sku\n1,2026-11-20T08:00,a\n1,,b\n2,2026-11-21,a\n3,,c\n").value();
  std::vector<std::uint32_t> const all = {0, 1, 2};
  auto const sources = sources_of(data, all);
  REQUIRE(sources.size() == 3);
  CHECK(sources[0].day == kNoDay);
  CHECK(day_text(sources[1].day) == "2026-11-20");
  CHECK(day_text(sources[2].day) == "2026-11-21");
  CHECK(sources[1].sample.size() == 1);
  CHECK(sources[2].sample.empty());
  CHECK(day_text(day_of(-1)) == "1969-12-31");
  auto const turned = made::read("basket_id,timestamp,sku\n3,,c\n2,2026-11-21,a\n1,,b\n1,2026-11-20T08:00,a\n").value();
  CHECK(sources_of(turned, all) == sources);
}

TEST_CASE("the same day again is noticed: the whole file, a longer export of it, and files that overlap in part") {
  auto const baskets = made::random_baskets(400, 60, 3);
  auto const day = named("mon.csv", file(baskets, 0, 200));
  auto const same = between(day, named("copy.csv", file(baskets, 0, 200)));
  REQUIRE(same.size() == 1);
  CHECK(same[0].whole);
  CHECK(same[0].first == "mon.csv");
  CHECK(same[0].second == "copy.csv");
  CHECK(day_text(same[0].day) == "2026-11-20");
  auto const longer = between(day, named("later.csv", file(baskets, 0, 400)));
  REQUIRE(longer.size() == 1);
  CHECK(!longer[0].whole);
  CHECK(between(day, named("half.csv", file(baskets, 100, 300))).size() == 1);
}

TEST_CASE("other sales are no duplicates: another day, another store with the same ids, other hours of the day") {
  auto const baskets = made::random_baskets(400, 60, 3);
  auto const other = made::random_baskets(400, 60, 4);
  auto const day = named("mon.csv", file(baskets, 0, 200));
  CHECK(between(day, named("tue.csv", file(baskets, 0, 200, "2026-11-21"))).empty());
  CHECK(between(day, named("store2.csv", file(other, 0, 200))).empty());
  CHECK(between(day, named("evening.csv", file(baskets, 200, 400))).empty());
  // Small assortments without dates: ids and baskets meet by chance, but seldom.
  auto const few = made::random_baskets(3000, 8, 5);
  auto const others = made::random_baskets(3000, 8, 6);
  CHECK(between(named("a", file(few, 0, 3000, "")), named("b", file(others, 0, 3000, ""))).empty());
}

TEST_CASE("one store among many merged ones is still noticed") {
  NamedSources chain{"chain.counts", {}};
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    auto const one = named("", file(made::random_baskets(150, 60, seed), 0, 150));
    chain.sources.insert(chain.sources.end(), one.sources.begin(), one.sources.end());
  }
  auto const again = between(chain, named("store17.csv", file(made::random_baskets(150, 60, 17), 0, 150)));
  REQUIRE(again.size() == 1);
  CHECK(again[0].whole);
  CHECK(between(chain, named("store61.csv", file(made::random_baskets(150, 60, 61), 0, 150))).empty());
}

TEST_CASE("sources of shares of a file add up to those of the whole") {
  auto const data = made::read(file(made::random_baskets(300, 40, 8), 0, 300)).value();
  std::vector<std::uint32_t> all, even, odd;
  for (std::uint32_t n = 0; n < data.baskets(); ++n) {
    all.push_back(n);
    (n % 2 == 0 ? even : odd).push_back(n);
  }
  std::vector<NamedSources> sum = {{"t.csv", sources_of(data, odd)}};
  std::vector<NamedSources> const share = {{"t.csv", sources_of(data, even)}};
  add_share(sum, share);
  CHECK(all_sources(sum) == sources_of(data, all));
}

TEST_CASE("the error names both files, the day and the mend") {
  auto const text = file(made::random_baskets(30, 20, 3), 0, 30);
  std::vector<NamedSources> const parts = {named("a.csv", text), named("b.csv", text)};
  auto const refused = refuse_duplicates(parts, "give each file once");
  REQUIRE(!refused.has_value());
  CHECK(refused.error().code == Code::invalid);
  CHECK(refused.error().what ==
        "the same sales are there twice; give each file once\n  a.csv and b.csv: the same baskets of 2026-11-20");
}
