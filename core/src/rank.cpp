#include <algorithm>

#include "reasoning.hpp"
#include "rules.hpp"
#include "tillcue/core/engine.hpp"

namespace tillcue {

Reason make_reason(Bundle const& bundle, std::span<ItemIx const> basket, ItemIx item,
                   Probability probability) noexcept {
  std::array<Term, 8> terms{};
  auto const count = explain(bundle, basket, item, terms);
  for (std::size_t n = 0; n < count; ++n) {
    // A bag fee may be bought with everything; nobody wants to hear that.
    if (!is_goods(bundle, terms[n].source)) continue;
    // A borrowed row says what goes with items like it: nobody has bought the two together yet.
    auto const borrowed = bundle.has(terms[n].source, ItemFlag::borrowed_row);
    return {borrowed ? ReasonCode::category : ReasonCode::bought_together, terms[n].source, probability};
  }
  auto const unknown = bundle.has(item, ItemFlag::borrowed_row);
  return {unknown ? ReasonCode::category : ReasonCode::popular, kNoItem, probability};
}

std::size_t rank(Bundle const& bundle, Scorer& scorer, std::span<ItemIx const> basket,
                 std::span<Suggestion> out) noexcept {
  std::array<Scored, kMaxRank> places;
  scorer.assign(basket);
  auto const count = scorer.top(std::span(places).first(std::min(out.size(), places.size())));
  for (std::size_t n = 0; n < count; ++n) {
    auto const probability = bundle.probability(places[n].score, n);
    out[n] = {places[n].item, places[n].score, probability, make_reason(bundle, basket, places[n].item, probability)};
  }
  return count;
}

}  // namespace tillcue
