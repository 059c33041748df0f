#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "tillcue/core/bundle.hpp"

namespace tillcue {

struct Scored {
  ItemIx item = kNoItem;
  Score score = 0;
};

/// One addend of a score: what `source` (an item of the basket) contributes. The reason of a suggestion.
struct Term {
  ItemIx source = kNoItem;
  Score weight = 0;
};

/// Which item of the basket may be the reason for which candidate; as built: any for any.
struct Admission {
  bool (*admits)(void const* rules, ItemIx source, std::size_t candidate) noexcept = nullptr;
  void const* rules = nullptr;

  [[nodiscard]] bool operator()(ItemIx source, std::size_t candidate) const noexcept {
    return admits == nullptr || admits(rules, source, candidate);
  }
};

/// Instructions the scorer may use. The answers are the same with all of them.
enum class Instructions : std::uint8_t {
  portable,
  avx2,  ///< x86-64 with AVX2
  neon,  ///< aarch64, where it is always there
};

/// The best of them this machine has.
[[nodiscard]] Instructions best_instructions() noexcept;

namespace scoring {
struct GapTable;
struct RowReader;
class Best;
}  // namespace scoring

/// Scores of the whole catalogue for one live basket, kept up to date item by item.
/// score(j) = bias_j + sum of the rows of the basket's items; integers, so adding and removing is exact.
/// Only the first kMaxScoredItems items held add to scores; further ones are merely never suggested.
/// Owns nothing: works in the memory it is given, and nothing here allocates or fails; unknown items are ignored.
/// Threads  one.  Cost  add/remove: one row; top: the touched items, and when it was asked for before only what the
/// changes since then brought near it.
class Scorer {
 public:
  [[nodiscard]] static std::size_t memory_needed(Bundle const& bundle) noexcept;
  /// `memory` aligned to 8 and at least memory_needed(bundle); both are borrowed.
  Scorer(Bundle const& bundle, std::span<std::byte> memory, Instructions instructions = best_instructions()) noexcept;

  /// Back to the empty basket. Cost  the touched items.
  void clear() noexcept;
  /// Adding an item that is in already, or removing one that is not, changes nothing.
  void add(ItemIx item) noexcept;
  void remove(ItemIx item) noexcept;
  /// clear, then add all.
  void assign(std::span<ItemIx const> items) noexcept;

  [[nodiscard]] bool holds(ItemIx item) const noexcept;
  /// The items held that add to scores.
  [[nodiscard]] std::size_t basket_size() const noexcept { return scored_count_; }
  [[nodiscard]] Score score(ItemIx item) const noexcept;
  /// The best items that are not in the basket, best first, ties by lower ItemIx. Returns how many of `out` were
  /// filled. Exact. Cost  the touched items; the whole catalogue only when the popular list is used up before `out` is
  /// full.
  std::size_t top(std::span<Scored> out) noexcept;
  /// For each of `candidates` (distinct items, at most kMaxExplained) what in the basket speaks loudest for it: the
  /// goods with the largest positive term that are admitted, ties by lower ItemIx; kNoItem when nothing speaks for it.
  /// A term whose pair may be coincidence (AffinityRow::Entry::significant) does not speak.
  /// When none of those that do is admitted, the loudest of them with its weight below 0. `loudest` is as long.
  /// Cost  every row of the basket once, however many candidates there are.
  void explain(std::span<ItemIx const> candidates, std::span<Term> loudest, Admission admission = {}) const noexcept;
  static constexpr std::size_t kMaxExplained = 256;

 private:
  static constexpr std::size_t kMaxLeaders = 72;

  void apply_row(std::uint32_t item, Score sign) noexcept;
  template <class Watch>
  void apply_packed(scoring::RowReader& reader, Score sign, Watch& watch) noexcept;
  template <class Watch>
  void apply_plain(std::uint32_t item, Score sign, Watch& watch) noexcept;
  void prefetch_row(std::uint32_t item) const noexcept;
  [[nodiscard]] bool watching(std::size_t more) noexcept;
  void watch() noexcept;

  std::size_t top_again(std::span<Scored> out) noexcept;
  std::size_t top_afresh(std::span<Scored> out) noexcept;
  void take_touched(scoring::Best& best) noexcept;
  void rate_touched() noexcept;
  void take_rated(scoring::Best& best, Score least) const noexcept;
  void take_untouched(scoring::Best& best) const noexcept;
  std::size_t give(std::span<Scored> out) const noexcept;

  Bundle const* bundle_;
  Instructions instructions_;
  scoring::GapTable const* gaps_;
  Score* sums_;             ///< per item; twice what the rows add, and 1 when any row touched it
  std::uint32_t* touched_;  ///< items with a sum; one spare place
  Score* rated_;            ///< scores of the touched items, while ranking; else the items that rose; one spare place
  std::uint32_t* scored_;   ///< items held whose rows were added
  std::uint8_t* marks_;     ///< per item
  std::size_t touched_count_ = 0;
  std::size_t held_count_ = 0;
  std::size_t scored_count_ = 0;

  // The best of the last ranking: whatever is not among them ranked behind `bound_` then, so that afterwards only they
  // and what the changed rows lifted to `rising_` need to be looked at. That is noted while a row is added.
  std::array<Scored, kMaxLeaders> leaders_{};
  std::size_t leader_count_ = 0;
  Scored bound_;
  bool bounded_ = false;  ///< there are items behind the leaders
  bool known_ = false;
  Score rising_ = 0;  ///< of `sums_`: from here on the item with the largest intercept could reach `bound_`
  std::size_t risen_count_ = 0;
};

/// The largest positive terms of `candidate`'s score, largest first, ties by lower ItemIx; each item counts once.
/// Returns how many of `out` were filled. Cost  half a row per item of the basket: for several candidates
/// ask Scorer::explain.
std::size_t explain(Bundle const& bundle, std::span<ItemIx const> basket, ItemIx candidate,
                    std::span<Term> out) noexcept;

}  // namespace tillcue
