#include "choosing_parts.hpp"
#include "reasoning.hpp"

namespace tillcue {
namespace {

Choice plain_choice(Matter const& m, Scored scored, Probability probability) noexcept {
  Choice choice;
  choice.scored = scored;
  choice.probability = probability;
  choice.value.known = m.bundle.price(scored.item).has_value();
  choice.value.micro = expected(probability, unit_margin(m.bundle, scored.item), {}, 0);
  choice.rank_micro = weighted(choice.value.micro, 100, m.bundle.boost_percent(scored.item));
  choice.reason.share = probability;
  return choice;
}

/// Offers the choice with its speaker, unless the speaker may not speak.
void offer_spoken(Matter const& m, Choice choice, Eligible& eligible) noexcept {
  // The reason costs the most, so it is asked for last.
  if (!eligible.wants(choice)) return m.stopped(choice.scored.item, choice.campaign, Rule::outranked);
  auto const speaker = speaker_for(m, choice.scored.item);
  if (speaker.rule != Rule::none) return m.stopped(choice.scored.item, choice.campaign, speaker.rule);
  choice.reason.code = speaker.code;
  choice.reason.trigger = speaker.trigger;
  eligible.offer(choice, m.witness);
}

bool same_need(Bundle const& bundle, ItemIx a, ItemIx b) noexcept {
  return bundle.category(a) != kNoCategory && bundle.category(a) == bundle.category(b);
}

Choice upgrade_choice(Matter const& m, LadderStep const& step, std::int64_t dearer) noexcept {
  auto const place = m.ranking.place_of(step.to);
  Choice choice;
  choice.type = OfferType::upgrade;
  choice.scored = {step.to, place < m.ranking.size ? m.ranking.places[place].score : 0};
  choice.probability = step.share.ppm > 0 ? step.share : Probability{m.bundle.policy().expert_probability_ppm};
  auto const gain = unit_margin(m.bundle, step.to) - unit_margin(m.bundle, step.from);
  choice.value = {true, expected(choice.probability, gain, {}, 0)};
  choice.rank_micro = weighted(choice.value.micro, 100, m.bundle.boost_percent(step.to));
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
    if (rule == Rule::none && !m.rules.passes_guard(extra, set.main)) rule = Rule::price_guard;
    if (rule != Rule::none) missing.rule = rule;
    missing.items[missing.count++] = extra;
  }
  return missing;
}

void offer_set(Matter const& m, SetView const& set, Eligible& eligible) noexcept {
  auto const missing = missing_of(m, set);
  if (missing.count == 0) return;
  if (missing.rule != Rule::none) return m.stopped(missing.items[0], Offer::kNoCampaign, missing.rule);
  auto const place = m.ranking.place_of(missing.items[0]);
  Probability const together{static_cast<std::uint32_t>(std::uint64_t{set.baskets} * 1'000'000 / set.main_baskets)};
  if (together.ppm < m.bundle.policy().min_probability_ppm) {
    return m.stopped(missing.items[0], Offer::kNoCampaign, Rule::improbable);
  }
  auto choice =
      plain_choice(m, {missing.items[0], place < m.ranking.size ? m.ranking.places[place].score : 0}, together);
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

/// Whether `source` may be the reason for `item`; kNoItem: nobody speaks for it, it must be popular.
Speaker spoken_by(Matter const& m, ItemIx item, ItemIx source) noexcept {
  auto rule = source == kNoItem ? Rule::none : m.rules.trigger(source, Technique::cross_sell);
  if (rule == Rule::none && !m.rules.passes_guard(item, source)) rule = Rule::price_guard;
  return {rule, reason_of(m.bundle, item, {source, 0}, {}).code, source};
}

}  // namespace

Speaker speaker_for(Matter const& m, ItemIx item) noexcept {
  auto const place = m.ranking.place_of(item);
  if (place < m.ranking.size) {
    auto const speaker = spoken_by(m, item, m.ranking.loudest[place].source);
    if (speaker.rule == Rule::none) return speaker;
  }
  // The loudest may not speak: somebody else may.
  std::array<Term, 8> terms{};
  auto const count = explain(m.bundle, m.basket, item, terms);
  Speaker refused;
  for (std::size_t n = 0; n < count; ++n) {
    if (!is_goods(m.bundle, terms[n].source)) continue;
    auto const speaker = spoken_by(m, item, terms[n].source);
    if (speaker.rule == Rule::none) return speaker;
    if (refused.rule == Rule::none) refused = speaker;
  }
  return refused.rule != Rule::none ? refused : spoken_by(m, item, kNoItem);
}

void choose_learned(Matter const& m, Eligible& eligible) noexcept {
  for (std::size_t rank = 0; rank < m.ranking.size; ++rank) {
    auto const scored = m.ranking.places[rank];
    auto const probability = m.bundle.probability(scored.score, rank);
    auto rule = m.rules.item(scored.item);
    if (rule == Rule::none && probability.ppm < m.bundle.policy().min_probability_ppm) rule = Rule::improbable;
    // Dearer than the dearest is dearer than whatever speaks for it.
    if (rule == Rule::none && !m.rules.passes_guard(scored.item, kNoItem)) rule = Rule::price_guard;
    if (rule != Rule::none) {
      m.stopped(scored.item, Offer::kNoCampaign, rule);
      continue;
    }
    offer_spoken(m, plain_choice(m, scored, probability), eligible);
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
  if (!before) return;
  for (std::size_t rank = 0; rank < m.ranking.size; ++rank) {
    auto const scored = m.ranking.places[rank];
    if (!same_need(m.bundle, scored.item, declined->offer.item)) continue;
    auto const price = m.bundle.price(scored.item);
    auto const probability = m.bundle.probability(scored.score, rank);
    auto rule = m.rules.item(scored.item);
    if (rule == Rule::none && (!price || price->minor >= before->minor)) rule = Rule::not_cheaper;
    if (rule == Rule::none && probability.ppm < m.bundle.policy().min_probability_ppm) rule = Rule::improbable;
    if (rule == Rule::none && !m.rules.passes_guard(scored.item, declined->offer.reason.trigger)) {
      rule = Rule::price_guard;
    }
    if (rule != Rule::none) {
      m.stopped(scored.item, Offer::kNoCampaign, rule);
      continue;
    }
    auto choice = plain_choice(m, scored, probability);
    choice.reason = {ReasonCode::cheaper, declined->offer.reason.trigger, probability, before->minor - price->minor};
    eligible.offer(choice, m.witness);
  }
}

void choose_sets(Matter const& m, Eligible& eligible) noexcept {
  for (auto const main : m.basket) {
    if (m.rules.trigger(main, Technique::cross_sell) != Rule::none) continue;
    auto const sets = m.bundle.sets_of(main);
    for (auto n = sets.first; n < sets.first + sets.count; ++n) offer_set(m, m.bundle.set(n), eligible);
  }
}

void choose_usual(Matter const& m, Eligible& eligible) noexcept {
  for (auto const& usual : m.sale.shopper.usual) {
    if (index(usual.item) >= m.bundle.item_count()) continue;
    auto rule = m.rules.item(usual.item);
    if (rule == Rule::none && usual.share.ppm < m.bundle.policy().min_probability_ppm) rule = Rule::improbable;
    if (rule != Rule::none) {
      m.stopped(usual.item, Offer::kNoCampaign, rule);
      continue;
    }
    auto const place = m.ranking.place_of(usual.item);
    auto choice =
        plain_choice(m, {usual.item, place < m.ranking.size ? m.ranking.places[place].score : 0}, usual.share);
    choice.reason.code = ReasonCode::usual;
    eligible.offer(choice, m.witness);
  }
}

}  // namespace tillcue
