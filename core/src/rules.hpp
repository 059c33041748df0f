#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "campaign_table.hpp"
#include "stage_table.hpp"
#include "tillcue/core/engine.hpp"

namespace tillcue {

/// One item of the basket, all its lines together.
struct InBasket {
  ItemIx item = kNoItem;
  std::int64_t price = 0;  ///< the highest charged, else the shelf price, else 0; of lines that are not refunds
  std::int64_t quantity_milli = 0;  ///< refunds taken off; 0 when all of it came back
  Rule as_trigger = Rule::none;     ///< why it cannot be the reason of a cross-sell
};

/// The rules for one decision: what this sale has had, and what its basket, customer, place and hour forbid.
/// Borrows all it is made of. Nothing here allocates or fails.
class Rules {
 public:
  Rules(Bundle const& bundle, CampaignTable const& campaigns, Sale const& sale, Stage stage, Context const& context,
        std::vector<InBasket>& room) noexcept;

  /// Why nothing may be said.
  [[nodiscard]] Silence silence() const noexcept;
  /// True when the last prompt was declined and one alternative to it may follow all the same: it belongs to that
  /// prompt, so the cap of the stage and the pause between prompts are none of its business.
  [[nodiscard]] bool only_alternative(Silence silence) const noexcept;
  /// The prompt that may have an alternative.
  [[nodiscard]] Shown const* declined() const noexcept { return declined_; }

  /// Why campaign `n`, of which `times` offers were made in this sale, cannot run; its triggers are not looked at.
  [[nodiscard]] Rule campaign(std::size_t n, std::uint32_t times) const noexcept;
  /// Why its triggers do not bring it about.
  [[nodiscard]] Rule triggers(std::size_t n, CampaignTable::Chance const& chance) const noexcept;
  /// Why the amounts of a threshold or gift do not.
  [[nodiscard]] Rule amounts(std::size_t n) const noexcept;
  [[nodiscard]] bool affords(std::size_t n, std::int64_t cost) const noexcept;
  /// Minor units to the campaign's threshold.
  [[nodiscard]] std::int64_t gap(std::size_t n) const noexcept {
    return campaigns_.rules(n).threshold_minor - counted_total_;
  }

  /// Why this item is nothing to say with the campaign's threshold: it closes the gap and is not much more than that.
  [[nodiscard]] Rule fits_gap(std::size_t n, ItemIx item) const noexcept;
  /// Something that notice `n` asks for is bought: any will do, whichever of it would be named.
  [[nodiscard]] bool has_what_it_needs(std::uint16_t n) const noexcept;
  /// Something in the basket must not stand beside it.
  [[nodiscard]] bool forbidden(ItemIx item) const noexcept;

  /// Holds for everything that is offered. `same_item`: more of what is in the basket (multi-buy).
  [[nodiscard]] Rule item(ItemIx item, bool same_item = false) const noexcept;
  /// An add-on of this price is cheaper than `main`; without one, than the dearest item (D3). 0: unknown, cannot be
  /// guarded.
  [[nodiscard]] bool passes_guard(std::int64_t price, ItemIx main) const noexcept {
    return guarded(price, main == kNoItem ? dearest_ : price_of(main));
  }
  /// The item's part of Scorer::explain: whether `source` may speak for something of this price.
  [[nodiscard]] bool may_speak(ItemIx source, std::int64_t price) const noexcept {
    auto const* const held = find(source);
    return held != nullptr && held->as_trigger == Rule::none && guarded(price, held->price);
  }
  /// `paid` for a second item is at most the policy's share of the main one.
  [[nodiscard]] bool passes_second_item_guard(std::int64_t paid, ItemIx main) const noexcept;
  /// Why `trigger` cannot be the reason of an offer of this technique.
  [[nodiscard]] Rule trigger(ItemIx trigger, Technique technique) const noexcept;
  [[nodiscard]] bool trusted() const noexcept { return sale_.shopper.visits >= bundle_.policy().trust_visits; }

  /// What the item costs in this basket: what the till charged, else the shelf price, else 0.
  [[nodiscard]] std::int64_t price_of(ItemIx item) const noexcept {
    auto const* const held = find(item);
    return held != nullptr ? held->price : 0;
  }
  /// The item scanned last, when it is for sale.
  [[nodiscard]] ItemIx last_item() const noexcept { return last_; }
  [[nodiscard]] std::int64_t quantity_milli(ItemIx item) const noexcept {
    auto const* const held = find(item);
    return held != nullptr ? held->quantity_milli : 0;
  }
  /// The basket's items, ascending; also those that were only refunded.
  [[nodiscard]] std::span<InBasket const> basket() const noexcept { return basket_; }
  [[nodiscard]] Stage stage() const noexcept { return stage_; }

 private:
  static constexpr std::size_t kMaxForbidding = 64;

  [[nodiscard]] InBasket const* find(ItemIx item) const noexcept;
  [[nodiscard]] bool guarded(std::int64_t price, std::int64_t beside) const noexcept {
    return price <= 0 || beside == 0 || price * 100 < beside * bundle_.policy().price_guard_percent;
  }
  void read_basket(std::vector<InBasket>& room) noexcept;
  void count_sold() noexcept;
  void read_clock() noexcept;
  [[nodiscard]] bool cap_reached() const noexcept;
  [[nodiscard]] bool sale_cap_reached() const noexcept;
  [[nodiscard]] Rule calendar(CampaignRules const& rules) const noexcept;
  [[nodiscard]] Rule audience(std::size_t n, CampaignRules const& rules) const noexcept;
  void find_declined() noexcept;

  Bundle const& bundle_;
  CampaignTable const& campaigns_;
  Sale const& sale_;
  Context const& context_;
  Stage stage_;
  std::span<InBasket const> basket_;
  std::uint32_t known_items_ = 0;
  ItemIx last_ = kNoItem;
  Shown const* declined_ = nullptr;
  std::int64_t dearest_ = 0;  ///< minor units; 0: no price known
  std::int64_t total_ = 0;
  bool priced_ = false;             ///< a price is known that goes into it
  std::int64_t counted_total_ = 0;  ///< without what the law leaves out
  std::int64_t seconds_ = 0;
  std::uint32_t weekday_ = 0;  ///< 0 = Monday, by the store's clock
  std::uint32_t minute_ = 0;   ///< of its day
  std::array<Range, kMaxForbidding> forbidding_{};
  std::size_t forbidding_count_ = 0;
  bool all_forbidding_ = true;  ///< they fit
};

/// True for what is known and really for sale.
[[nodiscard]] bool is_goods(Bundle const& bundle, ItemIx item) noexcept;
/// The same, and no law forbids it as a reason.
[[nodiscard]] bool may_trigger(Bundle const& bundle, ItemIx item) noexcept;

}  // namespace tillcue
