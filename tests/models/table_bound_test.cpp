#include "tillcue/models/table_bound.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "tillcue/core/bundle_writer.hpp"
#include "tillcue/models/ranker.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

/// Five items, each with these weights for the items so far behind it.
TableBound bound_of(std::vector<WeightSource> const& behind) {
  constexpr std::uint32_t kItems = 5;
  BundleSource source;
  source.currency = {{'E', 'U', 'R'}, 2};
  for (std::uint32_t n = 0; n < kItems; ++n) {
    source.items.emplace_back();
    source.items.back().sku = source.items.back().name = std::to_string(n);
    auto& row = source.rows.emplace_back();
    for (auto const& entry : behind) row.push_back({(n + entry.target) % kItems, entry.weight});
  }
  source.bias.assign(kItems, 0);
  source.calibration = {{{{0, 0}}}};
  auto bytes = write_bundle(source);
  REQUIRE_MESSAGE(bytes.has_value(), bytes.error().what);
  return table_bound(Ranker::open(std::move(*bytes))->bundle());
}

}  // namespace

TEST_CASE("what is always the same takes nothing, one of two as often as the other a bit, a set of ids its logarithm") {
  auto const same = bound_of({{1, 1.0F}, {2, 1.0F}});
  CHECK(same.weights == doctest::Approx(0));
  CHECK(same.gaps == doctest::Approx(0));  // each is the next one
  CHECK(same.sets == doctest::Approx(std::log2(6) / 2));
  CHECK(same.bits() == doctest::Approx(0));
  auto const mixed = bound_of({{1, 1.0F}, {3, 0.5F}});
  CHECK(mixed.weights == doctest::Approx(1));
  CHECK(mixed.gaps == doctest::Approx(1));  // 1, then 2
  CHECK(mixed.bits() == doctest::Approx(2));
  auto const all = bound_of({{1, 1.0F}, {2, 1.0F}, {3, 1.0F}, {4, 1.0F}});
  CHECK(all.sets == doctest::Approx(0));
  CHECK(bound_of({}).bits() == 0);
}
