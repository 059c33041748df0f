#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tillcue/pos/receipt.hpp"

namespace tillcue::pos {

/// The lines of one slip, as PrintedJob has them.
using SlipLines = std::vector<std::string>;

/// What a number of receipts of one POS tell about their form.
struct LearnedLayout {
  ReceiptLayout layout{};       ///< named "learned", or "generic" where nothing need be declared
  std::vector<Receipt> read{};  ///< each slip, in order, as this layout reads it
  /// Slips that may be sales: at least two lines with an amount, not told to be another kind.
  std::size_t looked_at = 0;
  std::size_t generic = 0;  ///< of those, which add up without any profile
  std::size_t add_up = 0;   ///< and with this one
  std::size_t checked = 0;  ///< read by a layout learned from the other half of the slips,
  std::size_t held = 0;     ///< and of those, which add up
  /// 0..1: of receipts that were not learned from, at least this share adds up (lower 95 % bound of `held`/`checked`).
  double sureness = 0;
};

/// Learns the layout of slips printed by one POS. The only evidence is arithmetic: a layout is better when the items,
/// discounts and tax of more slips add up to their totals. What the generic reader understands is left to it.
/// Payments (tender_words) are what stands behind the total beside as much, or beside more with the change under it.
/// Limits   the first 200 slips are read, the first 32 searched with.
/// Cost     some thousand readings of a slip: seconds; soon over, and worthless, once `give_up` is true.
/// Errors   none: where nothing helps, the generic layout comes back.
/// Threads  any.
LearnedLayout learn_layout(std::span<SlipLines const> slips, unsigned digits,
                           std::atomic<bool> const* give_up = nullptr);

/// Of fewer receipts nothing is believed, and of those at least this share of unseen ones must add up.
inline constexpr std::size_t kFewestToLearn = 8;
inline constexpr double kSureEnough = 0.8;
/// Sure enough to be used.
[[nodiscard]] inline bool is_sure(LearnedLayout const& learned, double least = kSureEnough) noexcept {
  return learned.looked_at >= kFewestToLearn && learned.sureness >= least;
}

/// The layout as a file that parse_layout reads.
std::string layout_json(ReceiptLayout const& layout);

}  // namespace tillcue::pos
