#include "tillcue/core/parcel.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <random>
#include <stop_token>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "core/surgery.hpp"
#include "parcel/bundle_content.hpp"
#include "parcel/numbers.hpp"
#include "parcel/parcel_layout.hpp"
#include "parcel/range_coder.hpp"
#include "parcel/target_weights.hpp"

using namespace tillcue;

namespace {

using Bytes = std::vector<std::byte>;

Bytes bundle_of(BundleSource const& source) { return write_bundle(source).value(); }

/// Rows of 0 to 40 targets, about half of them answered by the other item, as real tables are.
BundleSource mutual_source(std::uint32_t items, std::uint32_t seed, unsigned bits = 6) {
  auto source = shop::random_source(items, 0, seed);
  source.weight_bits = bits;
  std::mt19937 random(seed);
  std::vector<std::vector<char>> named(items, std::vector<char>(items, 0));
  auto const add = [&](std::uint32_t from, std::uint32_t to) {
    if (from == to || named[from][to] != 0) return;
    named[from][to] = 1;
    source.rows[from].push_back(
        {to, static_cast<float>(random() % 1000 + 10) / (random() % 9 == 0 ? -700.0F : 300.0F)});
  };
  for (std::uint32_t n = 0; n < items; ++n) {
    if (n % 11 == 3) continue;
    for (std::uint32_t k = 0; k < n % 37; ++k) {
      auto const to = (n + 1 + static_cast<std::uint32_t>(random() % 60)) % items;
      add(n, to);
      if (random() % 2 == 0) add(to, n);
    }
  }
  return source;
}

/// The same shop a week later: some items gone, some new, all in another order, some weights changed.
BundleSource week_later(BundleSource const& before, std::uint32_t seed, bool reorder) {
  std::mt19937 random(seed);
  auto const items = static_cast<std::uint32_t>(before.items.size());
  std::vector<std::uint32_t> order;
  for (std::uint32_t n = 0; n < items; ++n) {
    if (random() % 20 != 0) order.push_back(n);
  }
  if (reorder) std::shuffle(order.begin(), order.end(), random);
  auto after = before;
  after.items.clear();
  after.rows.clear();
  after.bias.clear();
  std::vector<std::uint32_t> place(items, items);
  for (std::uint32_t n = 0; n < order.size(); ++n) place[order[n]] = n;
  auto const count = static_cast<std::uint32_t>(order.size()) + 5;
  for (auto const n : order) {
    after.items.push_back(before.items[n]);
    after.bias.push_back(before.bias[n] * 1.01F);
    std::vector<WeightSource> row;
    for (auto const& entry : before.rows[n]) {
      if (place[entry.target] == items || random() % 12 == 0) continue;
      row.push_back({place[entry.target], entry.weight * (random() % 3 == 0 ? 1.1F : 1.0F), entry.significant});
    }
    after.rows.push_back(row);
  }
  for (std::uint32_t n = 0; n < 5; ++n) {
    ItemSource item;
    item.sku = "new " + std::to_string(n);
    item.name = "Brand new";
    after.items.push_back(item);
    after.bias.push_back(0.01F);
    after.rows.push_back({{(n * 7) % static_cast<std::uint32_t>(order.size()), 0.5F}});
  }
  for (std::uint32_t n = 0; n < after.rows.size(); n += 9) {
    auto const target = count - 1 - n % 5;
    if (target != n && n < order.size()) after.rows[n].push_back({target, 0.25F});
  }
  after.sets.clear();
  after.campaigns.clear();
  return after;
}

/// Rows of targets from anywhere, some of them far more often than others.
BundleSource popular_source(std::uint32_t items, std::uint32_t seed) {
  auto source = shop::random_source(items, 0, seed);
  std::mt19937 random(seed);
  std::vector<std::uint32_t> row_of(items, items);
  for (std::uint32_t n = 0; n < items; ++n) {
    row_of[n] = n;
    for (std::uint32_t k = 0; k < 20; ++k) {
      // By a permutation, so that those named often do not lie side by side.
      auto const drawn = static_cast<std::uint32_t>(std::pow(items, static_cast<double>(random() % 1000) / 1000.0));
      auto const to = std::uint32_t{drawn * 7919U % items};
      if (row_of[to] == n) continue;
      row_of[to] = n;
      source.rows[n].push_back({to, static_cast<float>(random() % 1000 + 10) / 300.0F});
    }
  }
  return source;
}

/// Whole or a delta, and of which version.
constexpr std::pair<bool, int> kKinds[] = {{false, 1}, {true, 1}, {false, 2}, {true, 2}, {false, 3}, {true, 3}};

std::uint16_t version_of(Bytes const& parcel) {
  return format::load<std::uint16_t>(parcel.data() + parcel::kVersionAt);
}

/// Packed as that version.
Bytes as_version(std::uint16_t version, Bytes const& bundle, Bytes const& base = {}) {
  auto const parcel = parcel::pack(bundle, base, {version, version}).value();
  CHECK(version_of(parcel) == version);
  return parcel;
}

/// Packs and unpacks, and as each version; the parcel.
Bytes there_and_back(Bytes const& bundle, Bytes const& base = {}) {
  auto const parcel = pack_parcel(bundle, base);
  REQUIRE_MESSAGE(parcel.has_value(), (parcel ? "" : parcel.error().what));
  auto const again = unpack_parcel(*parcel, base);
  REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().what));
  CHECK(*again == bundle);
  for (auto version = parcel::kFirstVersion; version <= parcel::kVersion; ++version) {
    auto const one = parcel::pack(bundle, base, {version, version}).value();
    CHECK(one.size() >= parcel->size());
    CHECK(unpack_parcel(one, base).value() == bundle);
  }
  return *parcel;
}

