#include "models/log_world.hpp"

#include <doctest/doctest.h>

#include "tillcue/core/replay.hpp"

namespace tillcue::models::made {
namespace {

constexpr double kBoughtAnyway = 0.1;

/// `moved`: the weights of another week.
shop::Opened opened(std::uint32_t seed, std::uint16_t exploration, bool moved) {
  auto source = shop::random_source(24, 12, seed);
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> factor(0.6F, 1.4F);
  for (auto& row : source.rows) {
    for (auto& weight : row) weight.weight *= moved ? factor(random) : 1;
  }
  source.calibration = {{{{0.0F, 50'000}, {0.3F, 150'000}, {0.8F, 400'000}}}};
  source.policy.exploration_permille = exploration;
  source.policy.holdout_permille = 100;
  source.policy.price_guard_percent = 300;
  return shop::open(source);
}

Context at(std::uint64_t number, std::uint8_t choice = Context::kDrawn) {
  Context context;
  context.now = Timestamp{std::chrono::seconds{1'790'000'000 + static_cast<std::int64_t>(number)}};
  context.seed = 7;
  context.choice = choice;
  return context;
}

double gain(Offer const& offer) { return static_cast<double>(offer.expected_margin_micro) / offer.probability.ppm; }

}  // namespace

LogWorld::LogWorld(std::uint16_t exploration_permille, std::uint32_t seed)
    : then(opened(seed, exploration_permille, false)),
      candidate(opened(seed, 0, true)),
      then_engine_(then.bundle),
      candidate_engine_(candidate.bundle) {
  std::mt19937 random(seed);
  while (situations_.size() < 40) {
    Situation situation;
    for (int n = 0; n < 3; ++n) situation.basket.push_back(static_cast<std::uint32_t>(random() % 24));
    auto const best = [&](Engine& engine) {
      auto const decision = decide(engine, situation, "x", at(0, 0));
      return decision.offer_count > 0 ? std::string(engine.bundle().item(decision.offers[0].item).sku) : "";
    };
    situation.best_then = best(then_engine_);
    situation.best_now = best(candidate_engine_);
    if (!situation.best_then.empty()) situations_.push_back(situation);
  }
}

Decision LogWorld::decide(Engine& engine, Situation const& situation, std::string const& id, Context context) {
  auto sale = shop::sale_with(engine.bundle(), situation.basket);
  sale.id = SaleId{id};
  sale.arm = Arm::treated;
  return engine.decide(sale, Stage::subtotal, context);
}

double LogWorld::taken(Situation const& situation, std::string const& item) const {
  if (item.empty()) return 0;
  if (item != situation.best_now) return 0.12;
  return item == situation.best_then ? 0.08 : 0.4;
}

LogWorld::Row LogWorld::sale(std::mt19937_64& random) {
  auto const& situation = situations_[random() % situations_.size()];
  Row out;
  out.sale = "S" + std::to_string(++number_) + "/" + std::to_string(random() % 1000);
  auto sale = shop::sale_with(*then, situation.basket);
  sale.id = SaleId{out.sale};
  sale.arm = then_engine_.arm_of(sale.id);
  auto const decision = then_engine_.decide(sale, Stage::subtotal, at(number_));
  out.replay = replay_record(then_engine_, sale, Stage::subtotal, at(number_), decision);
  out.item = then->item(decision.offers[0].item).sku;
  std::uniform_real_distribution<double> chance;
  bool const accepted = chance(random) < taken(situation, out.item);
  out.row.prompt = true;
  out.row.held_out = sale.arm == Arm::holdout;
  out.row.propensity_ppm = decision.propensity_ppm;
  out.row.answered = !out.row.held_out;
  out.row.accepted = accepted && !out.row.held_out;
  out.row.bought = accepted || chance(random) < kBoughtAnyway;
  return out;
}

std::string LogWorld::csv(std::size_t rows, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string out = "terminal,sale,stage,arm,item,propensity_ppm,response,bought,replay\n";
  for (std::size_t n = 0; n < rows; ++n) {
    auto const made = sale(random);
    auto const& row = made.row;
    out += "T1," + made.sale + ",subtotal," + (row.held_out ? "holdout," : "treated,") + made.item + ',' +
           std::to_string(row.propensity_ppm) + ',' +
           (row.held_out   ? ","
            : row.accepted ? "accepted,"
                           : "ignored,") +
           (row.bought ? "1," : "0,") + made.replay + '\n';
  }
  return out;
}

LogWorld::Truth LogWorld::truth() {
  Truth out;
  double all = 0;
  for (auto const& situation : situations_) {
    auto const choices = decide(then_engine_, situation, "x", at(0, 0)).eligible_count;
    Truth here;
    bool possible = situation.best_now.empty();
    for (std::uint8_t n = 0; n < choices; ++n) {
      auto const decision = decide(then_engine_, situation, "x", at(0, n));
      auto const& offer = decision.offers[0];
      std::string const item(then->item(offer.item).sku);
      auto const p = taken(situation, item);
      std::array<double, kEarnings> const worth{p, p + (1 - p) * kBoughtAnyway, p * gain(offer)};
      for (std::size_t e = 0; e < kEarnings; ++e) here.log[e] += decision.propensity_ppm / 900'000.0 * worth[e];
      if (item != situation.best_now) continue;
      here.candidate = worth;
      possible = decision.propensity_ppm > 0;
    }
    if (!possible) continue;
    all += 1;
    for (std::size_t e = 0; e < kEarnings; ++e) {
      out.candidate[e] += here.candidate[e];
      out.log[e] += here.log[e];
    }
  }
  REQUIRE(all > 0);
  for (std::size_t e = 0; e < kEarnings; ++e) {
    out.candidate[e] /= all;
    out.log[e] /= all;
  }
  return out;
}

}  // namespace tillcue::models::made
