#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "campaign_table.hpp"
#include "rules.hpp"
#include "stage_table.hpp"
#include "tillcue/core/candidates.hpp"
#include "value.hpp"

namespace tillcue {

/// The raw ranking of one basket. It is judged this deep: whatever ranks behind is too unlikely to be worth a sentence.
struct Ranking {
  static constexpr std::size_t kDepth = 64;
  /// CampaignTable for any item look at no more than this.
  static constexpr std::size_t kForAny = 16;

  std::array<Scored, kDepth> places{};
  std::array<Term, kDepth> loudest{};  ///< of the basket, for each of them
  std::size_t size = 0;

  explicit Ranking(Scorer& scorer) noexcept;
  /// Its place; `size` when it is not among them.
  [[nodiscard]] std::size_t place_of(ItemIx item) const noexcept;
};

/// The best few that passed every rule, one per item.
class Eligible {
 public:
  void offer(Choice const& choice, Witness* witness) noexcept;
  [[nodiscard]] bool wants(Choice const& choice) const noexcept;
  [[nodiscard]] std::span<Choice const> list() const noexcept {
    return {choices_.data(), static_cast<std::size_t>(size_)};
  }

 private:
  std::array<Choice, Decision::kMaxEligible> choices_{};
  std::ptrdiff_t size_ = 0;
};

/// What is looked at while choosing. Borrows everything.
struct Matter {
  Bundle const& bundle;
  CampaignTable& campaigns;
  Rules const& rules;
  Sale const& sale;
  std::span<ItemIx const> basket;
  Ranking const& ranking;
  Witness* witness;

  void stopped(ItemIx item, std::uint16_t campaign, Rule rule) const noexcept {
    if (witness != nullptr) witness->stopped(item, campaign, rule);
  }
};

/// Decides which campaigns run for this basket, once a decision.
void find_chances(Matter const& matter) noexcept;

/// Everything one attempt of the stage table finds.
[[nodiscard]] Eligible choose(Matter const& matter, Attempt const& attempt) noexcept;

}  // namespace tillcue