/// The parcel with its checksum made right again.
Bytes sealed(Bytes parcel) {
  format::store(parcel.data() + parcel::kChecksumAt, parcel::checksum_of(parcel));
  return parcel;
}

template <class T>
Bytes with(Bytes parcel, std::size_t at, T value) {
  format::store(parcel.data() + at, value);
  return sealed(std::move(parcel));
}

void refused(Result<Bytes> const& result, Code code, std::string const& part) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == code);
  CHECK_MESSAGE(result.error().what.find(part) != std::string::npos, result.error().what);
}

}  // namespace

TEST_CASE("what the range coder writes it reads, whatever the bits") {
  std::mt19937 random(3);
  struct Said {
    std::uint32_t number;
    std::int64_t difference;
    std::uint32_t plain;
  };
  std::vector<Said> all;
  for (int n = 0; n < 20'000; ++n) {
    auto const size = random() % 32;
    all.push_back({static_cast<std::uint32_t>(random() & ((std::uint64_t{1} << size) - 1)) >> 1U,
                   static_cast<std::int64_t>(random() % 2001) - 1000, static_cast<std::uint32_t>(random() & 0xFFFFU)});
  }
  all.push_back({0x7FFF'FFFF, -0x7FFF'FFFF, 0xFFFF});
  parcel::Encoder encoder;
  auto const run = [&all](auto& coder, bool reading) {
    parcel::Number number;
    parcel::Difference difference;
    parcel::Bit rare;
    bool same = true;
    for (auto const& said : all) {
      same = number.code(coder, reading ? 0 : said.number) == said.number && same;
      same = difference.code(coder, reading ? 0 : said.difference) == said.difference && same;
      same = coder.plain(reading ? 0 : said.plain, 16) == said.plain && same;
      same = coder.bit(rare, !reading && said.plain == 7) == (said.plain == 7) && same;
    }
    return same;
  };
  CHECK(run(encoder, false));
  auto const bytes = encoder.finish();
  parcel::Decoder decoder(bytes);
  CHECK(run(decoder, true));
  CHECK(decoder.finished());
  std::span<std::byte const> const half(bytes.data(), bytes.size() / 2);
  parcel::Decoder cut(half);
  CHECK_FALSE(run(cut, true));
  CHECK(cut.exhausted());
}

