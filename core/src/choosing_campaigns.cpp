#include "choosing_parts.hpp"

namespace tillcue {
namespace {

bool is_coupon(OfferType type) noexcept { return type == OfferType::coupon || type == OfferType::thank_you; }

/// A campaign's offer of one item, before it is judged.
struct Proposal {
  std::uint16_t campaign;
  CampaignRules const& rules;
  CampaignTable::Chance const& chance;
  Candidate const& candidate;
  bool ranked;  ///< among the best for this basket
  Probability probability;

  [[nodiscard]] ItemIx item() const noexcept { return candidate.scored.item; }
};

/// What the offer may cost and what it brings, by its type. Minor units of one acceptance.
struct Account {
  std::int64_t gain = 0;      ///< margin of what is sold in addition
  std::int64_t discount = 0;  ///< given away for it
  bool known = true;          ///< every price that goes into the discount
};

Account set_account(Matter const& m, Proposal const& p) noexcept {
  Account account;
  std::int64_t prices = m.rules.price_of(p.chance.trigger);
  account.known = prices > 0;
  for (auto const extra : m.campaigns.few_targets(p.campaign)) {
    // What is in the basket costs what the till charged for it.
    auto const charged = m.rules.price_of(extra), shelf = m.bundle.price(extra).value_or(Money{}).minor;
    auto const price = charged > 0 ? charged : shelf;
    account.known = account.known && price > 0;
    prices += price;
    if (!m.sale.basket.contains(extra)) account.gain += unit_margin(m.bundle, extra);
  }
  account.discount = discount_of(prices, p.rules.discount, p.rules.value);
  return account;
}

Account account_of(Matter const& m, Proposal const& p) noexcept {
  auto const price = p.candidate.price, margin = p.candidate.margin;
  auto const off = discount_of(price, p.rules.discount, p.rules.value);
  bool const known = p.candidate.priced && price > 0;
  auto const get = std::int64_t{p.rules.get_quantity};
  switch (p.rules.type) {
    case OfferType::upgrade:
      return {margin - unit_margin(m.bundle, p.chance.trigger), off, known};
    case OfferType::buy_get:
      return {margin * get, off * get, known};
    case OfferType::multi_buy: {
      auto const whole = (p.rules.buy_quantity + get) * 1000 - m.rules.quantity_milli(p.item());
      return {margin * std::max<std::int64_t>((whole + 999) / 1000, 0), off * get, known};
    }
    case OfferType::set:
      return set_account(m, p);
    case OfferType::threshold:
      // The reward is off the receipt, not off the item.
      return {margin, discount_of(p.rules.threshold_minor, p.rules.discount, p.rules.value)};
    case OfferType::gift:
      return {0, price};
    case OfferType::notice:
      return {};
    default:
      return {margin, off, known};
  }
}

/// A promise that saves nothing here, for the till or the shelf has become as cheap without it.
bool saves_nothing(Proposal const& p, Account const& account) noexcept {
  bool const promised = p.rules.discount != DiscountKind::none && p.rules.type != OfferType::notice;
  return promised && account.known && account.discount <= 0;
}

Rule guard(Matter const& m, Proposal const& p, Account const& account) noexcept {
  if (saves_nothing(p, account)) return Rule::not_cheaper;
  auto const price = p.candidate.price;
  switch (p.rules.type) {
    case OfferType::second_item:
      if (p.candidate.priced && !m.rules.passes_second_item_guard(price - account.discount, p.chance.trigger)) {
        return Rule::second_item_guard;
      }
      [[fallthrough]];
    case OfferType::suggestion:
    case OfferType::buy_get:
    case OfferType::set:
    case OfferType::threshold:
      return m.rules.passes_guard(price, p.chance.trigger) ? Rule::none : Rule::price_guard;
    case OfferType::upgrade: {
      auto const before = m.rules.price_of(p.chance.trigger);
      if (!p.candidate.priced || before == 0 || price - account.discount <= before) return Rule::not_dearer;
      auto const large = m.bundle.policy().large_upgrade_percent;
      auto const dearer = price - account.discount - before;
      return large > 0 && dearer * 100 > before * large && !m.rules.trusted() ? Rule::trust : Rule::none;
    }
    default:
      return Rule::none;
  }
}

Rule item_rule(Matter const& m, Proposal const& p) noexcept {
  auto const type = p.rules.type;
  bool const same = type == OfferType::multi_buy;
  if (auto const rule = same ? m.rules.item(p.item(), true) : p.candidate.rule; rule != Rule::none) return rule;
  if (same) {
    auto const held = m.rules.quantity_milli(p.item());
    if (held <= 0) return Rule::no_trigger;
    // Of what is weighed there are no pieces.
    if (held % 1000 != 0) return Rule::too_few_triggers;
    if (held >= (p.rules.buy_quantity + std::int64_t{p.rules.get_quantity}) * 1000) return Rule::in_basket;
  }
  if (type == OfferType::notice && m.rules.has_what_it_needs(p.campaign)) return Rule::in_basket;
  if (p.chance.trigger != kNoItem) {
    if (auto const rule = m.rules.trigger(p.chance.trigger, technique_of(p.rules.type)); rule != Rule::none)
      return rule;
  }
  if (p.probability.ppm < p.rules.min_probability_ppm) return Rule::improbable;
  // Nobody has named the item for this threshold: it must be plausible by itself.
  if (type == OfferType::threshold && p.probability.ppm < m.bundle.policy().min_probability_ppm) {
    return Rule::improbable;
  }
  return type == OfferType::threshold ? m.rules.fits_gap(p.campaign, p.item()) : Rule::none;
}

Reason reason_of(Matter const& m, Proposal const& p, Account const& account) noexcept {
  Reason reason{ReasonCode::expert, p.chance.trigger, p.probability};
  switch (p.rules.type) {
    case OfferType::upgrade: {
      auto const price = p.candidate.price;
      reason.code = ReasonCode::upgrade;
      reason.amount = price - discount_of(price, p.rules.discount, p.rules.value) - m.rules.price_of(p.chance.trigger);
      return reason;
    }
    case OfferType::threshold:
      reason.code = ReasonCode::threshold;
      reason.amount = m.rules.gap(p.campaign);
      return reason;
    case OfferType::gift:
      reason.code = ReasonCode::reached;
      reason.amount = p.rules.threshold_minor;
      return reason;
    case OfferType::set:
      reason.code = ReasonCode::set;
      reason.amount = account.known ? account.discount : 0;
      return reason;
    case OfferType::notice:
      reason.code = ReasonCode::required;
      return reason;
    case OfferType::thank_you:
      reason.code = ReasonCode::thanks;
      return reason;
    default:
      break;
  }
  if (m.campaigns.has_partner(p.campaign)) {
    reason.code = ReasonCode::partner;
  } else if (p.chance.trigger == kNoItem && p.ranked) {
    // Head office named no occasion: what is known of the basket is the reason.
    auto const speaker = speaker_for(m, p.candidate);
    if (speaker.rule == Rule::none || is_coupon(p.rules.type)) {
      reason.code = speaker.code;
      reason.trigger = speaker.trigger;
    }
  }
  return reason;
}

/// Further extras of a set that are not in the basket; false when one of them must not be offered.
bool add_extras(Matter const& m, Proposal const& p, Choice& choice) noexcept {
  if (p.rules.type != OfferType::set) return true;
  std::size_t count = 0;
  for (auto const extra : m.campaigns.few_targets(p.campaign)) {
    if (extra == p.item() || m.sale.basket.contains(extra)) continue;
    auto const price = m.bundle.price(extra);
    if (m.rules.item(extra) != Rule::none) return false;
    if (!m.rules.passes_guard(price ? price->minor : 0, p.chance.trigger)) return false;
    if (count == choice.more.size()) return false;
    choice.more[count++] = extra;
  }
  return true;
}

void judge(Matter const& m, Proposal const& p, Eligible& eligible) noexcept {
  auto const item = p.item();
  if (auto const rule = item_rule(m, p); rule != Rule::none) return m.stopped(item, p.campaign, rule);
  auto const account = account_of(m, p);
  if (auto const rule = guard(m, p, account); rule != Rule::none) return m.stopped(item, p.campaign, rule);
  if (!m.rules.affords(p.campaign, account.discount)) return m.stopped(item, p.campaign, Rule::budget);
  Choice choice;
  choice.scored = p.candidate.scored;
  choice.probability = p.probability;
  choice.campaign = p.campaign;
  choice.type = p.rules.type;
  choice.cost = account.discount;
  auto const redeem = p.rules.redemption_ppm > 0 ? Probability{p.rules.redemption_ppm} : p.probability;
  choice.value = {p.candidate.priced, expected(p.probability, account.gain, redeem, account.discount)};
  choice.rank_micro = weighted(choice.value.micro, p.rules.weight_percent, p.candidate.boost);
  if (!eligible.wants(choice)) return m.stopped(item, p.campaign, Rule::outranked);
  if (!add_extras(m, p, choice)) return m.stopped(item, p.campaign, Rule::price_guard);
  choice.reason = reason_of(m, p, account);
  eligible.offer(choice, m.witness);
}

/// A set is offered once, under its first extra that is not in the basket.
bool stands_for_set(Matter const& m, std::uint16_t n, ItemIx item) noexcept {
  for (auto const extra : m.campaigns.few_targets(n)) {
    if (!m.sale.basket.contains(extra)) return extra == item;
  }
  return false;
}

void propose(Matter const& m, std::uint16_t n, Candidate const& candidate, bool ranked, Eligible& eligible) noexcept {
  auto const& rules = m.campaigns.rules(n);
  if (rules.type == OfferType::set && !stands_for_set(m, n, candidate.scored.item)) return;
  auto const guess = rules.probability_ppm > 0 ? rules.probability_ppm : m.bundle.policy().expert_probability_ppm;
  auto const probability = rules.probability_ppm == 0 && ranked ? candidate.probability : Probability{guess};
  judge(m, {n, rules, m.campaigns.chances()[n], candidate, ranked, probability}, eligible);
}

void propose_unranked(Matter const& m, std::uint16_t n, ItemIx item, Eligible& eligible) noexcept {
  propose(m, n, candidate_of(m.bundle, m.rules, {item, 0}, {}), false, eligible);
}

bool of_attempt(Attempt const& attempt, CampaignRules const& rules) noexcept {
  return (attempt.offers & 1U << static_cast<unsigned>(rules.type)) != 0;
}

/// What ranks for this basket and campaigns target.
void propose_ranked(Matter const& m, Attempt const& attempt, Eligible& eligible) noexcept {
  for (std::size_t rank = 0; rank < m.ranking.size; ++rank) {
    auto const& candidate = m.ranking.places[rank];
    auto const& concern = candidate.campaigns;
    for (auto const& list : {concern.by_item, concern.by_category, concern.any}) {
      if (list.data() == concern.any.data() && rank >= Ranking::kForAny) continue;
      for (auto const n : list) {
        auto const& rules = m.campaigns.rules(n);
        if (!m.campaigns.chances()[n].runs || !of_attempt(attempt, rules)) continue;
        if (rules.type == OfferType::multi_buy) continue;
        propose(m, n, candidate, true, eligible);
      }
    }
  }
}

/// What head office named and does not rank. Coupons without an occasion go by the ranking only: a guess there would
/// let the dearest target win whatever the basket holds.
void propose_named(Matter const& m, std::uint16_t n, CampaignRules const& rules, Eligible& eligible) noexcept {
  bool const occasion = m.campaigns.has_triggers(n) || rules.probability_ppm > 0 || rules.type == OfferType::gift ||
                        rules.type == OfferType::thank_you;
  if (!occasion) return m.stopped(kNoItem, n, Rule::not_likely);
  for (auto const item : m.campaigns.few_targets(n)) {
    if (m.ranking.find(item) == nullptr) propose_unranked(m, n, item, eligible);
  }
}

}  // namespace

void choose_campaigns(Matter const& m, Attempt const& attempt, Eligible& eligible) noexcept {
  propose_ranked(m, attempt, eligible);
  auto const chances = m.campaigns.chances();
  for (auto const n : m.campaigns.at(m.rules.stage())) {
    auto const& rules = m.campaigns.rules(n);
    if (!chances[n].runs || !of_attempt(attempt, rules)) continue;
    if (rules.type == OfferType::multi_buy) {
      propose_unranked(m, n, chances[n].trigger, eligible);
    } else {
      propose_named(m, n, rules, eligible);
    }
  }
}

}  // namespace tillcue
