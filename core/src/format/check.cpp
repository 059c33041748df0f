#include "format/check.hpp"

#include <cmath>

#include "format/check_affinity.hpp"
#include "format/check_campaigns.hpp"
#include "format/layout.hpp"
#include "format/sections.hpp"
#include "format/utf8.hpp"
#include "tillcue/core/sku.hpp"

namespace tillcue::format {
namespace {

class Checker {
 public:
  Checker(Sections const& sections, Parts& parts) noexcept : sections_(sections), p_(parts) {}

  Finding everything() noexcept { return run(kEverything); }
  Finding what_ranks() noexcept { return run(kWhatRanks); }

 private:
  using Step = Finding (Checker::*)() noexcept;

  // Objects of their own, so that a linker can drop the steps nobody takes.
  static Step const kEverything[16], kWhatRanks[8];

  Finding run(std::span<Step const> steps) noexcept;
  Finding place_ranking() noexcept;
  Finding place_rest() noexcept;
  Finding meta() noexcept;
  Finding categories() noexcept;
  Finding items() noexcept;
  Finding codes() noexcept;
  Finding affinity() noexcept;
  Finding packed_affinity() noexcept;
  Finding bias() noexcept;
  Finding popular() noexcept;
  Finding calibration() noexcept;
  Finding map(std::uint32_t n) noexcept;
  Finding by_size() noexcept;
  Finding sizes_rise() noexcept;
  Finding policy() noexcept;
  Finding campaigns() noexcept { return check_campaigns(p_); }
  Finding texts() noexcept;
  Finding sets() noexcept;
  Finding set(std::uint32_t n) noexcept;

  Records records(std::uint32_t tag) const noexcept;
  bool text_ok(std::uint32_t ref, std::size_t least, std::size_t most) const noexcept {
    return format::text_ok(p_, ref, least, most);
  }
  bool text_ok(std::uint32_t ref) const noexcept { return text_ok(ref, 0, kMaxString); }
  std::string_view text(std::uint32_t ref) const noexcept { return string_at(p_, ref); }
  bool ranks_before(std::uint32_t a, std::uint32_t b) const noexcept;

