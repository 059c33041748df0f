#include "tillcue/models/ladders.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_map>

#include "pack_size.hpp"
#include "word_patterns.hpp"

namespace tillcue::models {
namespace {

constexpr auto kNoRung = static_cast<std::uint16_t>(static_cast<std::uint16_t>(ItemFlag::age_restricted) |
                                                    static_cast<std::uint16_t>(ItemFlag::excluded) |
                                                    static_cast<std::uint16_t>(ItemFlag::not_for_sale));
constexpr std::uint32_t kUncounted = 0xFFFF'FFFF;

std::uint32_t position(Counts const& counts, std::string_view sku) {
  auto const at = std::lower_bound(counts.items.begin(), counts.items.end(), sku,
                                   [](CountedItem const& item, std::string_view key) { return item.sku < key; });
  if (at == counts.items.end() || at->sku != sku) return kUncounted;
  return static_cast<std::uint32_t>(at - counts.items.begin());
}

std::uint32_t together(Counts const& counts, std::uint32_t a, std::uint32_t b) {
  if (a > b) std::swap(a, b);
  auto const begin = counts.partner.begin() + static_cast<std::ptrdiff_t>(counts.row[a]);
  auto const end = counts.partner.begin() + static_cast<std::ptrdiff_t>(counts.row[a + 1]);
  auto const found = std::lower_bound(begin, end, b);
  return found == end || *found != b ? 0 : counts.together[static_cast<std::size_t>(found - counts.partner.begin())];
}

/// What is known of buying two items.
struct Choice {
  double from = 0, to = 0, both = 0;  ///< baskets
  double expected = 0;                ///< with both, by chance

