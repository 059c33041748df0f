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

/// An item that may be offered, and what does not depend on who offers it.
struct Candidate {
  Scored scored;
  Probability probability{};
  Rule rule = Rule::none;  ///< why it must not be offered at all
  bool priced = false;
  std::int64_t price = 0;   ///< on the shelf
  std::int64_t margin = 0;  ///< of one
  std::uint16_t boost = 0;
  Term loudest;  ///< of the basket; its weight below 0: not admitted as the reason
  CampaignTable::Concern campaigns;
};

/// The candidate as the rules see it; not ranked, with the probability given.
[[nodiscard]] Candidate candidate_of(Bundle const& bundle, Rules const& rules, Scored scored,
                                     Probability probability) noexcept;

/// The raw ranking of one basket. It is judged this deep: whatever ranks behind is too unlikely to be worth a sentence.
struct Ranking {
  static constexpr std::size_t kDepth = 64;
  /// Campaigns for any item look at no more than this.
  static constexpr std::size_t kForAny = 16;

  std::array<Candidate, kDepth> places;
  std::size_t size = 0;

  Ranking(Bundle const& bundle, CampaignTable const& campaigns, Scorer& scorer, Rules const& rules) noexcept;
  [[nodiscard]] std::span<Candidate const> list() const noexcept { return std::span(places).first(size); }
  /// Nothing when the item is not among them.
  [[nodiscard]] Candidate const* find(ItemIx item) const noexcept;
};

/// The best few that passed every rule, one per item: a campaign's offer of it before a plain one.
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
  Ranking const& ranking;
  Witness* witness;

  void stopped(ItemIx item, std::uint16_t campaign, Rule rule) const noexcept {
    if (witness != nullptr) witness->stopped(item, campaign, rule);
  }
};

/// Decides which campaigns run for this basket, once a decision. Returns their types, a bit for each OfferType.
std::uint16_t find_chances(Matter const& matter) noexcept;

/// Everything one attempt of the stage table finds. `running`: types of campaigns that do.
[[nodiscard]] Eligible choose(Matter const& matter, Attempt const& attempt, std::uint16_t running) noexcept;

}  // namespace tillcue
