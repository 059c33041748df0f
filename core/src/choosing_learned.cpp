#include "choosing_parts.hpp"
#include "reasoning.hpp"

namespace tillcue {
namespace {

Choice plain_choice(Candidate const& candidate, Probability probability) noexcept {
  Choice choice;
  choice.scored = candidate.scored;
  choice.probability = probability;
  choice.value = {candidate.priced, expected(probability, candidate.margin, {}, 0)};
  choice.rank_micro = weighted(choice.value.micro, 100, candidate.boost);
  choice.reason.share = probability;
  return choice;
}

/// From the ranking, else made: its score is only known there.
Candidate found_or_made(Matter const& m, ItemIx item) noexcept {
  auto const* const ranked = m.ranking.find(item);
  return ranked != nullptr ? *ranked : candidate_of(m.bundle, m.rules, {item, 0}, {});
}

bool same_need(Bundle const& bundle, ItemIx a, ItemIx b) noexcept {
  return bundle.category(a) != kNoCategory && bundle.category(a) == bundle.category(b);
}

Choice upgrade_choice(Matter const& m, LadderStep const& step, std::int64_t dearer) noexcept {
  auto const to = found_or_made(m, step.to);
  Choice choice;
  choice.type = OfferType::upgrade;
  choice.scored = to.scored;
  choice.probability = step.share.ppm > 0 ? step.share : Probability{m.bundle.policy().expert_probability_ppm};
  auto const gain = to.margin - unit_margin(m.bundle, step.from);
  choice.value = {true, expected(choice.probability, gain, {}, 0)};
  choice.rank_micro = weighted(choice.value.micro, 100, to.boost);
  choice.reason = {ReasonCode::upgrade, step.from, choice.probability, dearer, step.size_percent};
  return choice;
}

Rule upgrade_rule(Matter const& m, LadderStep const& step, std::int64_t price, std::int64_t dearer) noexcept {
  if (auto const rule = m.rules.item(step.to); rule != Rule::none) return rule;
  if (auto const rule = m.rules.trigger(step.from, Technique::upsell); rule != Rule::none) return rule;
  if (dearer <= 0) return Rule::not_dearer;
  auto const large = m.bundle.policy().large_upgrade_percent;
  return large > 0 && dearer * 100 > price * large && !m.rules.trusted() ? Rule::trust : Rule::none;
}

std::int64_t price_of(Bundle const& bundle, ItemIx item) noexcept {
  auto const price = bundle.price(item);
  return price ? price->minor : 0;
}

/// The extras of a set that are not in the basket; none when any of them must not be offered.
struct Missing {
  std::array<ItemIx, SetView::kMostExtras> items{kNoItem, kNoItem, kNoItem};
  std::size_t count = 0;
  Rule rule = Rule::none;
};

Missing missing_of(Matter const& m, SetView const& set) noexcept {
  Missing missing;
  for (std::size_t n = 0; n < set.extra_count; ++n) {
    auto const extra = set.extras[n];
    auto rule = m.rules.item(extra);
    if (rule == Rule::in_basket) continue;
    if (rule == Rule::none && !m.rules.passes_guard(price_of(m.bundle, extra), set.main)) rule = Rule::price_guard;
    if (rule != Rule::none) missing.rule = rule;
    missing.items[missing.count++] = extra;
  }
  return missing;
}

void offer_set(Matter const& m, SetView const& set, Eligible& eligible) noexcept {
  auto const missing = missing_of(m, set);
  if (missing.count == 0) return;
  if (missing.rule != Rule::none) return m.stopped(missing.items[0], Offer::kNoCampaign, missing.rule);
  Probability const together{static_cast<std::uint32_t>(std::uint64_t{set.baskets} * 1'000'000 / set.main_baskets)};
  if (together.ppm < m.bundle.policy().min_probability_ppm) {
    return m.stopped(missing.items[0], Offer::kNoCampaign, Rule::improbable);
  }
  auto choice = plain_choice(found_or_made(m, missing.items[0]), together);
  choice.type = OfferType::set;
  choice.reason = {ReasonCode::set, set.main, together};
  for (std::size_t n = 1; n < missing.count; ++n) {
    choice.more[n - 1] = missing.items[n];
    choice.value.known = choice.value.known && m.bundle.price(missing.items[n]).has_value();
    choice.value.micro += expected(together, unit_margin(m.bundle, missing.items[n]), {}, 0);
  }
  choice.rank_micro = weighted(choice.value.micro, 100, m.bundle.boost_percent(missing.items[0]));
  eligible.offer(choice, m.witness);
}

}  // namespace

Speaker speaker_for(Matter const& m, Candidate const& candidate) noexcept {
  auto const& loudest = candidate.loudest;
  auto const code = reason_of(m.bundle, candidate.scored.item, loudest, {}).code;
  if (loudest.weight > 0) return {Rule::none, code, loudest.source};
  if (loudest.source == kNoItem) {
    return {m.rules.passes_guard(candidate.price, kNoItem) ? Rule::none : Rule::price_guard, code, kNoItem};
  }
  auto const rule = m.rules.trigger(loudest.source, Technique::cross_sell);
  return {rule != Rule::none ? rule : Rule::price_guard, code, loudest.source};
}

void choose_learned(Matter const& m, Eligible& eligible) noexcept {
  auto const least = m.bundle.policy().min_probability_ppm;
  for (auto const& candidate : m.ranking.list()) {
    auto rule = candidate.rule;
    if (rule == Rule::none && candidate.probability.ppm < least) rule = Rule::improbable;
    // Dearer than the dearest is dearer than what speaks for it, whether that has a price or not.
    if (rule == Rule::none && !m.rules.passes_guard(candidate.price, kNoItem)) rule = Rule::price_guard;
    Speaker speaker;
    if (rule == Rule::none) {
      speaker = speaker_for(m, candidate);
      rule = speaker.rule;
    }
    if (rule != Rule::none) {
      m.stopped(candidate.scored.item, Offer::kNoCampaign, rule);
      continue;
    }
    auto choice = plain_choice(candidate, candidate.probability);
    choice.reason.code = speaker.code;
    choice.reason.trigger = speaker.trigger;
    eligible.offer(choice, m.witness);
  }
}

void choose_better(Matter const& m, Eligible& eligible) noexcept {
  auto const item = m.rules.last_item();
  auto const steps = m.bundle.ladder_from(item);
  if (steps.count == 0) return;
  auto const price = m.rules.price_of(item);
  for (auto n = steps.first; n < steps.first + steps.count; ++n) {
    auto const step = m.bundle.ladder_step(n);
    auto const better = m.bundle.price(step.to);
    auto const dearer = better && price > 0 ? better->minor - price : 0;
    if (auto const rule = upgrade_rule(m, step, price, dearer); rule != Rule::none) {
      m.stopped(step.to, Offer::kNoCampaign, rule);
      continue;
    }
    eligible.offer(upgrade_choice(m, step, dearer), m.witness);
  }
}

void choose_cheaper(Matter const& m, Eligible& eligible) noexcept {
  auto const* const declined = m.rules.declined();
  if (declined == nullptr || declined->offer.item == kNoItem) return;
  auto const before = m.bundle.price(declined->offer.item);
  auto const trigger = declined->offer.reason.trigger;
  // What it went with may have been given back since.
  if (!before || (trigger != kNoItem && m.rules.quantity_milli(trigger) <= 0)) return;
  for (auto const& candidate : m.ranking.list()) {
    if (!same_need(m.bundle, candidate.scored.item, declined->offer.item)) continue;
    auto rule = candidate.rule;
    if (rule == Rule::none && (!candidate.priced || candidate.price >= before->minor)) rule = Rule::not_cheaper;
    if (rule == Rule::none && candidate.probability.ppm < m.bundle.policy().min_probability_ppm) {
      rule = Rule::improbable;
    }
    if (rule == Rule::none && !m.rules.passes_guard(candidate.price, trigger)) {
      rule = Rule::price_guard;
    }
    if (rule != Rule::none) {
      m.stopped(candidate.scored.item, Offer::kNoCampaign, rule);
      continue;
    }
    auto choice = plain_choice(candidate, candidate.probability);
    choice.reason = {ReasonCode::cheaper, trigger, candidate.probability, before->minor - candidate.price};
    eligible.offer(choice, m.witness);
  }
}

void choose_sets(Matter const& m, Eligible& eligible) noexcept {
  for (auto const& held : m.rules.basket()) {
    if (held.as_trigger != Rule::none) continue;
    auto const sets = m.bundle.sets_of(held.item);
    for (auto n = sets.first; n < sets.first + sets.count; ++n) offer_set(m, m.bundle.set(n), eligible);
  }
}

void choose_usual(Matter const& m, Eligible& eligible) noexcept {
  for (auto const& usual : m.sale.shopper.usual) {
    if (index(usual.item) >= m.bundle.item_count()) continue;
    auto const candidate = found_or_made(m, usual.item);
    auto rule = candidate.rule;
    if (rule == Rule::none && usual.share.ppm < m.bundle.policy().min_probability_ppm) rule = Rule::improbable;
    if (rule != Rule::none) {
      m.stopped(usual.item, Offer::kNoCampaign, rule);
      continue;
    }
    auto choice = plain_choice(candidate, usual.share);
    choice.reason.code = ReasonCode::usual;
    eligible.offer(choice, m.witness);
  }
}

}  // namespace tillcue
