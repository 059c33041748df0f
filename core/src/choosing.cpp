#include "choosing.hpp"

#include <utility>

#include "choosing_parts.hpp"

namespace tillcue {

Candidate candidate_of(Bundle const& bundle, Rules const& rules, Scored scored, Probability probability) noexcept {
  Candidate candidate;
  candidate.scored = scored;
  candidate.probability = probability;
  candidate.rule = rules.item(scored.item);
  auto const price = bundle.price(scored.item);
  candidate.priced = price.has_value();
  candidate.price = price ? price->minor : 0;
  candidate.margin = unit_margin(bundle, scored.item);
  candidate.boost = bundle.boost_percent(scored.item);
  return candidate;
}

Ranking::Ranking(Bundle const& bundle, CampaignTable const& campaigns, Scorer& scorer, Rules const& rules) noexcept {
  std::array<Scored, kDepth> top;
  std::array<ItemIx, kDepth> items;
  std::array<Term, kDepth> loudest;
  size = scorer.top(top);
  for (std::size_t n = 0; n < size; ++n) {
    places[n] = candidate_of(bundle, rules, top[n], bundle.probability(top[n].score, n, scorer.basket_size()));
    items[n] = top[n].item;
    if (campaigns.size() > 0) places[n].campaigns = campaigns.targeting(top[n].item);
  }
  struct Admitted {
    Rules const& rules;
    Ranking const& ranking;
  } const admitted{rules, *this};
  auto const admits = [](void const* whom, ItemIx source, std::size_t n) noexcept {
    auto const& by = *static_cast<Admitted const*>(whom);
    return by.rules.may_speak(source, by.ranking.places[n].price);
  };
  scorer.explain(std::span(items).first(size), std::span(loudest).first(size), {admits, &admitted});
  for (std::size_t n = 0; n < size; ++n) places[n].loudest = loudest[n];
}

Candidate const* Ranking::find(ItemIx item) const noexcept {
  auto const found =
      std::find_if(list().begin(), list().end(), [item](Candidate const& c) { return c.scored.item == item; });
  return found == list().end() ? nullptr : &*found;
}

bool Eligible::wants(Choice const& choice) const noexcept {
  return size_ < static_cast<std::ptrdiff_t>(choices_.size()) || ranks_before(choice, choices_.back());
}

void Eligible::offer(Choice const& choice, Witness* witness) noexcept {
  auto const outranked = [witness](Choice const& c) {
    if (witness != nullptr) witness->stopped(c.scored.item, c.campaign, Rule::outranked);
  };
  auto const end = choices_.begin() + size_;
  auto const same =
      std::find_if(choices_.begin(), end, [&](Choice const& c) { return c.scored.item == choice.scored.item; });
  if (same != end) {
    // What head office promises for an item is not kept from who buys it.
    bool const promised = choice.campaign != Offer::kNoCampaign, before = same->campaign != Offer::kNoCampaign;
    if (promised != before ? before : !ranks_before(choice, *same)) return outranked(choice);
    outranked(*same);
    std::move(same + 1, end, same);
    --size_;
  } else if (!wants(choice)) {
    return outranked(choice);
  } else if (size_ == static_cast<std::ptrdiff_t>(choices_.size())) {
    outranked(choices_.back());
    --size_;
  }
  auto const at = std::upper_bound(choices_.begin(), choices_.begin() + size_, choice, ranks_before);
  std::move_backward(at, choices_.begin() + size_, choices_.begin() + size_ + 1);
  *at = choice;
  ++size_;
}

std::uint16_t find_chances(Matter const& m) noexcept {
  std::uint16_t running = 0;
  auto const chances = m.campaigns.chances();
  auto const tried = m.campaigns.at(m.rules.stage());
  std::fill(chances.begin(), chances.end(), CampaignTable::Chance{});
  for (auto const& shown : m.sale.shown) {
    if (shown.offer.campaign < chances.size()) ++chances[shown.offer.campaign].times;
  }
  for (auto const n : tried) {
    auto rule = m.rules.campaign(n, chances[n].times);
    if (rule == Rule::none) rule = m.rules.amounts(n);
    chances[n].runs = rule == Rule::none;
    if (rule != Rule::none) m.stopped(kNoItem, n, rule);
  }
  for (auto const& held : m.rules.basket()) {
    if (held.quantity_milli <= 0 || !may_trigger(m.bundle, held.item)) continue;
    auto const concern = m.campaigns.triggered_by(held.item);
    for (auto const& list : {concern.by_item, concern.by_category}) {
      for (auto n : list) {
        auto& chance = chances[n];
        if (!chance.runs) continue;
        bool const counted = list.data() == concern.by_category.data() &&
                             std::binary_search(concern.by_item.begin(), concern.by_item.end(), n);
        if (counted) continue;
        chance.quantity_milli += held.quantity_milli;
        if (chance.trigger != kNoItem && held.price <= chance.trigger_price) continue;
        chance.trigger = held.item;
        chance.trigger_price = held.price;
      }
    }
  }
  for (auto const n : tried) {
    if (!chances[n].runs) continue;
    auto const rule = m.rules.triggers(n, chances[n]);
    chances[n].runs = rule == Rule::none;
    if (chances[n].runs) running |= campaigns(m.campaigns.rules(n).type);
    if (rule != Rule::none) m.stopped(kNoItem, n, rule);
  }
  return running;
}

std::uint8_t stages_of(OfferType type) noexcept {
  std::uint8_t stages = 0;
  for (auto const& attempt : kAttempts) {
    if ((attempt.offers & campaigns(type)) != 0) stages |= mask_of(attempt.stage);
  }
  return stages;
}

Eligible choose(Matter const& matter, Attempt const& attempt, std::uint16_t running) noexcept {
  Eligible eligible;
  auto const tries = [&](Source source) { return (attempt.sources & 1U << static_cast<unsigned>(source)) != 0; };
  if (tries(Source::cheaper)) choose_cheaper(matter, eligible);
  if (tries(Source::ladders)) choose_better(matter, eligible);
  if (tries(Source::learned)) choose_learned(matter, eligible);
  if (tries(Source::sets)) choose_sets(matter, eligible);
  if (tries(Source::usual)) choose_usual(matter, eligible);
  if ((attempt.offers & running) != 0) choose_campaigns(matter, attempt, eligible);
  return eligible;
}

}  // namespace tillcue
