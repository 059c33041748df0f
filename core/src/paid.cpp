#include "tillcue/core/paid.hpp"

namespace tillcue {

Money counted_total(Bundle const& bundle, Basket const& basket) noexcept {
  auto const currency = bundle.info().currency;
  auto counted = basket.total(currency);
  for (auto const& line : basket.lines()) {
    if (index(line.item) >= bundle.item_count() || !bundle.has(line.item, ItemFlag::not_counted)) continue;
    if (!(line.unit_price.currency == currency)) continue;
    auto const apart = extended(line.unit_price, line.quantity).minor;
    if (__builtin_sub_overflow(counted.minor, apart, &counted.minor)) counted.minor = 0;
  }
  return counted;
}

bool earns(Bundle const& bundle, Basket const& basket, Money paid, Money min_basket) noexcept {
  if (paid.minor <= 0) return false;
  auto const total = basket.total(bundle.info().currency).minor;
  std::int64_t off = 0, counted = counted_total(bundle, basket).minor;
  if (__builtin_sub_overflow(total, paid.minor, &off) || off <= 0) return true;
  if (__builtin_sub_overflow(counted, off, &counted)) return false;
  return counted >= min_basket.minor;
}

}  // namespace tillcue
