#pragma once

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

/// Scores of the whole catalogue for one live basket, kept up to date item by item.
/// score(j) = bias_j + sum of the rows of the basket's items; integers, so adding and removing is exact.
/// Only the first kMaxScoredItems items held add to scores; further ones are merely never suggested.
/// Owns nothing: works in the memory it is given, and nothing here allocates or fails; unknown items are ignored.
/// Threads  one.  Cost  add/remove: one row; top: the touched items.
class Scorer {
 public:
  [[nodiscard]] static std::size_t memory_needed(Bundle const& bundle) noexcept;
  /// `memory` aligned to 8 and at least memory_needed(bundle); both are borrowed.
  Scorer(Bundle const& bundle, std::span<std::byte> memory) noexcept;

  /// Back to the empty basket. Cost  the touched items.
  void clear() noexcept;
  /// Adding an item that is in already, or removing one that is not, changes nothing.
  void add(ItemIx item) noexcept;
  void remove(ItemIx item) noexcept;
  /// clear, then add all.
  void assign(std::span<ItemIx const> items) noexcept;

  [[nodiscard]] bool holds(ItemIx item) const noexcept;
  [[nodiscard]] Score score(ItemIx item) const noexcept;
  /// The best items that are not in the basket, best first, ties by lower ItemIx. Returns how many of `out` were
  /// filled. Exact. Cost  the touched items; the whole catalogue only when the popular list is used up before `out` is
  /// full.
  std::size_t top(std::span<Scored> out) noexcept;

 private:
  template <unsigned IdBytes>
  void apply(AffinityRow const& row, Score scale) noexcept;
  void apply_row(ItemIx item, Score sign) noexcept;
  void touch(std::uint32_t item) noexcept;

  Bundle const* bundle_;
  std::span<std::byte> memory_;
  Score* scores_;           ///< per item; bias where untouched
  std::uint32_t* touched_;  ///< items whose score or mark may differ from the empty basket's; one spare place
  std::uint8_t* marks_;     ///< per item
  std::size_t touched_count_ = 0;
  std::size_t held_ = 0;
  std::size_t scored_ = 0;  ///< of those held
};

/// The largest positive terms of `candidate`'s score, largest first, ties by lower ItemIx; each item counts once.
/// Returns how many of `out` were filled. Cost  a binary search per item of the basket.
std::size_t explain(Bundle const& bundle, std::span<ItemIx const> basket, ItemIx candidate,
                    std::span<Term> out) noexcept;

}  // namespace tillcue