  Sections const& sections_;
  Parts& p_;
};

Checker::Step const Checker::kEverything[16] = {
    &Checker::place_ranking, &Checker::place_rest,  &Checker::meta,     &Checker::categories,
    &Checker::items,         &Checker::codes,       &Checker::affinity, &Checker::bias,
    &Checker::popular,       &Checker::calibration, &Checker::by_size,  &Checker::sizes_rise,
    &Checker::policy,        &Checker::campaigns,   &Checker::texts,    &Checker::sets};
// What a controller needs to be safe and to rank: its code has 8 KB.
Checker::Step const Checker::kWhatRanks[8] = {&Checker::place_ranking,   &Checker::items,  &Checker::codes,
                                              &Checker::packed_affinity, &Checker::bias,   &Checker::popular,
                                              &Checker::calibration,     &Checker::by_size};

Finding Checker::run(std::span<Step const> steps) noexcept {
  for (auto step : steps) {
    if (auto found = (this->*step)(); !found.ok()) return found;
  }
  return {};
}

Records Checker::records(std::uint32_t tag) const noexcept {
  auto const& section = sections_[tag];
  if (!section.present) return {};
  return {section.bytes.data(), static_cast<std::uint32_t>(section.bytes.size() / section.record), section.record};
}

Finding Checker::place_ranking() noexcept {
  p_.strings = sections_[kStrings].bytes;
  p_.categories = records(kCategories);
  p_.items = records(kItems);
  p_.codes = records(kCodes);
  p_.popular = records(kPopular);
  if (p_.items.count > kMaxItems) return {Fault::count, kItems, 0};
  p_.item_count = p_.items.count;
  return {};
}

Finding Checker::place_rest() noexcept {
  p_.campaigns = records(kCampaigns);
  p_.targets = records(kTargets);
  p_.texts = records(kTexts);
  p_.sets = records(kSets);
  p_.plans = records(kPlans);
  p_.refs = records(kRefs);
  p_.ladders = records(kLadders);
  p_.never = records(kNever);
  p_.budgets = records(kBudgets);
  return {};
}

Finding Checker::meta() noexcept {
  auto const record = records(kMeta);
  if (record.count != 1) return {Fault::count, kMeta, 0};
  p_.meta = record.data;
  if (load<std::uint32_t>(p_.meta + meta::kItems) != p_.item_count) return {Fault::count, kMeta, meta::kItems};
  auto const unit = load<double>(p_.meta + meta::kUnit);
  if (!std::isfinite(unit) || unit <= 0) return {Fault::value, kMeta, meta::kUnit};
  for (std::size_t n = 0; n < 3; ++n) {
    auto const c = std::to_integer<unsigned char>(p_.meta[meta::kCurrency + n]);
    if (c < 'A' || c > 'Z') return {Fault::value, kMeta, meta::kCurrency + n};
  }
  if (std::to_integer<unsigned>(p_.meta[meta::kDigits]) > 4) return {Fault::value, kMeta, meta::kDigits};
  if (!text_ok(load<std::uint32_t>(p_.meta + meta::kLanguage), 1, kMaxIdentifier)) {
    return {Fault::text, kMeta, meta::kLanguage};
  }
  if (!text_ok(load<std::uint32_t>(p_.meta + meta::kNote))) return {Fault::text, kMeta, meta::kNote};
  return {};
}

Finding Checker::categories() noexcept {
  if (p_.categories.count > kMaxCategories) return {Fault::count, kCategories, 0};
  for (std::uint32_t n = 0; n < p_.categories.count; ++n) {
    if (!text_ok(load<std::uint32_t>(p_.categories.at(n)))) {
      return {Fault::text, kCategories, std::uint64_t{n} * p_.categories.stride};
    }
    if (p_.categories.stride < kCategoryGrown) continue;
    if (load<std::uint16_t>(p_.categories.at(n) + category::kTechnique) > 3) {
      return {Fault::value, kCategories, std::uint64_t{n} * p_.categories.stride + category::kTechnique};
    }
  }
  return {};
}

Finding Checker::items() noexcept {
  for (std::uint32_t n = 0; n < p_.item_count; ++n) {
    auto const* at = p_.items.at(n);
    auto const fault = [&](Fault what, std::size_t field) {
      return Finding{what, kItems, std::uint64_t{n} * p_.items.stride + field};
    };
    if (!text_ok(load<std::uint32_t>(at + item::kSku), 1, kMaxIdentifier)) return fault(Fault::text, item::kSku);
    if (!text_ok(load<std::uint32_t>(at + item::kName))) return fault(Fault::text, item::kName);
    auto const price = load<std::int64_t>(at + item::kPrice), cost = load<std::int64_t>(at + item::kCost);
    if (price < kNoPrice || price > kMaxPrice) return fault(Fault::value, item::kPrice);
    if (cost < kNoPrice || cost > kMaxPrice) return fault(Fault::value, item::kCost);
    auto const category = load<std::uint32_t>(at + item::kCategory);
    if (category != kNoCategory && category >= p_.categories.count) return fault(Fault::reference, item::kCategory);
  }
  return {};
}

Finding Checker::codes() noexcept {
  std::string_view before;
  for (std::uint32_t n = 0; n < p_.codes.count; ++n) {
    auto const* at = p_.codes.at(n);
    auto const offset = std::uint64_t{n} * p_.codes.stride;
    auto const ref = load<std::uint32_t>(at);
    if (!text_ok(ref, 1, kMaxIdentifier)) return {Fault::text, kCodes, offset};
    if (n > 0 && text(ref) <= before) return {Fault::order, kCodes, offset};
    if (load<std::uint32_t>(at + 4) >= p_.item_count) return {Fault::reference, kCodes, offset + 4};
    before = text(ref);
  }
  return {};
}

Finding Checker::affinity() noexcept {
  if (sections_[kPacked].present) return packed_affinity();
  p_.affinity.items = p_.item_count;
  return check_plain(sections_[kAffinity].bytes, p_.affinity);
}

Finding Checker::packed_affinity() noexcept {
  if (!sections_[kPacked].present) return {Fault::missing, kPacked, 0};
  p_.affinity.items = p_.item_count;
  auto found = check_packed(sections_[kPacked].bytes, p_.affinity);
  auto const& evidence = sections_[kEvidence];
  return found.ok() && evidence.present ? check_evidence(evidence.bytes, p_.affinity) : found;
}

Finding Checker::bias() noexcept {
  auto const bytes = sections_[kBias].bytes;
  if (bytes.size() != kBiasHeader + 2 * std::uint64_t{p_.item_count}) return {Fault::bounds, kBias, bytes.size()};
  p_.bias_scale = load<std::uint32_t>(bytes.data());
  if (p_.bias_scale > kMaxBiasScale) return {Fault::value, kBias, 0};
  if (load<std::uint32_t>(bytes.data() + 4) != p_.item_count) return {Fault::count, kBias, 4};
  p_.biases = bytes.data() + kBiasHeader;
  return {};
}

bool Checker::ranks_before(std::uint32_t a, std::uint32_t b) const noexcept {
  auto const of_a = bias_at(p_, a), of_b = bias_at(p_, b);
  return of_a != of_b ? of_a > of_b : a < b;
}

Finding Checker::popular() noexcept {
  auto const expected = p_.item_count < kMaxPopular ? p_.item_count : kMaxPopular;
  if (p_.popular.count != expected) return {Fault::count, kPopular, 0};
  if (expected == 0) return {};
  for (std::uint32_t n = 0; n < expected; ++n) {
    auto const offset = std::uint64_t{n} * p_.popular.stride;
    auto const item = load<std::uint32_t>(p_.popular.at(n));
    if (item >= p_.item_count) return {Fault::reference, kPopular, offset};
    if (n > 0 && !ranks_before(load<std::uint32_t>(p_.popular.at(n - 1)), item)) {
      return {Fault::order, kPopular, offset};
    }
  }
  // The list is strictly ordered, so it is the top exactly when no more than `expected` items rank up to its last.
  auto const last = load<std::uint32_t>(p_.popular.at(expected - 1));
  std::uint32_t up_to_last = 0;
  for (std::uint32_t item = 0; item < p_.item_count; ++item) up_to_last += ranks_before(last, item) ? 0 : 1;
  return up_to_last == expected ? Finding{} : Finding{Fault::order, kPopular, 0};
}

Finding Checker::calibration() noexcept {
  auto const bytes = sections_[kCalibration].bytes;
  if (bytes.size() < kCalibrationHeader) return {Fault::bounds, kCalibration, bytes.size()};
  p_.map_count = load<std::uint32_t>(bytes.data());
  auto const total = load<std::uint32_t>(bytes.data() + 4);
  if (p_.map_count == 0 || p_.map_count > kMaxMaps) return {Fault::count, kCalibration, 0};
  auto const points = kCalibrationHeader + 4 * (std::uint64_t{p_.map_count} + 1);
  if (points + std::uint64_t{kPointBytes} * total != bytes.size()) return {Fault::bounds, kCalibration, 4};
  p_.map_ends = bytes.data() + kCalibrationHeader;
  p_.points = bytes.data() + points;
  if (load<std::uint32_t>(p_.map_ends) != 0 ||
      load<std::uint32_t>(p_.map_ends + 4 * std::size_t{p_.map_count}) != total) {
    return {Fault::count, kCalibration, kCalibrationHeader};
  }
  for (std::uint32_t n = 0; n < p_.map_count; ++n) {
    if (auto found = map(n); !found.ok()) return found;
  }
  return {};
}

Finding Checker::map(std::uint32_t n) noexcept {
  auto const begin = load<std::uint32_t>(p_.map_ends + 4 * std::size_t{n});
  auto const end = load<std::uint32_t>(p_.map_ends + 4 * (std::size_t{n} + 1));
  auto const total = load<std::uint32_t>(p_.map_ends + 4 * std::size_t{p_.map_count});
  auto const where = kCalibrationHeader + 4ULL * n;
  if (end <= begin || end > total || end - begin > kMaxPoints) return {Fault::count, kCalibration, where};
  for (auto k = begin; k < end; ++k) {
    auto const* at = p_.points + std::size_t{k} * kPointBytes;
    auto const ppm = load<std::uint32_t>(at + 4);
    if (ppm > 1'000'000) return {Fault::value, kCalibration, where};
    if (k == begin) continue;
    auto const* before = at - kPointBytes;
    if (load<std::int32_t>(at) <= load<std::int32_t>(before) || ppm < load<std::uint32_t>(before + 4)) {
      return {Fault::order, kCalibration, where};
    }
  }
  return {};
}

Finding Checker::by_size() noexcept {
  auto const& section = sections_[kSized];
  if (!section.present) return {};
  auto const bytes = section.bytes;
  if (bytes.size() < kSizedHeader) return {Fault::bounds, kSized, bytes.size()};
  auto const groups = std::to_integer<std::uint32_t>(bytes[0]), levels = std::to_integer<std::uint32_t>(bytes[1]);
  if (groups == 0 || groups > kMaxSizeGroups || levels == 0) return {Fault::count, kSized, levels == 0 ? 1U : 0U};
  if (load<std::uint16_t>(bytes.data() + 2) != 0) return {Fault::value, kSized, 2};
  auto const points = load<std::uint32_t>(p_.map_ends + 4 * std::size_t{p_.map_count});
  auto const first_level = kSizedHeader + 2 * std::size_t{groups}, first_code = first_level + 4 * std::size_t{levels};
  if (first_code + std::uint64_t{points} * groups != bytes.size()) return {Fault::bounds, kSized, bytes.size()};
  for (std::size_t n = first_code; n < bytes.size(); ++n) {
    if (std::to_integer<std::uint32_t>(bytes[n]) >= levels) return {Fault::reference, kSized, n};
  }
  p_.size_group_count = groups;
  p_.size_groups = bytes.data() + kSizedHeader;
  p_.size_levels = bytes.data() + first_level;
  p_.size_codes = bytes.data() + first_code;
  return {};
}

/// Groups and levels rise, and in no group the level falls from one point of a map to the next.
Finding Checker::sizes_rise() noexcept {
  auto const groups = p_.size_group_count;
  if (groups == 0) return {};
  auto const bytes = sections_[kSized].bytes;
  auto const offset = [&](std::byte const* at) { return static_cast<std::uint64_t>(at - bytes.data()); };
  for (std::uint32_t n = 0; n < groups; ++n) {
    auto const* at = p_.size_groups + 2 * n;
    auto const least = load<std::uint16_t>(at);
    if (n == 0 ? least != 0 : least <= load<std::uint16_t>(at - 2)) return {Fault::order, kSized, offset(at)};
  }
  for (auto const* at = p_.size_levels; at < p_.size_codes; at += 4) {
    auto const ppm = load<std::uint32_t>(at);
    if (ppm > 1'000'000) return {Fault::value, kSized, offset(at)};
    if (at > p_.size_levels && ppm <= load<std::uint32_t>(at - 4)) return {Fault::order, kSized, offset(at)};
  }
  for (std::uint32_t n = 0; n < p_.map_count; ++n) {
    auto const begin = load<std::uint32_t>(p_.map_ends + 4 * std::size_t{n});
    auto const end = load<std::uint32_t>(p_.map_ends + 4 * (std::size_t{n} + 1));
    for (auto k = (std::size_t{begin} + 1) * groups; k < std::size_t{end} * groups; ++k) {
      if (p_.size_codes[k] < p_.size_codes[k - groups]) return {Fault::order, kSized, offset(p_.size_codes + k)};
    }
  }
  return {};
}

Finding Checker::policy() noexcept {
  auto const record = records(kPolicy);
  if (record.count != 1) return {Fault::count, kPolicy, 0};
  p_.policy = record.data;
  auto const fault = [](std::size_t field) { return Finding{Fault::value, kPolicy, field}; };
  if (load<std::uint32_t>(p_.policy + policy::kMinProbability) > 1'000'000) return fault(policy::kMinProbability);
  if (load<std::uint16_t>(p_.policy + policy::kHoldout) > 1000) return fault(policy::kHoldout);
  if (load<std::uint16_t>(p_.policy + policy::kMargin) > 100) return fault(policy::kMargin);
  p_.policy_bytes = record.stride;
  if (record.stride < kPolicyGrown) return {};
  if (load<std::uint16_t>(p_.policy + policy::kExploration) > 1000) return fault(policy::kExploration);
  if (load<std::uint32_t>(p_.policy + policy::kExpert) > 1'000'000) return fault(policy::kExpert);
  return {};
}

Finding Checker::texts() noexcept {
  if (p_.texts.count > kMaxTexts) return {Fault::count, kTexts, 0};
  std::string_view language, key;
  for (std::uint32_t n = 0; n < p_.texts.count; ++n) {
    auto const* at = p_.texts.at(n);
    auto const offset = std::uint64_t{n} * p_.texts.stride;
    if (!text_ok(load<std::uint32_t>(at + text::kLanguage), 1, kMaxIdentifier) ||
        !text_ok(load<std::uint32_t>(at + text::kKey), 1, kMaxIdentifier) ||
        !text_ok(load<std::uint32_t>(at + text::kText))) {
      return {Fault::text, kTexts, offset};
    }
    auto const next_language = text(load<std::uint32_t>(at + text::kLanguage));
    auto const next_key = text(load<std::uint32_t>(at + text::kKey));
    if (n > 0 && (next_language < language || (next_language == language && next_key <= key))) {
      return {Fault::order, kTexts, offset};
    }
    language = next_language;
    key = next_key;
  }
  return {};
}

Finding Checker::sets() noexcept {
  if (p_.sets.count > kMaxSets) return {Fault::count, kSets, 0};
  for (std::uint32_t n = 0; n < p_.sets.count; ++n) {
    if (auto found = set(n); !found.ok()) return found;
  }
  return {};
}

Finding Checker::set(std::uint32_t n) noexcept {
  auto const* at = p_.sets.at(n);
  auto const fault = [&](Fault what, std::size_t field) {
    return Finding{what, kSets, std::uint64_t{n} * p_.sets.stride + field};
  };
  auto const main = load<std::uint32_t>(at + set::kMain);
  if (main >= p_.item_count) return fault(Fault::reference, set::kMain);
  if (n > 0 && main < load<std::uint32_t>(p_.sets.at(n - 1) + set::kMain)) return fault(Fault::order, set::kMain);
  std::uint32_t before = kNoExtra;
  for (std::size_t k = 0; k < kMaxExtras; ++k) {
    auto const field = set::kExtras + 4 * k;
    auto const extra = load<std::uint32_t>(at + field);
    if (extra == kNoExtra && k >= 2) continue;
    if (extra >= p_.item_count || extra == main) return fault(Fault::reference, field);
    if (k > 0 && extra <= before) return fault(Fault::order, field);
    before = extra;
  }
  auto const baskets = load<std::uint32_t>(at + set::kBaskets);
  if (baskets == 0 || baskets > load<std::uint32_t>(at + set::kMainBaskets)) return fault(Fault::value, set::kBaskets);
  return load<std::uint32_t>(at + set::kLift) > 0 ? Finding{} : fault(Fault::value, set::kLift);
}

}  // namespace

Finding check(std::span<std::byte const> file, Parts& out) noexcept {
  Sections sections;
  if (auto found = read_sections(file, sections); !found.ok()) return found;
  Checker checker(sections, out);
  if (auto found = checker.everything(); !found.ok()) return found;
  auto const& table = sections[kPacked].present ? sections[kPacked] : sections[kAffinity];
  out.table_bytes = static_cast<std::uint32_t>(table.bytes.size());
  out.bias_bytes = static_cast<std::uint32_t>(sections[kBias].bytes.size() + sections[kPopular].bytes.size());
  return {};
}

Finding check_ranking(std::span<std::byte const> file, Parts& out) noexcept {
  Sections sections;
  if (auto found = read_sections(file, sections); !found.ok()) return found;
  return Checker(sections, out).what_ranks();
}

}  // namespace tillcue::format
