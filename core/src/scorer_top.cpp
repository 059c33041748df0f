#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <limits>

#include "best.hpp"
#include "format/check.hpp"
#include "lanes.hpp"
#include "scorer_marks.hpp"
#include "tillcue/core/candidates.hpp"

namespace tillcue {

using scoring::Best;
using scoring::better;

namespace {

/// Kept beyond what was asked for, so that an item which leaves the top does not cost a ranking of everything.
constexpr std::size_t kSpare = 3;
constexpr std::size_t kMaxLanes = 256;
constexpr Score kLowest = std::numeric_limits<Score>::min();

}  // namespace

std::size_t Scorer::top(std::span<Scored> out) noexcept {
  if (out.empty()) return 0;
  auto const count = top_again(out);
  return count > 0 ? count : top_afresh(out);
}

/// Of the last ranking's leaders and of what has risen since; 0 when that is not enough to be sure.
std::size_t Scorer::top_again(std::span<Scored> out) noexcept {
  auto const depth = out.size() + kSpare;
  if (!known_ || depth > kMaxLeaders) return 0;
  if (bounded_ && leader_count_ < out.size()) return 0;
  auto const& parts = bundle_->parts_;
  auto const rated = [&](std::uint32_t item) {
    return Scored{ItemIx{item}, (sums_[item] >> 1) + format::bias_at(parts, item)};
  };
  auto const fits = [&](Scored const& scored) {
    return !(bounded_ && better(bound_, scored)) && (marks_[index(scored.item)] & scoring::kHeld) == 0;
  };
  // In their own place: what is taken stands at or before where it was read.
  Best best({leaders_.data(), depth}, Best::in_order);
  for (std::size_t n = 0; n < leader_count_; ++n) {
    auto const scored = rated(index(leaders_[n].item));
    if (fits(scored) && best.wants(scored)) best.take(scored);
  }
  for (std::size_t n = 0; n < risen_count_; ++n) {
    auto const scored = rated(static_cast<std::uint32_t>(rated_[n]));
    if (fits(scored) && best.wants(scored) && !best.has(scored.item)) best.take(scored);
  }
  auto const count = best.size();
  if (bounded_ && count < out.size()) return 0;
  leader_count_ = count;
  if (count == depth) {
    bound_ = leaders_[count - 1];
    bounded_ = true;
  }
  watch();
  return give(out);
}

std::size_t Scorer::top_afresh(std::span<Scored> out) noexcept {
  bool const keep = out.size() + kSpare <= kMaxLeaders;
  Best best(keep ? std::span<Scored>(leaders_.data(), out.size() + kSpare) : out);
  take_touched(best);
  take_untouched(best);
  auto const count = best.sort();
  // What had risen stood where the touched items' scores stand now.
  known_ = keep;
  if (!keep) return count;
  leader_count_ = count;
  bounded_ = count == best.depth();
  if (bounded_) bound_ = leaders_[count - 1];
  watch();
  return give(out);
}

/// From now on what rises is noted: whatever could reach the bound if it had the largest intercept of all.
void Scorer::watch() noexcept {
  risen_count_ = 0;
  auto const most = bundle_->popular_count() > 0 ? bundle_->bias(bundle_->popular(0)) : 0;
  auto const twice = bounded_ ? 2 * (std::int64_t{bound_.score} - most) : std::int64_t{kLowest};
  rising_ = static_cast<Score>(std::clamp<std::int64_t>(twice, kLowest, std::numeric_limits<Score>::max()));
}

std::size_t Scorer::give(std::span<Scored> out) const noexcept {
  auto const given = std::min(leader_count_, out.size());
  std::copy_n(leaders_.begin(), given, out.begin());
  return given;
}

/// Scores of the touched items, in their order; those of the basket far below all others.
void Scorer::rate_touched() noexcept {
  std::array<Score, kMaxScoredItems> sums;
  for (std::size_t n = 0; n < scored_count_; ++n) {
    sums[n] = sums_[scored_[n]];
    sums_[scored_[n]] = kLowest;
  }
  auto const& parts = bundle_->parts_;
  for (std::size_t n = 0; n < touched_count_; ++n) {
    rated_[n] = (sums_[touched_[n]] >> 1) + format::bias_at(parts, touched_[n]);
  }
  for (std::size_t n = 0; n < scored_count_; ++n) sums_[scored_[n]] = sums[n];
}

void Scorer::take_rated(Best& best, Score least) const noexcept {
  auto const next = [&](std::size_t from) {
    return scoring::next_reaching(instructions_, rated_, from, touched_count_, least);
  };
  for (auto n = next(0); n < touched_count_; n = next(n + 1)) {
    Scored const scored{ItemIx{touched_[n]}, rated_[n]};
    if (best.wants(scored) && (marks_[touched_[n]] & scoring::kHeld) == 0) best.take(scored);
  }
}

/// Of several lanes' greatest scores the depth-th is one that at least `depth` items reach: only those are looked at.
void Scorer::take_touched(Best& best) noexcept {
  rate_touched();
  auto const lanes = std::bit_ceil(std::max(2 * best.depth(), std::size_t{8}));
  if (lanes > kMaxLanes || touched_count_ < 2 * lanes) return take_rated(best, kLowest);
  std::array<Score, kMaxLanes> greatest;
  scoring::greatest(instructions_, rated_, touched_count_, greatest.data(), lanes);
  auto* const place = greatest.data() + best.depth() - 1;
  std::nth_element(greatest.data(), place, greatest.data() + lanes, std::greater<>{});
  take_rated(best, *place);
  if (best.size() == best.depth()) return;
  // Items of the basket stood in for others.
  best.clear();
  take_rated(best, kLowest);
}

void Scorer::take_untouched(Best& best) const noexcept {
  auto const untouched = [&](std::uint32_t item) { return (sums_[item] & 1) == 0 && marks_[item] == 0; };
  auto const popular = bundle_->popular_count();
  for (std::size_t n = 0; n < popular; ++n) {
    auto const item = index(bundle_->popular(n));
    if (!untouched(item)) continue;
    Scored const scored{ItemIx{item}, format::bias_at(bundle_->parts_, item)};
    // The list falls: the first that does not fit ends it.
    if (!best.wants(scored)) return;
    best.take(scored);
  }
  auto const items = bundle_->item_count();
  if (popular == items) return;
  auto const last = bundle_->popular(popular - 1);
  Scored const bound{last, bundle_->bias(last)};
  if (!best.wants(bound)) return;
  for (std::uint32_t n = 0; n < items; ++n) {
    Scored const scored{ItemIx{n}, format::bias_at(bundle_->parts_, n)};
    // Untouched and behind the popular list; whatever ranks before its end has been seen.
    if (untouched(n) && better(bound, scored) && best.wants(scored)) best.take(scored);
  }
}

}  // namespace tillcue
