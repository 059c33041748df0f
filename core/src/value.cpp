#include "value.hpp"

#include <algorithm>

namespace tillcue {
namespace {

// Prices are at most 10^12 minor units (FORMAT.md), so a product with millionths stays below 2^63.
constexpr std::int64_t kMost = 1'000'000'000'000;

constexpr std::int64_t share(std::int64_t amount, std::int64_t percent) noexcept {
  return (amount * percent + 50) / 100;
}

}  // namespace

std::int64_t discount_of(std::int64_t price, DiscountKind kind, std::int64_t value) noexcept {
  switch (kind) {
    case DiscountKind::none:
      return 0;
    case DiscountKind::percent:
      return share(price, value);
    case DiscountKind::amount:
      return std::min(value, price);
    case DiscountKind::price:
      return std::max<std::int64_t>(price - value, 0);
  }
  return 0;
}

std::int64_t unit_margin(Bundle const& bundle, ItemIx item) noexcept {
  auto const price = bundle.price(item);
  if (!price) return 0;
  auto const cost = bundle.unit_cost(item);
  return cost ? price->minor - cost->minor : share(price->minor, bundle.policy().default_margin_percent);
}

std::int64_t expected(Probability probability, std::int64_t gain, Probability redeem, std::int64_t discount) noexcept {
  return std::int64_t{probability.ppm} * std::clamp(gain, -kMost, kMost) -
         std::int64_t{redeem.ppm} * std::clamp(discount, -kMost, kMost);
}

std::int64_t weighted(std::int64_t micro, std::uint32_t weight_percent, std::uint32_t boost_percent) noexcept {
  if (micro <= 0) return micro;
  auto const factor = std::uint64_t{weight_percent} * (100 + boost_percent);
  // Of the two orders the one that neither overflows nor loses small values.
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(micro, static_cast<std::int64_t>(factor), &product)) return product / 10'000;
  constexpr auto kTop = std::int64_t{1} << 62U;
  return __builtin_mul_overflow(micro / 10'000, static_cast<std::int64_t>(factor), &product) ? kTop : product;
}

bool ranks_before(Choice const& a, Choice const& b) noexcept {
  if (a.value.known != b.value.known) return a.value.known;
  if (a.rank_micro != b.rank_micro) return a.rank_micro > b.rank_micro;
  if (a.probability != b.probability) return a.probability > b.probability;
  if (a.scored.score != b.scored.score) return a.scored.score > b.scored.score;
  if (a.scored.item != b.scored.item) return index(a.scored.item) < index(b.scored.item);
  return a.campaign < b.campaign;
}

}  // namespace tillcue