TEST_CASE("a bundle comes out of its parcel bit for bit") {
  there_and_back(bundle_of(shop::source()));
  for (auto const bits : {4U, 5U, 6U, 7U, 8U}) there_and_back(bundle_of(mutual_source(300, bits, bits)));
  there_and_back(bundle_of(shop::random_source(1'200, 300, 5)));  // rows of more than 254
  there_and_back(bundle_of(shop::random_source(3, 1, 6)));
  there_and_back(bundle_of(shop::random_source(50, 0, 7)));  // no entries at all
  auto one = shop::random_source(1, 0, 8);
  there_and_back(bundle_of(one));
}

TEST_CASE("what older writers made comes back as well, plain tables and all") {
  for (auto const* const name : {"bundle-v1.tcb", "bundle-v1-packed4.tcb", "bundle-v1-packed8.tcb"}) {
    auto const old = shop::golden(name);
    there_and_back(old);
    there_and_back(bundle_of(mutual_source(200, 2)), old);
    there_and_back(old, bundle_of(mutual_source(200, 2)));
  }
}

TEST_CASE("the parcels of the first version are unpacked to the same bytes") {
  auto const bundle = shop::golden("parcel-v1-bundle.tcb"), base = shop::golden("parcel-v1-base.tcb");
  auto const whole = shop::golden("parcel-v1-whole.tcp"), delta = shop::golden("parcel-v1-delta.tcp");
  CHECK_FALSE(parcel_info(whole)->delta);
  CHECK(parcel_info(whole)->table_bytes > 0);
  CHECK(unpack_parcel(whole).value() == bundle);
  CHECK(parcel_info(delta)->delta);
  CHECK(parcel_info(delta)->table_bytes > 0);
  CHECK(unpack_parcel(delta, base).value() == bundle);
  CHECK(unpack_parcel(shop::golden("parcel-v1-plain.tcp")).value() == shop::golden("bundle-v1.tcb"));
}

TEST_CASE("the parcels of the second version are unpacked to the same bytes, and the smaller version is written") {
  auto const bundle = shop::golden("parcel-v2-bundle.tcb"), base = shop::golden("parcel-v2-base.tcb");
  auto const whole = shop::golden("parcel-v2-whole.tcp"), delta = shop::golden("parcel-v2-delta.tcp");
  CHECK((version_of(whole) == 2 && version_of(delta) == 2));
  CHECK(parcel_info(whole)->table_bytes > 0);
  CHECK(unpack_parcel(whole).value() == bundle);
  CHECK(unpack_parcel(delta, base).value() == bundle);
  auto const near = bundle_of(mutual_source(600, 12)), far = bundle_of(popular_source(2'000, 12));
  there_and_back(far);
  parcel::Versions const of_rows{1, 2};
  CHECK(version_of(parcel::pack(near, {}, of_rows).value()) == 1);
  auto const parcel = parcel::pack(far, {}, of_rows).value();
  CHECK(version_of(parcel) == 2);
  CHECK(parcel.size() + parcel.size() / 40 < as_version(1, far).size());
  // One is no other.
  CHECK_FALSE(unpack_parcel(with(as_version(1, far), parcel::kVersionAt, std::uint16_t{2})).has_value());
  CHECK_FALSE(unpack_parcel(with(parcel, parcel::kVersionAt, std::uint16_t{1})).has_value());
}

TEST_CASE("the third version has both kinds of rows, and is written where SKUs are numbers that pay") {
  auto const bundle = shop::golden("parcel-v2-bundle.tcb"), base = shop::golden("parcel-v2-base.tcb");
  auto const whole = shop::golden("parcel-v3-whole.tcp"), delta = shop::golden("parcel-v3-delta.tcp");
  CHECK((version_of(whole) == 3 && version_of(delta) == 3));
  CHECK(unpack_parcel(whole).value() == bundle);
  CHECK(unpack_parcel(delta, base).value() == bundle);
  auto source = mutual_source(600, 12);
  for (std::uint32_t n = 0; n < 600; ++n) {
    source.items[n].sku = std::to_string(4'000'000 + std::uint64_t{n} * n * 7'919U % 1'000'003U);
  }
  auto const numbered = bundle_of(source);
  CHECK(version_of(there_and_back(numbered)) == 3);
  CHECK(pack_parcel(numbered)->size() + 400 < as_version(1, numbered).size());
  source.items[7].name = "one control character\1";
  CHECK(version_of(there_and_back(bundle_of(source))) < 3);
  CHECK(unpack_parcel(as_version(3, bundle_of(source))).value() == bundle_of(source));
  // Forms of the third version are none of the others'.
  for (std::uint16_t const version : {1, 2}) {
    CHECK_FALSE(unpack_parcel(with(as_version(3, numbered), parcel::kVersionAt, version)).has_value());
  }
  CHECK_FALSE(
      unpack_parcel(with(as_version(2, bundle_of(popular_source(2'000, 12))), parcel::kVersionAt, std::uint16_t{3}))
          .has_value());
}

TEST_CASE("items lie by their weight, as adding them up one by one says, whatever is hidden or named") {
  for (std::uint32_t const items : {1U, 2U, 7U, 64U, 129U}) {
    parcel::TargetWeights weights(items);
    std::mt19937 random(items);
    for (int round = 0; round < 6'000; ++round) {
      auto const item = static_cast<std::uint32_t>(random() % items);
      auto const what = random() % 8;
      if (what == 0) weights.hide(item);
      if (what == 1) weights.show(item);
      if (what > 1) weights.name(item);
      if (round % 97 != 0) continue;
      std::uint32_t sum = 0;
      for (std::uint32_t n = 0; n < items; ++n) {
        CHECK(weights.begin(n) == sum);
        if (weights.hidden(n)) continue;
        auto const first = weights.at(sum);
        CHECK((first.item == n && first.begin == sum));
        sum += weights.weight(n);
        auto const last = weights.at(sum - 1);
        CHECK((last.item == n && last.begin == weights.begin(n)));
      }
      CHECK(weights.total() == sum);
    }
  }
}

TEST_CASE("sections nobody knows and longer records come back as they were") {
  Surgery bundle(bundle_of(mutual_source(100, 4)));
  bundle.widen(format::kItems, 8).append(format::tag("NEWS"), 0, Bytes(1'000, std::byte{0x5A}));
  there_and_back(bundle.sealed());
  there_and_back(bundle_of(mutual_source(100, 4)), bundle.sealed());
}

TEST_CASE("the table need not be laid out as this writer does it") {
  constexpr std::uint32_t kItems = 40;
  auto source = shop::random_source(kItems, 0, 9);
  source.weight_bits = 6;
  for (std::uint32_t n = 0; n < kItems; ++n) source.rows[n] = {{(n + 6) % kItems, 0.5F}};
  auto const bytes = bundle_of(source);
  CHECK(parcel_info(there_and_back(bytes))->table_bytes > 0);
  // Every gap is 5: all classes have 3 bits. A row takes 4 bytes, its class is in the upper bits of the third.
  Surgery bundle(bytes);
  REQUIRE(bundle.get<std::uint32_t>(format::kPacked, 12) == 0x0303'0303);
  auto const third = bundle.length_of(format::kPacked) - format::kPackedTail - 4 * kItems + 2;
  bundle.set(format::kPacked, third,
             static_cast<std::uint8_t>(bundle.get<std::uint8_t>(format::kPacked, third) | 0x40U));
  CHECK(parcel_info(there_and_back(bundle.sealed()))->table_bytes == 0);  // with the rest
  // Levels that do not ascend.
  Surgery levels(bytes);
  levels.set(format::kPacked, 16, std::int16_t{2'047});
  there_and_back(levels.sealed());
  there_and_back(levels.sealed(), bytes);
}

TEST_CASE("a week later only what is new travels: gone, new and renumbered items") {
  auto source = mutual_source(800, 21);
  for (bool const reorder : {false, true}) {
    if (reorder) shop::doubt(source);
    auto const base = bundle_of(source);
    auto const bundle = bundle_of(week_later(source, 5, reorder));
    auto const whole = there_and_back(bundle), delta = there_and_back(bundle, base);
    auto const of_whole = parcel_info(whole).value(), of_delta = parcel_info(delta).value();
    CHECK(of_delta.delta);
    CHECK(of_delta.base_bytes == base.size());
    CHECK(of_delta.bundle_bytes == bundle.size());
    CHECK(of_delta.table_bytes * 2 < of_whole.table_bytes);
    CHECK(there_and_back(base, base).size() * 10 < there_and_back(base).size());
  }
}

TEST_CASE("the weights' steps may change: other bits, another unit") {
  auto source = mutual_source(300, 31, 8);
  auto const base = bundle_of(source);
  source.weight_bits = 5;
  there_and_back(bundle_of(source), base);
  for (auto& row : source.rows) {
    for (auto& entry : row) entry.weight *= 3.7F;
  }
  auto const scaled = there_and_back(bundle_of(source), base);
  CHECK(parcel_info(scaled)->table_bytes * 2 < parcel_info(there_and_back(bundle_of(source)))->table_bytes);
  source.rows[7][0].weight *= 5'000;  // every other row is small against it
  there_and_back(bundle_of(source), base);
}

TEST_CASE("items that nearly all rows name, and codes besides the SKU") {
  auto source = mutual_source(400, 41);
  for (std::uint32_t n = 0; n < 400; ++n) {
    source.items[n].codes = {"40063813" + std::to_string(10'000 + n * 7 % 400)};
    for (std::uint32_t hub : {3U, 199U, 390U}) {
      auto& row = source.rows[n];
      if (n == hub || std::any_of(row.begin(), row.end(), [&](auto const& e) { return e.target == hub; })) continue;
      if (n % 3 != 0) row.push_back({hub, 0.4F});
    }
  }
  auto const bundle = bundle_of(source);
  there_and_back(bundle);
  there_and_back(bundle, bundle_of(week_later(source, 3, true)));
}

TEST_CASE("the parcel is much smaller than the bundle") {
  auto const bundle = bundle_of(mutual_source(2'000, 51));
  auto const opened = Bundle::from_bytes(bundle).value();
  auto const info = parcel_info(there_and_back(bundle)).value();
  CHECK(info.table_bytes * 10 < opened.table_bytes() * 8);
  CHECK(info.rest_bytes * 4 < bundle.size() - opened.affinity_bytes());
}

TEST_CASE("weights that hardly changed stay where they were, others do not") {
  for (bool const doubted : {false, true}) {
    auto source = mutual_source(300, 81, 5);
    if (doubted) shop::doubt(source);
    auto const base = shop::open(source);
    auto const& old = *base;
    for (std::uint32_t n = 0; n < 300; ++n) {
      for (auto& entry : source.rows[n]) entry.weight *= n % 10 == 0 ? 0.6F : 1.004F;
    }
    auto kept = source;
    auto const count = keep_weights(kept, old);
    std::size_t calm = 0, same = 0, turned = 0;
    auto const after = shop::open(kept);
    for (std::uint32_t n = 0; n < 300; ++n) {
      for (auto const& entry : old.row(ItemIx{n})) {
        auto const now = after->row(ItemIx{n}).contribution_to(entry.target);
        if (n % 10 == 0) {
          turned += now != entry.contribution ? 1 : 0;
        } else {
          ++calm;
          same += std::abs(now - entry.contribution) * 25 <= std::abs(entry.contribution) ? 1 : 0;
        }
      }
    }
    CHECK(after->info().score_unit == old.info().score_unit);
    CHECK(count >= calm);
    // Not all: a row whose largest weight is the top level can take the next smaller scale, and its weights other
    // levels.
    CHECK(same * 100 > calm * 90);
    CHECK(turned * 100 > old.entry_count() * 5);
    auto const sticky = there_and_back(after.bytes, base.bytes), fresh = there_and_back(bundle_of(source), base.bytes);
    CHECK(parcel_info(sticky)->table_bytes < parcel_info(fresh)->table_bytes);
    // A plain table, and a bundle that knows none of the items, leave everything as it is.
    for (auto const& other : {shop::golden("bundle-v1.tcb"), bundle_of(shop::source())}) {
      CHECK(keep_weights(source, Bundle::from_bytes(other).value()) == 0);
    }
  }
}

TEST_CASE("another base is refused by name, and a missing one") {
  auto const source = mutual_source(200, 61);
  auto const base = bundle_of(source), bundle = bundle_of(week_later(source, 1, false));
  auto const parcel = pack_parcel(bundle, base).value();
  refused(unpack_parcel(parcel), Code::not_found, "give that base");
  refused(unpack_parcel(parcel, bundle), Code::invalid, "was made against a bundle of " + std::to_string(base.size()));
  auto other = base;
  other.back() ^= std::byte{1};
  refused(unpack_parcel(parcel, other), Code::invalid, "not against this base");
  refused(unpack_parcel(parcel, Bytes(10)), Code::invalid, "not against this base");
  // A whole parcel does not mind.
  CHECK(unpack_parcel(pack_parcel(bundle).value(), other).value() == bundle);
}

TEST_CASE("opening is broken off when that is asked for, and only then") {
  auto const base = bundle_of(mutual_source(600, 4)), bundle = bundle_of(mutual_source(600, 5));
  constexpr auto kMost = std::uint64_t{1} << 30U;
  for (auto const& old : {Bytes{}, base}) {
    auto const parcel = pack_parcel(bundle, old).value();
    std::stop_source stop;
    CHECK(unpack_parcel(parcel, old, kMost, stop.get_token()).value() == bundle);
    stop.request_stop();
    refused(unpack_parcel(parcel, old, kMost, stop.get_token()), Code::busy, "broken off");
  }
}

TEST_CASE("what is no bundle is not packed") {
  auto const bundle = bundle_of(shop::source());
  refused(pack_parcel(Bytes(100)), Code::corrupt, "bundle: ");
  refused(pack_parcel(bundle, Bytes(100)), Code::corrupt, "base: ");
}

TEST_CASE("every changed, missing or added byte is refused") {
  auto const source = mutual_source(60, 71);
  auto const base = bundle_of(source), bundle = bundle_of(week_later(source, 2, true));
  for (auto const& [delta, version] : kKinds) {
    auto const old = delta ? base : Bytes{};
    auto const parcel = as_version(static_cast<std::uint16_t>(version), bundle, old);
    for (std::size_t n = 0; n < parcel.size(); ++n) {
      auto bad = parcel;
      bad[n] ^= std::byte{0x41};
      CHECK_FALSE(unpack_parcel(bad, old).has_value());
      CHECK_FALSE(unpack_parcel(std::span(parcel).first(n), old).has_value());
    }
    auto longer = parcel;
    longer.push_back(std::byte{0});
    refused(unpack_parcel(longer, old), Code::corrupt, "another size");
  }
}

TEST_CASE("a forged parcel with a right checksum is refused too, and never more than was allowed") {
  auto const source = mutual_source(60, 72);
  auto const base = bundle_of(source), bundle = bundle_of(week_later(source, 3, true));
  std::mt19937 random(9);
  for (auto const& [delta, version] : kKinds) {
    auto const old = delta ? base : Bytes{};
    auto const parcel = as_version(static_cast<std::uint16_t>(version), bundle, old);
    for (std::size_t n = parcel::kHeaderBytes; n < parcel.size(); ++n) {
      auto bad = parcel;
      bad[n] ^= static_cast<std::byte>(1U << random() % 8);
      auto const out = unpack_parcel(sealed(bad), old, 1U << 20U);
      // Some bits decide nothing, such as the last of a stream.
      if (out) CHECK(*out == bundle);
    }
    refused(unpack_parcel(parcel, old, bundle.size() - 1), Code::invalid, "above");
    refused(unpack_parcel(with(parcel, parcel::kBundleBytesAt, std::uint64_t{1} << 40U), old), Code::corrupt, "sizes");
    refused(unpack_parcel(with(parcel, parcel::kContentBytesAt, 0xFFFF'FFFFU), old), Code::corrupt, "sizes");
    refused(unpack_parcel(with(parcel, parcel::kContentBytesAt, 1'000U), old), Code::corrupt, "zstd");
    refused(unpack_parcel(with(parcel, parcel::kBundleBytesAt, std::uint64_t{bundle.size() + 8}), old), Code::corrupt,
            "section");
    refused(unpack_parcel(with(parcel, parcel::kBundleChecksumAt, 1U), old), Code::corrupt, "not what was packed");
    refused(unpack_parcel(with(parcel, parcel::kVersionAt, std::uint16_t{0}), old), Code::unsupported, "version 0");
    refused(unpack_parcel(with(parcel, parcel::kVersionAt, std::uint16_t{4}), old), Code::unsupported, "version 4");
    refused(unpack_parcel(with(parcel, parcel::kKindAt, 2U), old), Code::unsupported, "kind 2");
    refused(unpack_parcel(with(parcel, parcel::kReservedAt, 1U), old), Code::corrupt, "header");
  }
  refused(unpack_parcel(Bytes(63)), Code::corrupt, "shorter");
  refused(unpack_parcel(bundle), Code::corrupt, "does not begin like one");
}
