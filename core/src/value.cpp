#include "value.hpp"

#include <algorithm>

namespace tillcue {
namespace {

// Prices are at most 10^12 minor units (FORMAT.md).
constexpr std::int64_t share(std::int64_t amount, std::int64_t percent) noexcept {
  return (amount * percent + 50) / 100;
}

std::int64_t discount_cost(std::int64_t price, DiscountKind kind, std::int64_t value) noexcept {
  switch (kind) {
    case DiscountKind::none:
      return 0;
    case DiscountKind::percent:
      return share(price, value);
    case DiscountKind::amount:
      return std::min(value, price);
  }
  return 0;
}

}  // namespace

Value expected_value(Bundle const& bundle, ItemIx item, Probability probability, DiscountKind discount,
                     std::int64_t discount_value) noexcept {
  auto const shelf = bundle.price(item);
  if (!shelf) return {};
  auto const price = shelf->minor;
  auto const cost = bundle.unit_cost(item);
  auto const margin = cost ? price - cost->minor : share(price, bundle.policy().default_margin_percent);
  auto const gain = margin - discount_cost(price, discount, discount_value);
  // A loss of twice the greatest price would leave 64 bits once multiplied.
  constexpr std::int64_t kMost = 1'000'000'000'000;
  return {true, std::int64_t{probability.ppm} * std::clamp(gain, -kMost, kMost)};
}

bool ranks_before(Choice const& a, Choice const& b) noexcept {
  if (a.value.known != b.value.known) return a.value.known;
  if (a.value.micro != b.value.micro) return a.value.micro > b.value.micro;
  if (a.probability != b.probability) return a.probability > b.probability;
  if (a.scored.score != b.scored.score) return a.scored.score > b.scored.score;
  if (a.scored.item != b.scored.item) return index(a.scored.item) < index(b.scored.item);
  return a.campaign < b.campaign;
}

}  // namespace tillcue
