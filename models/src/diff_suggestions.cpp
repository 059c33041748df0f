#include <algorithm>
#include <map>
#include <set>

#include "diff_parts.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kPopular = 300;  ///< items of each bundle to make baskets of
constexpr std::size_t kExamples = 50;

/// A bundle speaking as a till would.
class Voice {
 public:
  Voice(Ranker const& ranker, Timestamp now) : engine_(ranker.share()), now_(now) {}

  /// The first suggestions for one piece of each, at most three.
  std::vector<Said> says(std::vector<std::string> const& basket) {
    auto const& bundle = engine_.bundle();
    Sale sale;
    std::uint32_t number = 0;
    for (auto const& sku : basket) {
      BasketLine line;
      line.line = LineNo{++number};
      line.sku = Sku{sku};
      line.item = bundle.find(sku);
      line.quantity = {1000};
      line.unit_price = Money{0, bundle.info().currency};
      if (line.item != kNoItem) line.unit_price = bundle.price(line.item).value_or(line.unit_price);
      if (!sale.basket.put(std::move(line))) break;  // full: a till would have stopped as well
    }
    auto const decision = engine_.decide(sale, Stage::subtotal, {now_});
    std::vector<Said> said;
    for (std::size_t n = 0; n < decision.offer_count; ++n) {
      auto const item = bundle.item(decision.offers[n].item);
      said.push_back({std::string(item.sku), std::string(item.name), decision.offers[n].probability.ppm / 1e6});
    }
    return said;
  }

 private:
  Engine engine_;
  Timestamp now_;
};

std::set<std::string> skus_of(std::vector<Said> const& said) {
  std::set<std::string> skus;
  for (auto const& one : said) skus.insert(one.sku);
  return skus;
}

void tally(std::vector<Said> const& said, std::size_t SuggestedItem::*count,
           std::map<std::string, SuggestedItem>& out) {
  for (auto const& one : said) {
    auto& item = out[one.sku];
    item.item = {one.sku, one.name};
    ++(item.*count);
  }
}

std::vector<std::string> names_of(std::vector<std::string> const& basket, Bundle const& after, Bundle const& before) {
  std::vector<std::string> names;
  for (auto const& sku : basket) {
    auto const now = after.find(sku);
    auto const then = before.find(sku);
    names.emplace_back(now != kNoItem ? after.item(now).name : then != kNoItem ? before.item(then).name : sku);
  }
  return names;
}

void rank_items(std::map<std::string, SuggestedItem> const& counted, SuggestionChanges& out) {
  for (auto const& [sku, item] : counted) {
    if (item.after > item.before) out.gained.push_back(item);
    if (item.before > item.after) out.lost.push_back(item);
  }
  auto const change = [](SuggestedItem const& item) {
    return item.after > item.before ? item.after - item.before : item.before - item.after;
  };
  auto const more = [&](SuggestedItem const& a, SuggestedItem const& b) { return change(a) > change(b); };
  std::stable_sort(out.gained.begin(), out.gained.end(), more);
  std::stable_sort(out.lost.begin(), out.lost.end(), more);
}

/// Each change of words once; baskets that are read at a glance before large ones, then the likeliest.
void choose_examples(std::vector<SuggestionExample>& examples) {
  auto const weight = [](SuggestionExample const& e) { return std::max(e.before.probability, e.after.probability); };
  auto const large = [](SuggestionExample const& e) { return e.basket.size() > 4; };
  std::stable_sort(examples.begin(), examples.end(), [&](auto const& a, auto const& b) {
    return large(a) != large(b) ? large(b) : weight(a) > weight(b);
  });
  std::set<std::pair<std::string, std::string>> told;
  std::erase_if(examples, [&](auto const& e) { return !told.insert({e.before.sku, e.after.sku}).second; });
  if (examples.size() > kExamples) examples.resize(kExamples);
}

std::vector<ItemIx> nearest(Bundle const& bundle, ItemIx source, std::size_t most) {
  auto const row = bundle.row(source);
  std::vector<std::pair<Score, ItemIx>> entries;
  for (std::size_t n = 0; n < row.size(); ++n) {
    if (row.contribution(n) > 0) entries.emplace_back(row.contribution(n), row.target(n));
  }
  std::stable_sort(entries.begin(), entries.end(), [](auto const& a, auto const& b) { return a.first > b.first; });
  std::vector<ItemIx> items;
  for (std::size_t n = 0; n < entries.size() && n < most; ++n) items.push_back(entries[n].second);
  return items;
}

void add_baskets(Bundle const& bundle, std::set<std::vector<std::string>>& seen,
                 std::vector<std::vector<std::string>>& out) {
  for (std::size_t n = 0; n < std::min(kPopular, bundle.popular_count()); ++n) {
    auto const first = bundle.popular(n);
    std::vector<std::string> basket{std::string(bundle.item(first).sku)};
    if (seen.insert(basket).second) out.push_back(basket);
    for (auto const neighbour : nearest(bundle, first, 2)) {
      basket.emplace_back(bundle.item(neighbour).sku);
      if (seen.insert(basket).second) out.push_back(basket);
    }
  }
}

}  // namespace

std::vector<std::vector<std::string>> baskets_of_rows(Bundle const& before, Bundle const& after) {
  std::set<std::vector<std::string>> seen;
  std::vector<std::vector<std::string>> out;
  add_baskets(before, seen, out);
  add_baskets(after, seen, out);
  return out;
}

std::vector<std::vector<std::string>> baskets_of(Dataset const& data, std::size_t most) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t n = 0; n < data.baskets(); ++n) order.push_back(n);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return mix(data.keys[a]) < mix(data.keys[b]); });
  if (order.size() > most) order.resize(most);
  std::vector<std::vector<std::string>> baskets;
  for (auto const n : order) {
    auto& basket = baskets.emplace_back();
    for (auto const item : data.basket(n)) basket.push_back(data.items[item].sku);
  }
  return baskets;
}

SuggestionChanges compare_suggestions(Ranker const& before, Ranker const& after,
                                      std::vector<std::vector<std::string>> const& baskets) {
  Timestamp const now{std::chrono::seconds{std::max(before.bundle().info().created, after.bundle().info().created)}};
  Voice old_voice(before, now);
  Voice new_voice(after, now);
  SuggestionChanges out;
  out.baskets = baskets.size();
  std::map<std::string, SuggestedItem> counted;
  for (auto const& basket : baskets) {
    auto const then = old_voice.says(basket);
    auto const here = new_voice.says(basket);
    out.silent_before += then.empty() ? 1 : 0;
    out.silent_after += here.empty() ? 1 : 0;
    tally(then, &SuggestedItem::before, counted);
    tally(here, &SuggestedItem::after, counted);
    if (skus_of(then) != skus_of(here)) ++out.any_of_three_changed;
    Said const nothing;
    auto const& old_first = then.empty() ? nothing : then.front();
    auto const& new_first = here.empty() ? nothing : here.front();
    if (old_first.sku == new_first.sku) continue;
    ++out.first_changed;
    out.examples.push_back({names_of(basket, after.bundle(), before.bundle()), old_first, new_first});
  }
  rank_items(counted, out);
  choose_examples(out.examples);
  return out;
}

}  // namespace tillcue::models
