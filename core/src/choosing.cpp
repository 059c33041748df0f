#include "choosing.hpp"

#include <utility>

#include "choosing_parts.hpp"

namespace tillcue {

Ranking::Ranking(Scorer& scorer) noexcept : size(scorer.top(places)) {
  std::array<ItemIx, kDepth> items;
  for (std::size_t n = 0; n < size; ++n) items[n] = places[n].item;
  scorer.explain(std::span(items).first(size), std::span(loudest).first(size));
}

std::size_t Ranking::place_of(ItemIx item) const noexcept {
  auto const end = places.begin() + static_cast<std::ptrdiff_t>(size);
  return static_cast<std::size_t>(
      std::find_if(places.begin(), end, [item](Scored const& s) { return s.item == item; }) - places.begin());
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
    if (!ranks_before(choice, *same)) return outranked(choice);
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

void find_chances(Matter const& m) noexcept {
  auto const chances = m.campaigns.chances();
  auto const stage = mask_of(m.rules.stage());
  for (std::size_t n = 0; n < chances.size(); ++n) {
    chances[n] = {};
    if ((m.campaigns.rules(n).stages & stage) == 0) continue;
    auto rule = m.rules.campaign(n);
    if (rule == Rule::none) rule = m.rules.amounts(n);
    chances[n].runs = rule == Rule::none;
    if (rule != Rule::none) m.stopped(kNoItem, static_cast<std::uint16_t>(n), rule);
  }
  for (auto const& line : m.sale.basket.lines()) {
    if (line.quantity.milli <= 0 || !is_goods(m.bundle, line.item)) continue;
    auto const concern = m.campaigns.triggered_by(line.item);
    auto const price = m.rules.price_of(line.item);
    for (auto const& list : {concern.by_item, concern.by_category}) {
      for (auto n : list) {
        auto& chance = chances[n];
        bool const counted = list.data() == concern.by_category.data() &&
                             std::binary_search(concern.by_item.begin(), concern.by_item.end(), n);
        if (!chance.runs || counted) continue;
        chance.quantity_milli += std::min<std::int64_t>(line.quantity.milli, 1'000'000'000);
        if (chance.trigger != kNoItem && price <= chance.trigger_price) continue;
        chance.trigger = line.item;
        chance.trigger_price = price;
      }
    }
  }
  for (std::size_t n = 0; n < chances.size(); ++n) {
    if (!chances[n].runs) continue;
    auto const rule = m.rules.triggers(n, chances[n]);
    chances[n].runs = rule == Rule::none;
    if (rule != Rule::none) m.stopped(kNoItem, static_cast<std::uint16_t>(n), rule);
  }
}

Eligible choose(Matter const& matter, Attempt const& attempt) noexcept {
  Eligible eligible;
  auto const tries = [&](Source source) { return (attempt.sources & 1U << static_cast<unsigned>(source)) != 0; };
  if (tries(Source::cheaper)) choose_cheaper(matter, eligible);
  if (tries(Source::ladders)) choose_better(matter, eligible);
  if (tries(Source::learned)) choose_learned(matter, eligible);
  if (tries(Source::sets)) choose_sets(matter, eligible);
  if (tries(Source::usual)) choose_usual(matter, eligible);
  if (attempt.offers != 0) choose_campaigns(matter, attempt, eligible);
  return eligible;
}

}  // namespace tillcue
