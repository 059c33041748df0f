#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "tillcue/core/bundle_parts.hpp"
#include "tillcue/core/policy.hpp"
#include "tillcue/core/result.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/core/units.hpp"

namespace tillcue {

enum class ItemFlag : std::uint16_t {
  age_restricted = 1U << 0,  ///< alcohol, tobacco, knives...: never offered
  excluded = 1U << 1,        ///< HQ's exclusion list: never offered
  not_for_sale = 1U << 2,    ///< postage, bag fee, adjustments, service lines: never offered, never a reason
  borrowed_row = 1U << 3,    ///< too few sales of its own: its row is, at least in part, that of items like it
  not_counted = 1U << 4,     ///< by law or rule: what it costs does not count towards a threshold (D7)
  no_trigger = 1U << 5,      ///< by law: brings no offer about, speaks for none, moves no ranking (D7)
};

enum class CategoryIx : std::uint32_t {};
inline constexpr CategoryIx kNoCategory{0xFFFF'FFFFU};

constexpr std::uint32_t index(CategoryIx category) noexcept { return static_cast<std::uint32_t>(category); }

struct ItemView {
  std::string_view sku;
  std::string_view name;      ///< UTF-8
  std::string_view category;  ///< UTF-8, empty when unknown
  std::optional<Money> price;
  std::optional<Money> unit_cost;
  std::uint16_t flags = 0;

  [[nodiscard]] bool has(ItemFlag flag) const noexcept { return (flags & static_cast<std::uint16_t>(flag)) != 0; }
};

/// A score adds at most this many items of a basket (so that it fits 32 bits, FORMAT.md); further ones are ignored.
inline constexpr std::size_t kMaxScoredItems = 512;

/// One row of the affinity table: what `source` adds to the scores of its neighbours. Borrows the bundle.
/// Shape  distinct targets, never `source` itself; they ascend from behind the source and go on from item 0 (rows of
///        older bundles ascend from item 0).
class AffinityRow {
 public:
  struct Entry {
    ItemIx target = kNoItem;
    Score contribution = 0;   ///< to the target's score
    bool significant = true;  ///< the two are bought together more often than by chance, as far as the bundle tells
  };

  class Iterator {
   public:
    [[nodiscard]] Entry const& operator*() const noexcept { return entry_; }
    Iterator& operator++() noexcept;
    [[nodiscard]] bool operator==(Iterator const& other) const noexcept { return n_ == other.n_; }

   private:
    friend class AffinityRow;
    Iterator(AffinityRow const& row, std::uint32_t n) noexcept : row_(&row), n_(n) {}
    void read() noexcept;

    AffinityRow const* row_;
    std::uint32_t n_;
    std::uint32_t at_gap_ = 0, reached_ = 0;
    Entry entry_;
  };

  AffinityRow() = default;
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] Iterator begin() const noexcept;
  [[nodiscard]] Iterator end() const noexcept { return {*this, count_}; }

  /// What the row adds to the score of `target`; 0 when it does not name it. Cost  half the row.
  [[nodiscard]] Score contribution_to(ItemIx target) const noexcept;

  /// The n-th entry alone. Cost  the entries before it: go through the row with begin() and end().
  [[nodiscard]] ItemIx target(std::size_t n) const noexcept { return at(n).target; }
  [[nodiscard]] Score contribution(std::size_t n) const noexcept { return at(n).contribution; }

 private:
  friend class Bundle;
  [[nodiscard]] Entry at(std::size_t n) const noexcept;

  format::AffinityTable const* table_ = nullptr;
  std::byte const* bits_ = nullptr;     ///< of a packed row
  std::byte const* ids_ = nullptr;      ///< of a plain row
  std::byte const* weights_ = nullptr;  ///< of a plain row
  std::uint32_t count_ = 0;
  std::uint32_t source_ = 0;
  Score scale_ = 0;
};

/// One template text of a bundle.
struct TextView {
  std::string_view language, key, text;
};

/// A main item and the two or three extras bought with it as one purchase (L13), with the evidence.
struct SetView {
  static constexpr std::size_t kMostExtras = 3;
  ItemIx main = kNoItem;
  std::array<ItemIx, kMostExtras> extras{kNoItem, kNoItem, kNoItem};
  std::size_t extra_count = 0;
  std::uint32_t baskets = 0;       ///< that held all of it
  std::uint32_t main_baskets = 0;  ///< that held the main item, of those mined
  std::uint32_t lift_milli = 0;    ///< thousandths: how much oftener than its best part and the rest by chance
};

/// One step of an upsell ladder (L5): the better or larger version of an item.
struct LadderStep {
  ItemIx from = kNoItem, to = kNoItem;
  Probability share{};             ///< of those who bought either, how many chose `to`
  std::uint16_t size_percent = 0;  ///< its size as a share of the other's; 0 unknown
  bool manual = false;             ///< head office's, not mined
};

/// Records [first, first + count) of a list that is sorted by an item.
struct Range {
  std::uint32_t first = 0, count = 0;
};

/// What a campaign refers to: whole numbers of a bundle. Borrows the bundle.
class RefList {
 public:
  RefList() = default;
  RefList(format::Records const& refs, std::uint32_t first, std::uint32_t count) noexcept
      : refs_(&refs), first_(first), count_(count) {}
  [[nodiscard]] std::uint32_t size() const noexcept { return count_; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::uint32_t operator[](std::uint32_t n) const noexcept;
  /// By binary search: the list must ascend.
  [[nodiscard]] bool has(std::uint32_t value) const noexcept;

 private:
  format::Records const* refs_ = nullptr;
  std::uint32_t first_ = 0, count_ = 0;
};

/// The lists of one campaign. Items and categories ascend; places and segments are names, read by Bundle::name().
/// No target item and no target category: every item. Triggers likewise: any basket.
struct CampaignLists {
  RefList target_items, target_categories, trigger_items, trigger_categories;
  RefList places;    ///< "store:17", "group:north", "till:17-3"; none: everywhere
  RefList segments;  ///< none: all
};

/// What all terminals together may give away; head office splits it among them (hq_budget_ledger.hpp).
struct BudgetView {
  std::string_view name;        ///< of a campaign, or "partner:NAME": as Live::grant() takes it
  std::int64_t minor = 0;       ///< minor units; 0: not limited
  std::int64_t issues = 0;      ///< offers; 0: not limited
  std::int64_t free_minor = 0;  ///< what each terminal may give away before it has a share
  std::int64_t free_issues = 0;
};

/// What a bundle says about itself.
struct BundleInfo {
  std::int64_t created = 0;    ///< seconds since 1970, from the builder's input, not its clock
  std::int64_t data_from = 0;  ///< first and last transaction; 0 when unknown
  std::int64_t data_to = 0;
  std::uint64_t baskets = 0;  ///< trained on
  Currency currency{};
  std::string_view language;  ///< of names and default texts: "en", "ru"
  std::string_view note;      ///< "key=value" lines: builder version, options, evaluation
  double score_unit = 0;      ///< one Score step in the trainer's units
};

/// A validated, read-only view of one bundle file. Borrows the bytes it was opened on.
/// Layout  core/FORMAT.md.  Threads  any.  After from_bytes nothing here can fail or allocates.
class Bundle {
 public:
  /// Safe to read afterwards whatever the bytes were: every offset, length, id and checksum is checked here.
  /// Errors  corrupt (checksum, bounds, order), unsupported (version, required unknown section).
  static Result<Bundle> from_bytes(std::span<std::byte const> bytes);

