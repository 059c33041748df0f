#include "format/check_campaigns.hpp"

#include "format/check.hpp"
#include "format/layout.hpp"
#include "format/utf8.hpp"
#include "tillcue/core/policy.hpp"
#include "tillcue/core/sku.hpp"

namespace tillcue::format {

bool text_ok(Parts const& parts, std::uint32_t ref, std::size_t least, std::size_t most) noexcept {
  auto const size = parts.strings.size();
  if (size < 2 || ref > size - 2) return false;
  auto const length = load<std::uint16_t>(parts.strings.data() + ref);
  if (length > size - 2 - ref || length < least || length > most) return false;
  return is_utf8(string_at(parts, ref));
}

namespace {

constexpr std::uint16_t kMinutesOfDay = 1440;

/// One record of an array and where a fault in it is.
struct Record {
  std::byte const* at;
  std::uint32_t section;
  std::uint64_t offset;

  template <class T>
  [[nodiscard]] T get(std::size_t field) const noexcept {
    return load<T>(at + field);
  }
  [[nodiscard]] Finding fault(Fault what, std::size_t field) const noexcept { return {what, section, offset + field}; }
};

Record record(Records const& records, std::uint32_t n, std::uint32_t section) noexcept {
  return {records.at(n), section, std::uint64_t{n} * records.stride};
}

bool value_fits(std::uint16_t kind, std::int64_t value) noexcept {
  switch (static_cast<DiscountKind>(kind)) {
    case DiscountKind::none:
      return value == 0;
    case DiscountKind::percent:
      return value >= 1 && value <= 100;
    case DiscountKind::amount:
    case DiscountKind::price:
      return value >= 1 && value <= kMaxPrice;
  }
  return false;
}

Finding check_old_campaign(Parts const& p, std::uint32_t n) noexcept {
  auto const r = record(p.campaigns, n, kCampaigns);
  if (!text_ok(p, r.get<std::uint32_t>(campaign::kId), 1, kMaxIdentifier)) return r.fault(Fault::text, campaign::kId);
  for (auto field : {campaign::kHeadline, campaign::kTerms}) {
    if (!text_ok(p, r.get<std::uint32_t>(field), 0, kMaxString)) return r.fault(Fault::text, field);
  }
  auto const kind = r.get<std::uint16_t>(campaign::kDiscount);
  if (kind > 2) return r.fault(Fault::value, campaign::kDiscount);
  if (!value_fits(kind, r.get<std::int64_t>(campaign::kValue))) return r.fault(Fault::value, campaign::kValue);
  if (r.get<std::uint32_t>(campaign::kMinProbability) > 1'000'000) {
    return r.fault(Fault::value, campaign::kMinProbability);
  }
  auto const first = r.get<std::uint32_t>(campaign::kFirstTarget);
  auto const count = r.get<std::uint32_t>(campaign::kTargetCount);
  if (first > p.targets.count || count > p.targets.count - first) return r.fault(Fault::bounds, campaign::kFirstTarget);
  for (std::uint32_t k = 1; k < count; ++k) {
    if (load<std::uint32_t>(p.targets.at(first + k)) <= load<std::uint32_t>(p.targets.at(first + k - 1))) {
      return r.fault(Fault::order, campaign::kFirstTarget);
    }
  }
  return {};
}

Finding check_old_campaigns(Parts const& p) noexcept {
  if (p.campaigns.count > kMaxCampaigns) return {Fault::count, kCampaigns, 0};
  for (std::uint32_t n = 0; n < p.targets.count; ++n) {
    if (load<std::uint32_t>(p.targets.at(n)) >= p.item_count) {
      return {Fault::reference, kTargets, std::uint64_t{n} * p.targets.stride};
    }
  }
  for (std::uint32_t n = 0; n < p.campaigns.count; ++n) {
    if (auto found = check_old_campaign(p, n); !found.ok()) return found;
  }
  return {};
}

Finding check_plan_texts(Parts const& p, Record const& r) noexcept {
  if (!text_ok(p, r.get<std::uint32_t>(plan::kId), 1, kMaxIdentifier)) return r.fault(Fault::text, plan::kId);
  if (!text_ok(p, r.get<std::uint32_t>(plan::kPartner), 0, kMaxIdentifier)) return r.fault(Fault::text, plan::kPartner);
  for (auto field : {plan::kHeadline, plan::kTerms}) {
    if (!text_ok(p, r.get<std::uint32_t>(field), 0, kMaxString)) return r.fault(Fault::text, field);
  }
  return {};
}

Finding check_plan_values(Record const& r) noexcept {
  if (r.get<std::uint8_t>(plan::kType) >= kOfferTypes) return r.fault(Fault::value, plan::kType);
  auto const stages = r.get<std::uint8_t>(plan::kStages);
  if (stages == 0 || stages >= 1U << kStages) return r.fault(Fault::value, plan::kStages);
  if (r.get<std::uint8_t>(plan::kWeekdays) > 0x7F) return r.fault(Fault::value, plan::kWeekdays);
  if (!value_fits(r.get<std::uint16_t>(plan::kDiscount), r.get<std::int64_t>(plan::kValue))) {
    return r.fault(Fault::value, plan::kValue);
  }
  for (auto field : {plan::kFrom, plan::kUntil}) {
    if (r.get<std::uint16_t>(field) > kMinutesOfDay) return r.fault(Fault::value, field);
  }
  if (r.get<std::uint16_t>(plan::kBuy) == 0) return r.fault(Fault::value, plan::kBuy);
  if (r.get<std::uint8_t>(plan::kAudience) > 2) return r.fault(Fault::value, plan::kAudience);
  for (auto field : {plan::kMinProbability, plan::kProbability, plan::kRedemption}) {
    if (r.get<std::uint32_t>(field) > 1'000'000) return r.fault(Fault::value, field);
  }
  for (auto field : {plan::kMinBasket, plan::kMaxBasket, plan::kThreshold, plan::kFreeMinor, plan::kFreeIssues}) {
    auto const amount = r.get<std::int64_t>(field);
    if (amount < 0 || amount > kMaxPrice) return r.fault(Fault::value, field);
  }
  return {};
}

/// Items and categories ascend and exist; places and segments are names.
Finding check_plan_lists(Parts const& p, Record const& r) noexcept {
  std::uint64_t next = r.get<std::uint32_t>(plan::kFirstRef);
  for (std::size_t list = 0; list < plan::kLists; ++list) {
    auto const field = plan::kCounts + 4 * list;
    auto const end = next + r.get<std::uint32_t>(field);
    if (end > p.refs.count) return r.fault(Fault::bounds, field);
    bool const names = list >= 4, categories = list % 2 == 1;
    auto const exist = categories ? p.categories.count : p.item_count;
    for (auto n = next; n < end; ++n) {
      auto const ref = load<std::uint32_t>(p.refs.at(n));
      auto const at = n * p.refs.stride;
      if (names ? !text_ok(p, ref, 1, 2 * kMaxIdentifier) : ref >= exist) return {Fault::reference, kRefs, at};
      if (!names && n > next && ref <= load<std::uint32_t>(p.refs.at(n - 1))) return {Fault::order, kRefs, at};
    }
    next = end;
  }
  return {};
}

Finding check_plans(Parts const& p) noexcept {
  if (p.plans.count > kMaxCampaigns) return {Fault::count, kPlans, 0};
  if (p.refs.count > kMaxRefs) return {Fault::count, kRefs, 0};
  if (p.plans.count > 0 && p.campaigns.count > 0) return {Fault::duplicate, kPlans, 0};
  for (std::uint32_t n = 0; n < p.plans.count; ++n) {
    auto const r = record(p.plans, n, kPlans);
    if (auto found = check_plan_texts(p, r); !found.ok()) return found;
    if (auto found = check_plan_values(r); !found.ok()) return found;
    if (auto found = check_plan_lists(p, r); !found.ok()) return found;
  }
  return {};
}

Finding check_ladders(Parts const& p) noexcept {
  if (p.ladders.count > kMaxLadders) return {Fault::count, kLadders, 0};
  for (std::uint32_t n = 0; n < p.ladders.count; ++n) {
    auto const r = record(p.ladders, n, kLadders);
    auto const from = r.get<std::uint32_t>(ladder::kFrom), to = r.get<std::uint32_t>(ladder::kTo);
    if (from >= p.item_count) return r.fault(Fault::reference, ladder::kFrom);
    if (to >= p.item_count || to == from) return r.fault(Fault::reference, ladder::kTo);
    if (n > 0 && from < load<std::uint32_t>(p.ladders.at(n - 1))) return r.fault(Fault::order, ladder::kFrom);
    if (r.get<std::uint32_t>(ladder::kShare) > 1'000'000) return r.fault(Fault::value, ladder::kShare);
  }
  return {};
}

bool key_exists(Parts const& p, std::uint32_t key) noexcept {
  return (key & kIsCategory) != 0 ? (key & ~kIsCategory) < p.categories.count : key < p.item_count;
}

Finding check_never(Parts const& p) noexcept {
  if (p.never.count > kMaxNever) return {Fault::count, kNever, 0};
  std::uint64_t before = 0;
  for (std::uint32_t n = 0; n < p.never.count; ++n) {
    auto const r = record(p.never, n, kNever);
    auto const in_basket = r.get<std::uint32_t>(never::kInBasket), offered = r.get<std::uint32_t>(never::kOffered);
    if (!key_exists(p, in_basket)) return r.fault(Fault::reference, never::kInBasket);
    if (!key_exists(p, offered)) return r.fault(Fault::reference, never::kOffered);
    auto const key = std::uint64_t{in_basket} << 32U | offered;
    if (n > 0 && key <= before) return r.fault(Fault::order, never::kInBasket);
    before = key;
  }
  return {};
}

/// Names ascend, so that one can be found.
Finding check_budgets(Parts const& p) noexcept {
  if (p.budgets.count > kMaxBudgets) return {Fault::count, kBudgets, 0};
  std::string_view before;
  for (std::uint32_t n = 0; n < p.budgets.count; ++n) {
    auto const r = record(p.budgets, n, kBudgets);
    auto const name = r.get<std::uint32_t>(budget::kName);
    if (!text_ok(p, name, 1, 2 * kMaxIdentifier)) return r.fault(Fault::text, budget::kName);
    if (n > 0 && string_at(p, name) <= before) return r.fault(Fault::order, budget::kName);
    before = string_at(p, name);
    for (auto field : {budget::kMinor, budget::kIssues, budget::kFreeMinor, budget::kFreeIssues}) {
      auto const amount = r.get<std::int64_t>(field);
      if (amount < 0 || amount > kMaxPrice) return r.fault(Fault::value, field);
    }
  }
  return {};
}

}  // namespace

Finding check_campaigns(Parts const& parts) noexcept {
  for (auto step : {check_old_campaigns, check_plans, check_ladders, check_never, check_budgets}) {
    if (auto found = step(parts); !found.ok()) return found;
  }
  return {};
}

}  // namespace tillcue::format
