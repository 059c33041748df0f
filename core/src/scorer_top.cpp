#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <limits>

#include "best.hpp"
#include "format/check.hpp"
#include "lanes.hpp"
#include "row_reader.hpp"
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

void Scorer::offer(std::uint32_t item, Best& best) const noexcept {
  Scored const scored{ItemIx{item}, score(ItemIx{item})};
  if (bounded_ && better(bound_, scored)) return;
  if ((marks_[item] & scoring::kHeld) == 0 && best.wants(scored) && !best.has(scored.item)) best.take(scored);
}

void Scorer::offer_row(std::uint32_t source, Best& best) const noexcept {
  if (!bundle_->parts_.affinity.packed) {
    for (auto const& entry : bundle_->row(ItemIx{source})) offer(index(entry.target), best);
    return;
  }
  auto const& parts = bundle_->parts_;
  auto const least = bounded_ ? bound_.score : kLowest;
  scoring::RowReader reader(parts.affinity, *gaps_, source);
  std::array<std::uint32_t, scoring::RowReader::kRoom> targets;
  while (auto const count = scoring::read(instructions_, reader, targets.data())) {
    // Few of a row's targets come near the top.
    for (std::uint32_t n = 0; n < count; ++n) {
      if ((sums_[targets[n]] >> 1) + format::bias_at(parts, targets[n]) >= least) offer(targets[n], best);
    }
  }
}

/// From what the last ranking left and the rows changed since; 0 when that is not enough to be sure.
std::size_t Scorer::top_again(std::span<Scored> out) noexcept {
  if (!known_ || out.size() + kSpare > kMaxLeaders) return 0;
  if (bounded_ && leader_count_ < out.size()) return 0;
  auto const depth = out.size() + kSpare;
  Best best({next_leaders_.data(), depth});
  for (std::size_t n = 0; n < leader_count_; ++n) offer(index(leaders_[n].item), best);
  for (std::size_t n = 0; n < changed_count_; ++n) {
    offer(changed_[n], best);
    offer_row(changed_[n], best);
  }
  auto const count = best.sort();
  if (bounded_ && count < out.size()) return 0;
  std::copy_n(next_leaders_.begin(), count, leaders_.begin());
  leader_count_ = count;
  changed_count_ = 0;
  if (count == depth) {
    bound_ = leaders_[count - 1];
    bounded_ = true;
  }
  return give(out);
}

std::size_t Scorer::top_afresh(std::span<Scored> out) noexcept {
  bool const keep = out.size() + kSpare <= kMaxLeaders;
  Best best(keep ? std::span<Scored>(leaders_.data(), out.size() + kSpare) : out);
  take_touched(best);
  take_untouched(best);
  auto const count = best.sort();
  if (!keep) return count;
  leader_count_ = count;
  bounded_ = count == best.depth();
  if (bounded_) bound_ = leaders_[count - 1];
  known_ = true;
  changed_count_ = 0;
  return give(out);
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
