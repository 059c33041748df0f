#pragma once

#include <cstdint>

#include "tillcue/core/engine.hpp"

namespace tillcue {

/// The policy's rules for one decision: what this sale has had, and what its basket forbids.
/// Borrows bundle and sale. Nothing here allocates or fails.
class Rules {
 public:
  Rules(Bundle const& bundle, Sale const& sale, Stage stage) noexcept;

  [[nodiscard]] bool too_few_items() const noexcept;
  [[nodiscard]] bool cap_reached() const noexcept;
  /// Holds for everything: not excluded by a flag, not in the basket, not shown before in this sale.
  [[nodiscard]] bool may_offer(ItemIx item) const noexcept;
  /// Holds for what is suggested at the till: likely enough, and cheaper than the guard's share of the dearest item.
  [[nodiscard]] bool may_suggest(ItemIx item, Probability probability) const noexcept;
  [[nodiscard]] bool runs(CampaignView const& campaign, Timestamp now) const noexcept;

 private:
  [[nodiscard]] bool passes_guard(ItemIx item) const noexcept;

  Bundle const& bundle_;
  Sale const& sale_;
  Stage stage_;
  std::uint32_t known_items_ = 0;
  std::int64_t dearest_ = 0;  ///< minor units; 0: no price known
  std::int64_t total_ = 0;
};

/// True for what may be the reason of an offer or count as an item: known and really for sale.
[[nodiscard]] bool is_goods(Bundle const& bundle, ItemIx item) noexcept;

}  // namespace tillcue
