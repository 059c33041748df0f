#include "tillcue/models/counts.hpp"

#include <map>
#include <set>

#include <doctest/doctest.h>

#include "made.hpp"

using namespace tillcue;
using namespace tillcue::models;
using made::together;

namespace {

using Baskets = std::vector<std::vector<std::string>>;

Counts counts_of(Baskets const& baskets) { return count(made::dataset(baskets), 2); }

/// As a file would be counted: basket ids of different parts may be the same.
std::string file_of(Baskets const& baskets) { return encode(counts_of(baskets)); }

}  // namespace

TEST_CASE("items and pairs are counted once a basket, as a direct count would") {
  auto const baskets = made::random_baskets(400, 30, 5);
  auto const counts = counts_of(baskets);
  std::map<std::string, std::uint32_t> items;
  std::map<std::pair<std::string, std::string>, std::uint32_t> pairs;
  for (auto const& basket : baskets) {
    std::set<std::string> const distinct(basket.begin(), basket.end());
    for (auto const& a : distinct) {
      ++items[a];
      for (auto const& b : distinct) {
        if (a < b) ++pairs[{a, b}];
      }
    }
  }
  REQUIRE(counts.items.size() == items.size());
  CHECK(counts.baskets == baskets.size());
  for (auto const& item : counts.items) CHECK(item.baskets == items[item.sku]);
  CHECK(counts.pairs() == pairs.size());
  for (auto const& [pair, times] : pairs) CHECK(together(counts, pair.first, pair.second) == times);
}

TEST_CASE("the counts do not depend on the number of threads nor on the order of the rows") {
  auto baskets = made::random_baskets(600, 200, 9);
  auto const data = made::dataset(baskets);
  auto const one = encode(count(data, 1));
  CHECK(encode(count(data, 2)) == one);
  CHECK(encode(count(data, 5)) == one);
  std::reverse(baskets.begin(), baskets.end());
  for (auto& basket : baskets) std::reverse(basket.begin(), basket.end());
  CHECK(file_of(baskets) == one);
}

TEST_CASE("merging counts equals counting both, byte for byte, in any order and grouping") {
  auto const a = made::random_baskets(200, 40, 1);
  auto const b = made::random_baskets(150, 60, 2);
  auto const c = made::random_baskets(1, 3, 3);
  Baskets all = a;
  all.insert(all.end(), b.begin(), b.end());
  all.insert(all.end(), c.begin(), c.end());
  auto const whole = file_of(all);
  std::vector<Counts> const parts = {counts_of(a), counts_of(b), counts_of(c)};
  CHECK(encode(merge(parts).value()) == whole);
  std::vector<Counts> const turned = {parts[2], parts[0], parts[1]};
  CHECK(encode(merge(turned).value()) == whole);
  std::vector<Counts> const first = {parts[0], parts[1]};
  std::vector<Counts> const nested = {merge(first).value(), parts[2]};
  CHECK(encode(merge(nested).value()) == whole);
  std::vector<Counts> const alone = {parts[0]};
  CHECK(merge(alone).value() == parts[0]);
}

TEST_CASE("merging adds quantities, prices and the range of times") {
  std::string const header = "basket_id,timestamp,sku,quantity,unit_price\n";
  auto const early = header + "1,2026-01-01,a,2,1.50\n1,2026-01-01,b,1,2\n";
  auto const late = header + "1,2026-03-01,a,0.5,1.50\n2,2026-02-01,a,1,1.75\n";
  auto const counted = [](std::string const& text) { return count(made::read(text).value(), 1); };
  std::vector<Counts> const parts = {counted(late), counted(early)};
  auto const sum = merge(parts).value();
  auto const& a = sum.items[made::position(sum, "a")];
  CHECK(a.quantity_milli == 3500);
  CHECK(a.prices == std::vector<PricePoint>{{1'500'000, 2}, {1'750'000, 1}});
  CHECK(sum.from == 1'767'225'600);
  CHECK(sum.to == 1'772'323'200);
  TransactionReader both;
  REQUIRE(both.add(from_memory(early), "1").has_value());
  REQUIRE(both.add(from_memory(late), "2").has_value());
  CHECK(encode(count(both.finish().value(), 1)) == encode(sum));
}

TEST_CASE("dates and visit numbers are not added up; files without times go with both") {
  std::string const header = "basket_id,timestamp,sku\n";
  auto const counted = [&](std::string const& rows) { return count(made::read(header + rows).value(), 1); };
  std::vector<Counts> const mixed = {counted("1,2026-01-01,a\n"), counted("1,7,a\n")};
  REQUIRE(!merge(mixed).has_value());
  CHECK(merge(mixed).error().code == Code::invalid);
  std::vector<Counts> const partly = {counted("1,,a\n"), counted("1,2026-01-01,a\n")};
  CHECK(merge(partly)->time_kind == TimeKind::calendar);
}

TEST_CASE("an item in more than 2^32 baskets is refused, not wrapped") {
  Counts huge;
  huge.baskets = 0xFFFF'FFFFU;
  huge.items.push_back({"a", 0xFFFF'FFFFU, 0, {}});
  huge.row.push_back(0);
  std::vector<Counts> const twice = {huge, huge};
  REQUIRE(!merge(twice).has_value());
  CHECK(merge(twice).error().code == Code::unsupported);
}

TEST_CASE("a counts file reads back as it was") {
  auto const counts = counts_of(made::random_baskets(300, 50, 4));
  CHECK(decode(encode(counts)).value() == counts);
  CHECK(decode(encode(Counts{})).value() == Counts{});
}

TEST_CASE("a counts file cut at any length or with any byte changed is refused") {
  auto const bytes = file_of(made::random_baskets(12, 8, 6));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK(!decode(std::string_view(bytes).substr(0, length)).has_value());
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    CHECK(!decode(changed).has_value());
  }
  CHECK(decode("").error().code == Code::corrupt);
  auto newer = bytes;
  newer[7] = '3';
  CHECK(decode(newer).error().code == Code::unsupported);
}

TEST_CASE("a counts file of version 1, without sources, is still read; sources go through a file unchanged") {
  // Counted by the first release: basket 1 on 2026-01-01 with a (2 at 1.50) and b (1 at 2), basket 2 with a.
  auto const old = made::get_file(std::string(TILLCUE_SOURCE_DIR) + "/tests/golden/counts-v1.counts");
  REQUIRE(old.substr(0, 8) == "TCCOUNT1");
  auto const counts = decode(old);
  REQUIRE_MESSAGE(counts.has_value(), counts.error().what);
  CHECK(counts->baskets == 2);
  CHECK(counts->sources.empty());
  CHECK(counts->items[made::position(*counts, "a")].baskets == 2);
  CHECK(counts->items[made::position(*counts, "a")].quantity_milli == 3000);
  CHECK(together(*counts, "a", "b") == 1);
  CHECK(counts->from == 1'767'225'600);
  auto const data = made::read("basket_id,timestamp,sku\n1,2026-01-01,a\n1,,b\n2,2026-01-02,a\n").value();
  auto now = count(data, 1);
  std::vector<std::uint32_t> const all = {0, 1};
  now.sources = sources_of(data, all);
  CHECK(decode(encode(now)).value() == now);
  auto const head = decode_head(encode(now));
  REQUIRE(head.has_value());
  CHECK(head->sources == now.sources);
  CHECK(head->to == now.to);
  CHECK(head->items.empty());
}
