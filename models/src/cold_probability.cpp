#include "cold_probability.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tillcue/models/ranker.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kAsked = 5;
constexpr std::size_t kBins = 10;  // there are few such suggestions

struct Seen {
  std::vector<Prediction> by_borrowed, others;
};

void ask(Ranker& ranker, std::vector<ItemIx> const& basket, std::uint32_t number, Seen& seen) {
  std::vector<ItemIx> rest;
  for (auto const answer : basket) {
    rest.clear();
    std::copy_if(basket.begin(), basket.end(), std::back_inserter(rest), [&](auto item) { return item != answer; });
    for (auto const& suggestion : ranker.rank(rest, kAsked)) {
      bool const borrowed = suggestion.reason.code == ReasonCode::category;
      (borrowed ? seen.by_borrowed : seen.others)
          .push_back({suggestion.probability.ppm, suggestion.item == answer, number});
    }
  }
}

std::vector<ItemIx> known(Bundle const& bundle, Dataset const& data, std::uint32_t basket) {
  std::vector<ItemIx> items;
  for (auto const item : data.basket(basket)) {
    if (auto const found = bundle.find(data.items[item].sku); found != kNoItem) items.push_back(found);
  }
  return items;
}

}  // namespace

Result<ColdProbabilities> measure_cold_probabilities(Dataset const& early, Dataset const& data,
                                                     std::span<std::uint32_t const> later, std::span<char const> hidden,
                                                     Catalogue const& catalogue, BuildOptions const& options,
                                                     std::size_t most) {
  auto built = build(early, catalogue, {}, options);
  if (!built) return tl::unexpected(built.error());
  auto ranker = Ranker::open(std::move(built->bundle));
  if (!ranker) return tl::unexpected(ranker.error());
  std::vector<std::uint32_t> order(later.begin(), later.end());
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return mix(data.keys[a]) < mix(data.keys[b]); });
  Seen seen;
  std::size_t asked = 0;
  for (auto const n : order) {
    if (asked >= most) break;
    auto const items = data.basket(n);
    if (std::none_of(items.begin(), items.end(), [&](auto item) { return hidden[item] != 0; })) continue;
    auto const basket = known(ranker->bundle(), data, n);
    if (basket.size() < 2) continue;
    ask(*ranker, basket, n, seen);
    asked += basket.size();
  }
  return ColdProbabilities{measure_calibration(std::move(seen.by_borrowed), kBins),
                           measure_calibration(std::move(seen.others), kBins)};
}

}  // namespace tillcue::models
