#include "sample_store.hpp"

namespace tillcue::models::sample {

std::size_t Dice::pick(std::vector<double> const& weights) {
  double total = 0;
  for (auto const weight : weights) total += weight;
  double left = share() * total;
  for (std::size_t n = 0; n < weights.size(); ++n) {
    left -= weights[n];
    if (left < 0) return n;
  }
  return weights.size() - 1;
}

std::vector<Customer> make_customers(std::size_t count, Assortment const& assortment,
                                     std::vector<Mission> const& missions, Dice& dice) {
  std::vector<Customer> customers;
  for (std::size_t n = 0; n < count; ++n) {
    Customer customer;
    if (dice.chance(0.65)) customer.card = "C" + std::to_string(100'000 + n);
    // A few come almost daily, most weekly, many rarely.
    auto const luck = dice.share();
    customer.pace = 0.15 + luck * luck * luck * 4;
    for (auto const& mission : missions) {
      auto const liking = dice.share();
      // Only some have a baby or a pet, and those come for it again and again.
      bool const special = mission.name == "baby" || mission.name == "pets";
      double const factor = special ? (liking < 0.2 ? 3 : 0) : 0.1 + liking * liking * 2.5;
      customer.missions.push_back(mission.weight * factor);
    }
    auto const habits = dice.below(6);
    for (std::size_t habit = 0; habit < habits; ++habit) {
      auto const line = static_cast<std::uint32_t>(dice.below(assortment.lines.size()));
      auto const chance = 0.15 + dice.share() * 0.4;
      if (assortment.lines[line].flags != "not_for_sale") customer.habits.emplace_back(line, chance);
    }
    customer.taste = dice.next();
    customers.push_back(std::move(customer));
  }
  return customers;
}

}  // namespace tillcue::models::sample