  [[nodiscard]] BundleInfo const& info() const noexcept { return info_; }
  [[nodiscard]] std::uint32_t item_count() const noexcept { return item_count_; }
  [[nodiscard]] std::span<std::byte const> bytes() const noexcept { return bytes_; }
  /// The checksum over all checksums of the file: tells bundles apart.
  [[nodiscard]] std::uint32_t fingerprint() const noexcept;

  /// By SKU or by any other code of the item (GTIN); kNoItem when unknown.
  [[nodiscard]] ItemIx find(std::string_view code) const noexcept;
  [[nodiscard]] ItemView item(ItemIx item) const noexcept;
  /// Single fields of it, for rules that look at many items.
  [[nodiscard]] std::uint16_t flags(ItemIx item) const noexcept;
  [[nodiscard]] bool has(ItemIx item, ItemFlag flag) const noexcept {
    return (flags(item) & static_cast<std::uint16_t>(flag)) != 0;
  }
  [[nodiscard]] std::optional<Money> price(ItemIx item) const noexcept;
  [[nodiscard]] std::optional<Money> unit_cost(ItemIx item) const noexcept;

  [[nodiscard]] CategoryIx category(ItemIx item) const noexcept;
  /// Per cent by which its expected margin counts more when ranked: slow stock, margin steering (L11).
  [[nodiscard]] std::uint16_t boost_percent(ItemIx item) const noexcept;
  [[nodiscard]] std::uint32_t category_count() const noexcept { return parts_.categories.count; }
  [[nodiscard]] std::string_view category_name(CategoryIx category) const noexcept;
  [[nodiscard]] Technique technique(CategoryIx category) const noexcept;

