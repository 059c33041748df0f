#pragma once

#include "choosing.hpp"

namespace tillcue {

/// What ranks for this basket, without any campaign.
void choose_learned(Matter const& matter, Eligible& eligible) noexcept;
/// Better or larger versions of the item scanned last (L5).
void choose_better(Matter const& matter, Eligible& eligible) noexcept;
/// Instead of what was declined: cheaper, and for the same need (D14).
void choose_cheaper(Matter const& matter, Eligible& eligible) noexcept;
/// What is missing to mined sets of the basket's items (L13).
void choose_sets(Matter const& matter, Eligible& eligible) noexcept;
/// What this customer usually buys and has not taken (L14).
void choose_usual(Matter const& matter, Eligible& eligible) noexcept;
/// What campaigns offer.
void choose_campaigns(Matter const& matter, Attempt const& attempt, Eligible& eligible) noexcept;

/// Who in the basket speaks for an item, and whether that may be said.
struct Speaker {
  Rule rule = Rule::none;
  ReasonCode code = ReasonCode::popular;
  ItemIx trigger = kNoItem;
};

/// The loudest of the basket's items that are dearer than the candidate and may be its reason; when nothing speaks for
/// it, it must be cheaper than the dearest. A rule that forbids it comes with who would have spoken.
[[nodiscard]] Speaker speaker_for(Matter const& matter, Candidate const& candidate) noexcept;

}  // namespace tillcue
