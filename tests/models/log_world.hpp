#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/shop.hpp"
#include "tillcue/models/off_policy.hpp"

namespace tillcue::models::made {

/// Customers whose every answer is known, at a till that explores: what a bundle earns there can be told exactly.
/// They like what the candidate says and the log's bundle does not, so that whoever overlooks how rarely it was said
/// is wrong.
class LogWorld {
 public:
  explicit LogWorld(std::uint16_t exploration_permille, std::uint32_t seed = 1);

  struct Row {
    LoggedDecision row;
    std::string sale, item, replay;
  };
  /// One sale: its basket and whatever happens drawn with `random`; its row of the export.
  Row sale(std::mt19937_64& random);
  /// The header and `rows` rows.
  std::string csv(std::size_t rows, std::uint64_t seed);

  /// What the candidate earns in the situations in which the log speaks and could have said the same, and the log
  /// there.
  struct Truth {
    std::array<double, kEarnings> candidate{}, log{};
  };
  [[nodiscard]] Truth truth();

  shop::Opened then, candidate;

 private:
  struct Situation {
    std::vector<std::uint32_t> basket;
    std::string best_then, best_now;
  };
  [[nodiscard]] double taken(Situation const& situation, std::string const& item) const;
  [[nodiscard]] Decision decide(Engine& engine, Situation const& situation, std::string const& id, Context context);

  Engine then_engine_, candidate_engine_;
  std::vector<Situation> situations_;
  std::uint64_t number_ = 0;
};

}  // namespace tillcue::models::made