  [[nodiscard]] AffinityRow row(ItemIx source) const noexcept;
  /// The bytes this row takes in the table, without its places in the index. Empty for the plain table of older
  /// bundles.
  [[nodiscard]] std::span<std::byte const> row_bytes(ItemIx source) const noexcept;
  [[nodiscard]] std::uint64_t entry_count() const noexcept;
  /// Bytes of the served affinity part: table_bytes() and bias_bytes().
  /// Whether it tells significant pairs from coincidences; older bundles call every pair significant.
  [[nodiscard]] bool tells_significance() const noexcept { return parts_.affinity.evidence != nullptr; }
  [[nodiscard]] std::size_t affinity_bytes() const noexcept { return table_bytes() + bias_bytes(); }
  /// Bytes of the affinity table, all overheads counted: row index, counts, scales, levels, padding.
  [[nodiscard]] std::size_t table_bytes() const noexcept { return parts_.table_bytes; }
  /// Bytes of the intercepts and the popular list.
  [[nodiscard]] std::size_t bias_bytes() const noexcept { return parts_.bias_bytes; }
  /// table_bytes() in bits an entry; 0 without entries.
  [[nodiscard]] double bits_per_entry() const noexcept;
  /// Bits of a weight in the table.
  [[nodiscard]] unsigned weight_bits() const noexcept { return parts_.affinity.weight_bits; }
  [[nodiscard]] Score bias(ItemIx item) const noexcept;
  /// Items by falling intercept, ties by lower ItemIx: the candidates of an empty basket. The first 1,024 at most.
  [[nodiscard]] std::size_t popular_count() const noexcept;
  [[nodiscard]] ItemIx popular(std::size_t n) const noexcept;
  /// P(bought | basket) of a suggestion with this score at this rank (0 = first) for a basket of so many distinct items
  /// that the scorer counts.
  [[nodiscard]] Probability probability(Score score, std::size_t rank, std::size_t basket_size) const noexcept;

  /// Sets by rising main item, those of one item best first.
  [[nodiscard]] std::size_t set_count() const noexcept;
  [[nodiscard]] SetView set(std::size_t n) const noexcept;
  [[nodiscard]] Range sets_of(ItemIx main) const noexcept;

  /// Better or larger versions, by the item they are better than; those of one item best first.
  [[nodiscard]] std::size_t ladder_count() const noexcept { return parts_.ladders.count; }
  [[nodiscard]] LadderStep ladder_step(std::size_t n) const noexcept;
  [[nodiscard]] Range ladder_from(ItemIx item) const noexcept;
  /// What must not be offered beside `in_basket`, itself or its category: ranges of forbids().
  [[nodiscard]] std::array<Range, 2> never_beside(ItemIx in_basket) const noexcept;
  /// True when one of the records says so of `offered` or its category.
  [[nodiscard]] bool forbids(Range records, ItemIx offered) const noexcept;

  [[nodiscard]] Policy const& policy() const noexcept { return policy_; }
  [[nodiscard]] std::size_t campaign_count() const noexcept;
  [[nodiscard]] CampaignView campaign(std::size_t n) const noexcept;
  [[nodiscard]] CampaignLists campaign_lists(std::size_t n) const noexcept;
  /// Budgets of campaigns and partners, by rising name.
  [[nodiscard]] std::size_t budget_count() const noexcept { return parts_.budgets.count; }
  [[nodiscard]] BudgetView budget(std::size_t n) const noexcept;
  [[nodiscard]] std::optional<BudgetView> find_budget(std::string_view name) const noexcept;
  /// The name a place or segment of a campaign stands for.
  [[nodiscard]] std::string_view name(std::uint32_t ref) const noexcept;
  /// True when `item` is one of the campaign's targets (no target and no target category means every item).
  [[nodiscard]] bool targets(std::size_t campaign, ItemIx item) const noexcept;
  /// Template text by key in `language`, else in the bundle's language, else empty.
  [[nodiscard]] std::string_view text(std::string_view language, std::string_view key) const noexcept;
  /// The same without falling back to the bundle's language.
  [[nodiscard]] std::string_view text_in(std::string_view language, std::string_view key) const noexcept;
  /// All texts, by language and key.
  [[nodiscard]] std::size_t text_count() const noexcept;
  [[nodiscard]] TextView text_entry(std::size_t n) const noexcept;
  /// The campaign's target items, ascending; none means every item.
  [[nodiscard]] std::size_t target_count(std::size_t campaign) const noexcept;
  [[nodiscard]] ItemIx target(std::size_t campaign, std::size_t n) const noexcept;

 private:
  friend class Scorer;
  Bundle() = default;
  [[nodiscard]] std::string_view string(std::byte const* ref) const noexcept;
  [[nodiscard]] CampaignView plan(std::size_t n) const noexcept;
  [[nodiscard]] CampaignView coupon(std::size_t n) const noexcept;

  std::span<std::byte const> bytes_;
  BundleInfo info_;
  std::uint32_t item_count_ = 0;
  Policy policy_;
  format::Parts parts_;
};

}  // namespace tillcue
