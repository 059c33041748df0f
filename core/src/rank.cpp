#include <algorithm>
#include <array>

#include "reasoning.hpp"
#include "tillcue/core/engine.hpp"

namespace tillcue {
namespace {

/// Among the first quarter by intercept, of few items among the first sixteen.
bool is_favourite(Bundle const& bundle, ItemIx item) noexcept {
  auto const first = std::min(bundle.popular_count(), std::max<std::size_t>(16, bundle.item_count() / 4));
  return first > 0 && bundle.bias(item) >= bundle.bias(bundle.popular(first - 1));
}

}  // namespace

Reason reason_of(Bundle const& bundle, ItemIx item, Term const& loudest, Probability probability) noexcept {
  // A borrowed row says what goes with items like it: nobody has bought the two together yet.
  auto const speaks = loudest.source != kNoItem ? loudest.source : item;
  auto const borrowed = bundle.has(speaks, ItemFlag::borrowed_row);
  if (borrowed) return {ReasonCode::category, loudest.source, probability};
  if (loudest.source != kNoItem) return {ReasonCode::bought_together, loudest.source, probability};
  return {is_favourite(bundle, item) ? ReasonCode::popular : ReasonCode::category, kNoItem, probability};
}

std::size_t rank(Bundle const& bundle, Scorer& scorer, std::span<ItemIx const> basket,
                 std::span<Suggestion> out) noexcept {
  std::array<Scored, kMaxRank> places;
  std::array<ItemIx, kMaxRank> items;
  std::array<Term, kMaxRank> loudest;
  static_assert(kMaxRank <= Scorer::kMaxExplained);
  scorer.assign(basket);
  auto const count = scorer.top(std::span(places).first(std::min(out.size(), places.size())));
  for (std::size_t n = 0; n < count; ++n) items[n] = places[n].item;
  scorer.explain(std::span(items).first(count), std::span(loudest).first(count));
  for (std::size_t n = 0; n < count; ++n) {
    auto const probability = bundle.probability(places[n].score, n, scorer.basket_size());
    out[n] = {items[n], places[n].score, probability, reason_of(bundle, items[n], loudest[n], probability)};
  }
  return count;
}

}  // namespace tillcue
