#include "sold_prices.hpp"

#include <algorithm>

#include "tillcue/core/bundle.hpp"
#include "tillcue/models/field.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kShown = 3;

std::string amount(std::int64_t micro, Currency currency) {
  return to_text(Money{micro_to_minor(micro, currency.digits), currency});
}

/// Without a product that could overflow.
bool is_far(std::int64_t one, std::int64_t other) {
  auto const [less, more] = std::minmax(one, other);
  return less < more / PriceCheck::kFar;
}

/// Rounding and what weighs a little more is no other price.
bool is_near(std::int64_t one, std::int64_t other) {
  constexpr std::int64_t kPart = 20;
  auto const [less, more] = std::minmax(one, other);
  return more - less < more / kPart || more == less;
}

struct Change {
  CountedItem const* item;
  std::int64_t before, lately;
};

}  // namespace

PriceCheck check_prices(Catalogue const& catalogue, Counts const& counts) {
  PriceCheck check;
  for (auto const& item : counts.items) {
    auto const* const known = catalogue.find(item.sku);
    std::int64_t sold = 0;
    if (item.baskets == 0 || known == nullptr || known->price_micro.value_or(0) <= 0) continue;
    if (!sold_price(item, sold) || sold <= 0) continue;
    ++check.items;
    check.baskets += item.baskets;
    if (!is_far(*known->price_micro, sold)) continue;
    check.far.push_back({known, sold, item.baskets});
    check.far_baskets += item.baskets;
  }
  std::stable_sort(check.far.begin(), check.far.end(),
                   [](auto const& a, auto const& b) { return a.baskets > b.baskets; });
  return check;
}

std::string PriceCheck::words(Currency currency) const {
  if (far.empty()) return {};
  auto const times = std::to_string(kFar);
  auto text = grouped(far.size()) + " of " + counted(items, "item") + (far.size() == 1 ? " costs" : " cost") +
              " more than " + times + " times, or less than a " + (kFar == 3 ? "third" : times + "th") +
              " of, what was charged lately: ";
  for (std::size_t n = 0; n < std::min(kShown, far.size()); ++n) {
    auto const& one = far[n];
    if (n > 0) text += ", ";
    if (one.item->line > 0) text += "line " + std::to_string(one.item->line) + ' ';
    text += '\'' + one.item->sku + "' " + amount(*one.item->price_micro, currency) + ", sold at " +
            amount(one.sold_micro, currency);
  }
  return text;
}

void note_sold_prices(Catalogue const& catalogue, Counts const& counts, Currency currency,
                      std::vector<std::string>& notes) {
  auto const check = check_prices(catalogue, counts);
  if (!check.far.empty()) {
    notes.push_back("items: " + check.words(currency) +
                    "; mend the prices there (10.00, not 1000 cents), or the sales' unit_price where it is not that of "
                    "one piece");
  }
  std::vector<Change> changes;
  for (auto const& item : counts.items) {
    auto const* const known = catalogue.find(item.sku);
    std::int64_t before = 0, lately = 0;
    if (item.baskets == 0 || (known != nullptr && known->price_micro) || !median_price(item.prices, before)) continue;
    if (!sold_price(item, lately) || is_near(before, lately)) continue;
    changes.push_back({&item, before, lately});
  }
  if (changes.empty()) return;
  std::stable_sort(changes.begin(), changes.end(),
                   [](auto const& a, auto const& b) { return a.item->baskets > b.item->baskets; });
  auto text = "transactions: " + counted(changes.size(), "item") + " without a price in an items file " +
              (changes.size() == 1 ? "has changed its" : "have changed their") + " price; told is that of lately: ";
  for (std::size_t n = 0; n < std::min(kShown, changes.size()); ++n) {
    auto const& [item, before, lately] = changes[n];
    text += (n > 0 ? ", '" : "'") + item->sku + "' " + amount(lately, currency) + ", mostly sold at " +
            amount(before, currency);
  }
  notes.push_back(text + "; an items file says what they cost today");
}

}  // namespace tillcue::models
