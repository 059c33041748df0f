#include "sample_store.hpp"

#include <algorithm>
#include <cmath>

namespace tillcue::models::sample {
namespace {

/// 0 <= x < divisor, also before the first day.
std::int64_t remainder(std::int64_t value, std::int64_t divisor) { return (value % divisor + divisor) % divisor; }

// Monday first; 1970-01-01 was a Thursday.
constexpr double kWeekday[] = {0.85, 0.85, 0.9, 0.95, 1.2, 1.35, 0.9};
std::size_t weekday(std::int64_t day) { return static_cast<std::size_t>(remainder(day + 3, 7)); }

/// 1 at the height of the season, 0 half a year away. Straight lines: the same on every machine.
double height(Season season, std::int64_t day) {
  auto const of_year = static_cast<double>(remainder(day - 20'454, 365));  // from 2026-01-01
  double const peak = season == Season::summer ? 196 : 349;
  double const away = std::abs(of_year - peak);
  return 1 - std::min(away, 365 - away) / 182.5;
}

double season_factor(Season season, std::int64_t day) {
  return season == Season::none ? 1.0 : 0.35 + 1.3 * height(season, day);
}

/// One product in a dozen is 15 % cheaper in any week.
std::int64_t price_on(Product const& product, std::uint32_t number, std::int64_t day) {
  auto const week = static_cast<std::uint64_t>((day - remainder(day, 7)) / 7);
  bool const offer = product.flags.empty() && mix(number * 1'000'003ULL + week) % 12 == 0;
  return offer ? product.price_minor * 85 / 100 : product.price_minor;
}

}  // namespace

Store::Store(std::uint64_t seed, std::size_t customers)
    : dice_(seed),
      assortment_(make_assortment()),
      companions_(make_companions(assortment_)),
      missions_(make_missions(assortment_)),
      customers_(make_customers(customers, assortment_, missions_, dice_)) {
  double sum = 0;
  for (auto const& customer : customers_) paces_.push_back(sum += customer.pace);
}

/// Mostly the favourite; else any, by appeal.
std::uint32_t Store::choose(Customer const& customer, Line const& line) {
  std::vector<double> appeal;
  for (auto const product : line.products) appeal.push_back(assortment_.products[product].appeal);
  if (dice_.chance(0.7)) {
    Dice own(customer.taste ^ (line.products.front() * 0x9E37'79B9ULL));
    return line.products[own.pick(appeal)];
  }
  return line.products[dice_.pick(appeal)];
}

void Store::want(SoldBasket& basket, std::vector<char>& inside, std::uint32_t number, std::int64_t day) {
  if (inside[number] != 0) return;
  inside[number] = 1;
  auto const& line = assortment_.lines[number];
  auto const product = choose(customers_[basket.customer], line);
  SoldRow row{product, 1000, price_on(assortment_.products[product], product, day)};
  if (line.weighed) {
    row.quantity_milli = 250 + static_cast<std::int64_t>(dice_.below(320)) * 5;
  } else if (line.most_pieces > 1 && dice_.chance(0.35)) {
    row.quantity_milli = 1000 * static_cast<std::int64_t>(2 + dice_.below(line.most_pieces - 1));
  }
  basket.rows.push_back(row);
}

SoldBasket Store::visit(std::int64_t day, bool weekend) {
  SoldBasket basket;
  auto const at = std::upper_bound(paces_.begin(), paces_.end(), dice_.share() * paces_.back());
  basket.customer = static_cast<std::uint32_t>(
      std::min<std::ptrdiff_t>(at - paces_.begin(), static_cast<std::ptrdiff_t>(paces_.size()) - 1));
  auto const& customer = customers_[basket.customer];
  auto weights = customer.missions;
  for (std::size_t n = 0; n < weights.size(); ++n) weights[n] *= weekend ? missions_[n].weekend : 1.0;
  auto const& mission = missions_[dice_.pick(weights)];
  auto const away = static_cast<int>(dice_.below(static_cast<std::size_t>(2 * mission.spread + 1))) - mission.spread;
  auto const hour = std::clamp(mission.hour + away, 7, 21);
  basket.seconds = day * 86'400 + hour * 3600 + static_cast<std::int64_t>(dice_.below(3600));

  std::vector<char> inside(assortment_.lines.size(), 0);
  for (auto const& [line, chance] : mission.wants) {
    if (dice_.chance(chance * season_factor(assortment_.lines[line].season, day))) want(basket, inside, line, day);
  }
  for (auto const& [line, chance] : customer.habits) {
    if (dice_.chance(chance * 0.6)) want(basket, inside, line, day);
  }
  for (auto const& [line, with, chance] : companions_) {
    if (inside[line] != 0 && dice_.chance(chance)) want(basket, inside, with, day);
  }
  if (basket.rows.size() > 3 && dice_.chance(0.3)) want(basket, inside, assortment_.line("bag"), day);
  return basket;
}

std::vector<SoldBasket> Store::day(std::int64_t day, std::uint32_t average_baskets) {
  auto const of_week = weekday(day);
  double const noise = 0.92 + 0.16 * dice_.share();
  auto const visits = static_cast<std::size_t>(average_baskets * kWeekday[of_week] * noise + 0.5);
  std::vector<SoldBasket> baskets;
  for (std::size_t n = 0; n < visits; ++n) {
    auto basket = visit(day, of_week >= 4);
    if (!basket.rows.empty()) baskets.push_back(std::move(basket));
  }
  std::stable_sort(baskets.begin(), baskets.end(), [](auto const& a, auto const& b) { return a.seconds < b.seconds; });
  return baskets;
}

}  // namespace tillcue::models::sample
