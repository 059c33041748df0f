#include "rounded_prices.hpp"

#include <optional>

#include "tillcue/core/bundle.hpp"
#include "tillcue/models/field.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

/// "5.49" of 5'490'000.
std::string plain(std::int64_t micro) {
  auto text = decimals(static_cast<double>(micro) / 1e6, kPriceDecimals);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// Amounts, and what becomes of those with too many decimals.
class Amounts {
 public:
  explicit Amounts(Currency currency) : currency_(currency) {
    for (int n = currency.digits; n < kPriceDecimals; ++n) step_ *= 10;
  }

  void add(std::int64_t micro, std::string const& whose) {
    ++all_;
    if (micro % step_ == 0 || rounded_++ > 0) return;
    first_ =
        whose + ' ' + plain(micro) + " becomes " + to_text(Money{micro_to_minor(micro, currency_.digits), currency_});
  }
  [[nodiscard]] bool any() const { return rounded_ > 0; }
  [[nodiscard]] bool most() const { return 2 * rounded_ > all_; }
  [[nodiscard]] std::string words(std::string const& what) const {
    auto const digits = currency_.digits == 0 ? std::string("no decimals") : counted(currency_.digits, "decimal");
    return what + ": " + grouped(rounded_) + " of " + counted(all_, "amount") + (rounded_ == 1 ? " has" : " have") +
           " more decimals than " + std::string(currency_.text()) + " (" + digits + ") and " +
           (rounded_ == 1 ? "is" : "are") + " rounded: " + first_ + "; is --currency right?";
  }

 private:
  Currency currency_;
  std::int64_t step_ = 1;
  std::uint64_t all_ = 0, rounded_ = 0;
  std::string first_;
};

std::string place_of(CatalogueItem const& item) {
  return (item.line > 0 ? "line " + std::to_string(item.line) + ", " : std::string()) + '\'' + item.sku + '\'';
}

bool is_offered(CatalogueItem const& item) {
  constexpr auto kNever =
      static_cast<std::uint16_t>(ItemFlag::excluded) | static_cast<std::uint16_t>(ItemFlag::not_for_sale);
  return (item.flags & kNever) == 0;
}

}  // namespace

void note_rounded_prices(Catalogue const& catalogue, Counts const& counts, Currency currency,
                         std::vector<std::string>& notes) {
  Amounts given(currency);
  std::uint64_t free = 0;
  CatalogueItem const* first_free = nullptr;
  for (auto const& item : catalogue.items) {
    if (item.price_micro) given.add(*item.price_micro, place_of(item));
    if (item.unit_cost_micro) given.add(*item.unit_cost_micro, place_of(item) + ", unit_cost");
    if (item.price_micro != std::optional<std::int64_t>(0) || !is_offered(item)) continue;
    if (free++ == 0) first_free = &item;
  }
  if (given.any()) notes.push_back(given.words("items"));
  if (free > 0) {
    notes.push_back("items: " + counted(free, "item") + (free == 1 ? " costs" : " cost") + " 0, the first in " +
                    place_of(*first_free) + "; leave a price empty where it is not known");
  }
  Amounts sold(currency);
  for (auto const& item : counts.items) {
    std::int64_t micro = 0;
    auto const* const known = catalogue.find(item.sku);
    if ((known == nullptr || !known->price_micro) && sold_price(item, micro)) sold.add(micro, '\'' + item.sku + '\'');
  }
  // "3 for 1.00" has thirds in every currency.
  if (sold.most()) notes.push_back(sold.words("transactions"));
}

}  // namespace tillcue::models
