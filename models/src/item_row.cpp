#include "tillcue/models/item_row.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace tillcue::models {
namespace {

constexpr std::size_t kSuggestions = 10;
constexpr std::uint32_t kNotCounted = 0xFFFF'FFFF;
constexpr char kBorrowed[] = "borrowed from items like it";
constexpr char kMoreThanChance[] = "together more than chance";
constexpr char kCarried[] = "carried by the regression";

/// The pairs of one item.
struct Evidence {
  std::uint64_t baskets = 0;
  std::uint32_t own = 0;
  struct Pair {
    std::uint32_t own = 0, together = 0;
    Significance significance;
    double rate = 1;
  };
  std::unordered_map<std::string, Pair> pairs;  ///< by the other SKU; all that were ever together
};

std::uint32_t position(Counts const& counts, std::string_view sku) {
  auto const at = std::lower_bound(counts.items.begin(), counts.items.end(), sku,
                                   [](CountedItem const& item, std::string_view key) { return item.sku < key; });
  if (at == counts.items.end() || at->sku != sku) return kNotCounted;
  return static_cast<std::uint32_t>(at - counts.items.begin());
}

/// Each pair is kept once, with the earlier item.
std::vector<std::uint32_t> together_with(Counts const& counts, std::uint32_t item) {
  std::vector<std::uint32_t> together(counts.items.size(), 0);
  for (auto at = counts.row[item]; at < counts.row[item + 1]; ++at) together[counts.partner[at]] = counts.together[at];
  for (std::uint32_t other = 0; other < item; ++other) {
    auto const begin = counts.partner.begin() + static_cast<std::ptrdiff_t>(counts.row[other]);
    auto const end = counts.partner.begin() + static_cast<std::ptrdiff_t>(counts.row[other + 1]);
    auto const found = std::lower_bound(begin, end, item);
    if (found != end && *found == item) {
      together[other] = counts.together[static_cast<std::size_t>(found - counts.partner.begin())];
    }
  }
  return together;
}

Evidence gather(Counts const& counts, std::uint32_t item) {
  Evidence evidence{counts.baskets, counts.items[item].baskets, {}};
  auto const together = together_with(counts, item);
  std::vector<double> p;
  for (std::uint32_t other = 0; other < together.size(); ++other) {
    auto const own = counts.items[other].baskets;
    Evidence::Pair pair{own, together[other], significance(counts.baskets, evidence.own, own, together[other]), 1};
    p.push_back(other == item ? 1 : pair.significance.p);
    if (other != item) evidence.pairs.emplace(counts.items[other].sku, pair);
  }
  auto const rates = false_discovery_rates(p, p.size());
  for (std::uint32_t other = 0; other < together.size(); ++other) {
    if (other != item) evidence.pairs[counts.items[other].sku].rate = rates[other];
  }
  return evidence;
}

std::string reason_for(RowEntry const& entry) {
  if (entry.borrowed) return kBorrowed;
  bool const significant = entry.false_discovery <= kSignificantRate;
  bool const more = entry.significance.more_than_chance();
  if (entry.weight < 0) return significant && !more ? "alternative: seldom together" : "alternative: beside others";
  return significant && more ? kMoreThanChance : kCarried;
}

/// `told`: the bundle says which pairs are significant, and the till goes by that.
void prove(Evidence const& evidence, bool outgoing, bool told, RowEntry& entry) {
  auto const found = evidence.pairs.find(entry.sku);
  if (found == evidence.pairs.end()) return;
  auto const& pair = found->second;
  entry.counted = true;
  entry.own = pair.own;
  entry.together = pair.together;
  auto const source = outgoing ? evidence.own : pair.own;
  entry.confidence = source > 0 ? static_cast<double>(pair.together) / source : 0;
  entry.significance = pair.significance;
  entry.false_discovery = pair.rate;
  if (!told || entry.weight < 0) entry.why = reason_for(entry);
}

void sort(std::vector<RowEntry>& entries) {
  std::stable_sort(entries.begin(), entries.end(), [](auto const& a, auto const& b) { return a.weight > b.weight; });
}

/// `speaks`: whose row it stands in.
RowEntry entry_of(Bundle const& bundle, ItemIx speaks, ItemIx other, AffinityRow::Entry const& in_row) {
  RowEntry entry;
  auto const view = bundle.item(other);
  entry.sku = view.sku;
  entry.name = view.name;
  entry.weight = in_row.contribution * bundle.info().score_unit;
  entry.significant = in_row.significant;
  entry.borrowed = bundle.has(speaks, ItemFlag::borrowed_row);
  if (entry.borrowed)
    entry.why = kBorrowed;
  else if (entry.weight < 0)
    entry.why = "alternative";
  else if (bundle.tells_significance())
    entry.why = entry.significant ? kMoreThanChance : kCarried;
  return entry;
}

void collect(Bundle const& bundle, ItemIx item, ItemRow& out) {
  for (auto const& entry : bundle.row(item)) out.neighbours.push_back(entry_of(bundle, item, entry.target, entry));
  for (std::uint32_t source = 0; source < bundle.item_count(); ++source) {
    for (auto const& entry : bundle.row(ItemIx{source})) {
      if (entry.target == item) out.incoming.push_back(entry_of(bundle, ItemIx{source}, ItemIx{source}, entry));
    }
  }
  sort(out.neighbours);
  sort(out.incoming);
}

void describe(Bundle const& bundle, ItemIx item, ItemRow& out) {
  auto const view = bundle.item(item);
  out.sku = view.sku;
  out.name = view.name;
  out.category = view.category;
  if (view.price) out.price = to_text(*view.price);
  if (view.has(ItemFlag::age_restricted)) out.flags.emplace_back("age_restricted");
  if (view.has(ItemFlag::excluded)) out.flags.emplace_back("excluded");
  if (view.has(ItemFlag::not_for_sale)) out.flags.emplace_back("not_for_sale");
  if (view.has(ItemFlag::no_trigger)) out.flags.emplace_back("no_trigger");
  if (view.has(ItemFlag::not_counted)) out.flags.emplace_back("not_counted");
  out.borrowed = view.has(ItemFlag::borrowed_row);
  if (out.borrowed) out.flags.emplace_back("borrowed_row");
  out.intercept = bundle.bias(item) * bundle.info().score_unit;
}

void climb(Bundle const& bundle, ItemIx item, ItemRow& out) {
  for (bool const up : {true, false}) {
    for (std::size_t n = 0; n < bundle.ladder_count(); ++n) {
      auto const step = bundle.ladder_step(n);
      if ((up ? step.from : step.to) != item) continue;
      auto const view = bundle.item(up ? step.to : step.from);
      out.ladder.push_back({std::string(view.sku), std::string(view.name),
                            view.price ? to_text(*view.price) : std::string(), up, step.share.ppm / 1e6,
                            step.size_percent, step.manual});
    }
  }
}

void suggest(Ranker& ranker, ItemIx item, ItemRow& out) {
  auto const& bundle = ranker.bundle();
  ItemIx const basket[] = {item};
  for (auto const& suggestion : ranker.rank(basket, kSuggestions)) {
    auto const view = bundle.item(suggestion.item);
    std::string reason(to_text(suggestion.reason.code));
    std::replace(reason.begin(), reason.end(), '_', ' ');
    out.suggestions.push_back(
        {std::string(view.sku), std::string(view.name), std::move(reason), suggestion.probability.ppm / 1e6});
  }
}

}  // namespace

ItemRow item_row(Ranker& ranker, ItemIx item, Counts const* counts) {
  ItemRow out;
  describe(ranker.bundle(), item, out);
  collect(ranker.bundle(), item, out);
  climb(ranker.bundle(), item, out);
  suggest(ranker, item, out);
  if (counts == nullptr) return out;
  auto const at = position(*counts, out.sku);
  if (at == kNotCounted) return out;
  auto const evidence = gather(*counts, at);
  out.counted = true;
  out.baskets = evidence.baskets;
  out.own = evidence.own;
  bool const told = ranker.bundle().tells_significance();
  for (auto& entry : out.neighbours) prove(evidence, true, told, entry);
  for (auto& entry : out.incoming) prove(evidence, false, told, entry);
  return out;
}

}  // namespace tillcue::models