  [[nodiscard]] double share() const { return to / std::max(from + to - both, 1e-9); }
};

Choice choice_of(Counts const& counts, std::string const& from, std::string const& to) {
  auto const a = position(counts, from), b = position(counts, to);
  Choice choice;
  if (a != kUncounted) choice.from = counts.items[a].baskets * counts.unit();
  if (b != kUncounted) choice.to = counts.items[b].baskets * counts.unit();
  if (a == kUncounted || b == kUncounted) return choice;
  choice.both = together(counts, a, b) * counts.unit();
  choice.expected = choice.from * choice.to / (static_cast<double>(counts.baskets) * counts.unit());
  return choice;
}

std::uint16_t percent_of(std::optional<PackSize> const& from, std::optional<PackSize> const& to) {
  if (!from || !to || from->measure != to->measure || from->measure == Measure::grade) return 0;
  return static_cast<std::uint16_t>(std::clamp(std::round(100 * to->amount / from->amount), 0.0, 65'535.0));
}

/// An item as ladders see it.
struct Rung {
  std::uint32_t item = 0;
  std::vector<std::string> brand;  ///< words
  std::optional<PackSize> size;
  double price = 0;
};

std::optional<PackSize> size_of(CatalogueItem const* known, SizedName const& name) {
  if (known != nullptr && !known->size.empty()) {
    if (auto const size = parse_pack_size(known->size, known->unit)) return size;
  }
  return name.size;
}

class Miner {
 public:
  Miner(Counts const& counts, Catalogue const& catalogue, BundleSource const& source, LadderOptions const& options)
      : counts_(counts), source_(source), options_(options) {
    for (std::uint32_t n = 0; n < source.items.size(); ++n) add(n, catalogue.find(source.items[n].sku));
  }

  std::vector<LadderStep> steps() {
    for (auto const& [key, rungs] : groups_) {
      auto const count = std::min(rungs.size(), options_.most_alike);
      for (std::size_t a = 0; a < count; ++a) {
        for (std::size_t b = 0; b < count; ++b) {
          if (a != b) compare(rungs[a], rungs[b]);
        }
      }
    }
    std::sort(found_.begin(), found_.end(), [](Found const& x, Found const& y) {
      if (x.step.from != y.step.from) return index(x.step.from) < index(y.step.from);
      return x.worth != y.worth ? x.worth > y.worth : index(x.step.to) < index(y.step.to);
    });
    std::vector<LadderStep> out;
    std::size_t of_item = 0;
    for (auto const& found : found_) {
      of_item = !out.empty() && out.back().from == found.step.from ? of_item + 1 : 1;
      if (of_item <= options_.most_steps) out.push_back(found.step);
    }
    return out;
  }

 private:
  struct Found {
    LadderStep step;
    double worth;
  };

  /// Items of one key are the same thing in other sizes and of other brands.
  void add(std::uint32_t n, CatalogueItem const* known) {
    auto const& item = source_.items[n];
    if ((item.flags & kNoRung) != 0 || !item.price_minor || *item.price_minor <= 0 || item.name == item.sku) return;
    auto const name = split_size(item.name);
    Rung rung{n, known != nullptr ? folded_words(known->brand) : std::vector<std::string>(), size_of(known, name),
              static_cast<double>(*item.price_minor)};
    auto words = folded_words(name.rest);
    std::erase_if(words, [&](std::string const& word) {
      return std::find(rung.brand.begin(), rung.brand.end(), word) != rung.brand.end();
    });
    if (words.empty()) return;
    std::sort(words.begin(), words.end());
    std::string key = std::to_string(item.category);
    for (auto const& word : words) key += ' ' + word;
    groups_[key].push_back(std::move(rung));
  }

  void compare(Rung const& from, Rung const& to) {
    auto const ratio = to.price / from.price;
    if (ratio < options_.least_price_ratio) return;
    bool const larger = from.brand == to.brand && is_larger(from, to, ratio);
    bool const better = from.brand != to.brand && is_better(from, to, ratio);
    if (!larger && !better) return;
    auto const choice = choice_of(counts_, source_.items[from.item].sku, source_.items[to.item].sku);
    bool const enough = std::max(choice.expected, choice.both) >= options_.enough_expected;
    if (enough && choice.both > options_.most_lift * choice.expected) return;
    if (choice.from < options_.least_baskets || choice.to < options_.least_baskets) {
      if (better) return;
    }
    // What hardly anybody chooses is no better version of anything; of too few buyers nothing is known.
    bool const known = choice.from + choice.to - choice.both >= options_.least_baskets;
    if (known && choice.share() < options_.least_share) return;
    LadderStep step;
    step.from = ItemIx{from.item};
    step.to = ItemIx{to.item};
    if (known) step.share.ppm = static_cast<std::uint32_t>(std::min(choice.share(), 1.0) * 1e6);
    step.size_percent = percent_of(from.size, to.size);
    found_.push_back({step, (known ? choice.share() : options_.least_share) * (to.price - from.price)});
  }

  [[nodiscard]] bool is_larger(Rung const& from, Rung const& to, double price_ratio) const {
    if (!from.size || !to.size || from.size->measure != to.size->measure) return false;
    if (price_ratio > options_.most_price_ratio) return false;
    if (from.size->measure == Measure::grade) return to.size->amount > from.size->amount;
    auto const ratio = to.size->amount / from.size->amount;
    return ratio >= options_.least_size_ratio && ratio <= options_.most_size_ratio &&
           price_ratio <= ratio * (1 - options_.least_saving);
  }

  /// The same thing and size under another brand's name, and dearer.
  [[nodiscard]] bool is_better(Rung const& from, Rung const& to, double price_ratio) const {
    if (price_ratio > options_.most_better_ratio || from.brand.empty() || to.brand.empty()) return false;
    if (from.size.has_value() != to.size.has_value()) return false;
    return !from.size ||
           (from.size->measure == to.size->measure && std::abs(to.size->amount / from.size->amount - 1) <= 0.1);
  }

  Counts const& counts_;
  BundleSource const& source_;
  LadderOptions const& options_;
  std::map<std::string, std::vector<Rung>> groups_;  ///< in a fixed order
  std::vector<Found> found_;
};

}  // namespace

std::vector<LadderStep> mine_ladders(Counts const& counts, Catalogue const& catalogue, BundleSource const& source,
                                     LadderOptions const& options) {
  if (!options.mine) return {};
  return Miner(counts, catalogue, source, options).steps();
}

std::vector<LadderStep> manual_steps(LadderRule const& rule, Counts const& counts, Catalogue const& catalogue,
                                     BundleSource const& source, std::size_t most_steps) {
  std::vector<std::uint32_t> rungs;
  for (auto const& sku : rule.skus) {
    auto const found =
        std::find_if(source.items.begin(), source.items.end(), [&](auto const& i) { return i.sku == sku; });
    if (found != source.items.end()) rungs.push_back(static_cast<std::uint32_t>(found - source.items.begin()));
  }
  auto const size = [&](std::uint32_t n) {
    return size_of(catalogue.find(source.items[n].sku), split_size(source.items[n].name));
  };
  std::vector<LadderStep> steps;
  for (std::size_t n = 0; n < rungs.size(); ++n) {
    for (std::size_t up = n + 1; up < rungs.size() && up - n <= most_steps; ++up) {
      LadderStep step;
      step.from = ItemIx{rungs[n]};
      step.to = ItemIx{rungs[up]};
      auto const choice = choice_of(counts, source.items[rungs[n]].sku, source.items[rungs[up]].sku);
      if (choice.from + choice.to > 0) step.share.ppm = static_cast<std::uint32_t>(std::min(choice.share(), 1.0) * 1e6);
      step.size_percent = percent_of(size(rungs[n]), size(rungs[up]));
      step.manual = true;
      steps.push_back(step);
    }
  }
  return steps;
}

std::vector<LadderStep> join_ladders(std::vector<LadderStep> const& manual, std::vector<LadderStep> const& mined,
                                     std::size_t most_steps) {
  std::vector<LadderStep> out;
  std::unordered_map<std::uint32_t, std::vector<ItemIx>> taken;
  for (auto const* const list : {&manual, &mined}) {
    for (auto const& step : *list) {
      auto& from = taken[index(step.from)];
      if (from.size() >= most_steps || std::find(from.begin(), from.end(), step.to) != from.end()) continue;
      from.push_back(step.to);
      out.push_back(step);
    }
  }
  std::stable_sort(out.begin(), out.end(), [](auto const& a, auto const& b) { return index(a.from) < index(b.from); });
  return out;
}

}  // namespace tillcue::models
