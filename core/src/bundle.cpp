#include "tillcue/core/bundle.hpp"

#include <algorithm>

#include "format/bytes.hpp"
#include "format/check.hpp"
#include "format/layout.hpp"
#include "format/lookup.hpp"
#include "format/packed_row.hpp"

namespace tillcue {
namespace {

using format::load;

static_assert(kMaxScoredItems == format::kMaxScored);
static_assert(index(kNoItem) == format::kNotFound);

BundleInfo read_info(format::Parts const& parts) {
  namespace meta = format::meta;
  BundleInfo info;
  info.created = load<std::int64_t>(parts.meta + meta::kCreated);
  info.data_from = load<std::int64_t>(parts.meta + meta::kFrom);
  info.data_to = load<std::int64_t>(parts.meta + meta::kTo);
  info.baskets = load<std::uint64_t>(parts.meta + meta::kBaskets);
  for (std::size_t n = 0; n < 3; ++n) info.currency.code[n] = static_cast<char>(parts.meta[meta::kCurrency + n]);
  info.currency.digits = std::to_integer<std::uint8_t>(parts.meta[meta::kDigits]);
  info.language = format::string_at(parts, load<std::uint32_t>(parts.meta + meta::kLanguage));
  info.note = format::string_at(parts, load<std::uint32_t>(parts.meta + meta::kNote));
  info.score_unit = load<double>(parts.meta + meta::kUnit);
  return info;
}

Policy read_policy(std::byte const* at, std::uint32_t bytes) {
  namespace field = format::policy;
  Policy policy;
  policy.max_hints_per_sale = load<std::uint16_t>(at + field::kHintsPerSale);
  policy.max_hints_per_stage = load<std::uint16_t>(at + field::kHintsPerStage);
  policy.max_coupons_per_sale = load<std::uint16_t>(at + field::kCoupons);
  policy.min_items_before_hint = load<std::uint16_t>(at + field::kMinItems);
  policy.min_probability_ppm = load<std::uint32_t>(at + field::kMinProbability);
  policy.price_guard_percent = load<std::uint16_t>(at + field::kGuard);
  policy.holdout_permille = load<std::uint16_t>(at + field::kHoldout);
  policy.holdout_salt = load<std::uint32_t>(at + field::kSalt);
  policy.default_margin_percent = load<std::uint16_t>(at + field::kMargin);
  if (bytes < format::kPolicyGrown) return policy;
  policy.holdout_by_customer = (load<std::uint16_t>(at + field::kFlags) & 1U) != 0;
  policy.exploration_permille = load<std::uint16_t>(at + field::kExploration);
  policy.second_item_percent = load<std::uint16_t>(at + field::kSecondItem);
  policy.quiet_scans_per_minute = load<std::uint16_t>(at + field::kQuiet);
  policy.cooldown_seconds = load<std::uint16_t>(at + field::kCooldown);
  policy.max_hints_per_customer_day = load<std::uint16_t>(at + field::kHintsPerDay);
  policy.max_coupons_per_customer_day = load<std::uint16_t>(at + field::kCouponsPerDay);
  policy.max_down_sells = load<std::uint16_t>(at + field::kDownSells);
  policy.gap_percent = load<std::uint16_t>(at + field::kGap);
  policy.trust_visits = load<std::uint16_t>(at + field::kTrust);
  policy.large_upgrade_percent = load<std::uint16_t>(at + field::kLargeUpgrade);
  policy.expert_probability_ppm = load<std::uint32_t>(at + field::kExpert);
  policy.upsell_least_percent = load<std::uint16_t>(at + field::kUpsellLeast);
  return policy;
}

std::optional<Money> money(std::byte const* at, Currency currency) noexcept {
  auto const minor = load<std::int64_t>(at);
  if (minor == format::kNoPrice) return std::nullopt;
  return Money{minor, currency};
}

}  // namespace

Result<Bundle> Bundle::from_bytes(std::span<std::byte const> bytes) {
  Bundle bundle;
  if (auto const found = format::check(bytes, bundle.parts_); !found.ok()) {
    return tl::make_unexpected(format::to_error(found));
  }
  bundle.bytes_ = bytes;
  bundle.item_count_ = bundle.parts_.item_count;
  bundle.info_ = read_info(bundle.parts_);
  bundle.policy_ = read_policy(bundle.parts_.policy, bundle.parts_.policy_bytes);
  return bundle;
}

std::string_view Bundle::string(std::byte const* ref) const noexcept {
  return format::string_at(parts_, load<std::uint32_t>(ref));
}

std::uint32_t Bundle::fingerprint() const noexcept {
  return load<std::uint32_t>(bytes_.data() + format::header::kChecksumAt);
}

ItemIx Bundle::find(std::string_view code) const noexcept { return ItemIx{format::find_code(parts_, code)}; }

ItemView Bundle::item(ItemIx item) const noexcept {
  namespace field = format::item;
  ItemView view;
  if (index(item) >= item_count_) return view;
  auto const* at = parts_.items.at(index(item));
  view.sku = string(at + field::kSku);
  view.name = string(at + field::kName);
  view.price = money(at + field::kPrice, info_.currency);
  view.unit_cost = money(at + field::kCost, info_.currency);
  view.flags = load<std::uint16_t>(at + field::kFlags);
  auto const category = load<std::uint32_t>(at + field::kCategory);
  if (category != format::kNoCategory) view.category = string(parts_.categories.at(category));
  return view;
}

std::uint16_t Bundle::flags(ItemIx item) const noexcept {
  if (index(item) >= item_count_) return 0;
  return load<std::uint16_t>(parts_.items.at(index(item)) + format::item::kFlags);
}

std::optional<Money> Bundle::price(ItemIx item) const noexcept {
  if (index(item) >= item_count_) return std::nullopt;
  return money(parts_.items.at(index(item)) + format::item::kPrice, info_.currency);
}

std::optional<Money> Bundle::unit_cost(ItemIx item) const noexcept {
  if (index(item) >= item_count_) return std::nullopt;
  return money(parts_.items.at(index(item)) + format::item::kCost, info_.currency);
}

AffinityRow Bundle::row(ItemIx source) const noexcept {
  AffinityRow row;
  std::size_t const n = index(source);
  if (n >= item_count_) return row;
  auto const& table = parts_.affinity;
  row.table_ = &table;
  row.source_ = index(source);
  if (table.packed) {
    auto const packed = format::packed_row(table, row.source_);
    row.bits_ = packed.bits;
    row.count_ = packed.count;
    row.scale_ = packed.scale;
  } else {
    std::size_t const begin = load<std::uint32_t>(table.row_ends + 4 * n);
    row.count_ = load<std::uint32_t>(table.row_ends + 4 * n + 4) - static_cast<std::uint32_t>(begin);
    row.ids_ = table.row_ids + begin * table.id_bytes;
    row.weights_ = table.row_weights + begin;
    row.scale_ = load<std::uint16_t>(table.row_scales + 2 * n);
  }
  return row;
}

std::span<std::byte const> Bundle::row_bytes(ItemIx source) const noexcept {
  auto const& table = parts_.affinity;
  if (index(source) >= item_count_ || !table.packed) return {};
  auto const begin = format::row_begin(table, index(source)), end = format::row_end(table, index(source));
  return {table.rows + begin, end - begin};
}

std::uint64_t Bundle::entry_count() const noexcept { return parts_.affinity.entries; }

double Bundle::bits_per_entry() const noexcept {
  auto const entries = entry_count();
  return entries == 0 ? 0.0 : 8.0 * static_cast<double>(table_bytes()) / static_cast<double>(entries);
}

Score Bundle::bias(ItemIx item) const noexcept {
  return index(item) < item_count_ ? format::bias_at(parts_, index(item)) : 0;
}

std::size_t Bundle::popular_count() const noexcept { return parts_.popular.count; }

ItemIx Bundle::popular(std::size_t n) const noexcept {
  return n < parts_.popular.count ? ItemIx{load<std::uint32_t>(parts_.popular.at(n))} : kNoItem;
}

Probability Bundle::probability(Score score, std::size_t rank, std::size_t basket_size) const noexcept {
  return {format::probability_ppm(parts_, score, rank, basket_size)};
}

std::string_view Bundle::text_in(std::string_view language, std::string_view key) const noexcept {
  namespace field = format::text;
  std::uint32_t low = 0, high = parts_.texts.count;
  while (low < high) {
    auto const middle = low + (high - low) / 2;
    auto const* at = parts_.texts.at(middle);
    auto order = string(at + field::kLanguage).compare(language);
    if (order == 0) order = string(at + field::kKey).compare(key);
    if (order == 0) return string(at + field::kText);
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return {};
}

std::size_t Bundle::text_count() const noexcept { return parts_.texts.count; }

TextView Bundle::text_entry(std::size_t n) const noexcept {
  namespace field = format::text;
  auto const* at = parts_.texts.at(static_cast<std::uint32_t>(n));
  return {string(at + field::kLanguage), string(at + field::kKey), string(at + field::kText)};
}

std::string_view Bundle::text(std::string_view language, std::string_view key) const noexcept {
  auto const own = text_in(language, key);
  return own.empty() ? text_in(info_.language, key) : own;
}

}  // namespace tillcue
