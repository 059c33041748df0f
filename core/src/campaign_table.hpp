#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "tillcue/core/engine.hpp"

namespace tillcue {

/// The bundle's campaigns laid out for deciding: their rules by number, and which of them an item concerns.
/// Owns its memory, taken once. Borrows the bundle.
class CampaignTable {
 public:
  /// What one basket makes of a campaign.
  struct Chance {
    bool runs = false;
    std::uint32_t times = 0;   ///< offered in this sale
    ItemIx trigger = kNoItem;  ///< the dearest of the basket's items that trigger it
    std::int64_t trigger_price = 0;
    std::int64_t quantity_milli = 0;  ///< of all its triggers in the basket
  };

  struct Concern {
    std::span<std::uint16_t const> by_item, by_category, any;
  };

  CampaignTable(Bundle const& bundle, Place const& place);

  [[nodiscard]] std::size_t size() const noexcept { return rules_.size(); }
  /// True when a campaign of this type runs here at any time.
  [[nodiscard]] bool any(OfferType type) const noexcept { return (types_ >> static_cast<unsigned>(type) & 1U) != 0; }
  [[nodiscard]] CampaignRules const& rules(std::size_t n) const noexcept { return rules_[n]; }
  /// False when it runs in other places only.
  [[nodiscard]] bool here(std::size_t n) const noexcept { return here_[n] != 0; }
  [[nodiscard]] bool has_triggers(std::size_t n) const noexcept { return triggered_[n] != 0; }
  [[nodiscard]] bool has_segments(std::size_t n) const noexcept { return segmented_[n] != 0; }
  [[nodiscard]] bool has_partner(std::size_t n) const noexcept { return partnered_[n] != 0; }
  /// What a terminal without a share may give away for it: its own free allotment and its partner's.
  [[nodiscard]] Allotment free(std::size_t n) const noexcept { return free_[n]; }
  [[nodiscard]] bool for_segment(std::size_t n, std::string_view segment) const noexcept;

  [[nodiscard]] Concern targeting(ItemIx item) const noexcept { return concern(targets_, item); }
  [[nodiscard]] Concern triggered_by(ItemIx item) const noexcept { return concern(triggers_, item); }
  /// True when campaigns sell the item here, by its name or category, and every one of them to those only who trust us.
  /// One that is over at `now` (seconds since 1970) sells nothing any more; one that is to come keeps its item already.
  [[nodiscard]] bool sold_on_trust(ItemIx item, std::int64_t now) const noexcept;
  /// True when the campaign names the item, or its category, among what it is of.
  [[nodiscard]] static bool names(Concern const& concern, std::uint16_t campaign) noexcept;

  /// The target items, when they are few and no category is targeted besides.
  [[nodiscard]] std::span<ItemIx const> few_targets(std::size_t n) const noexcept;

  /// Those that are tried at this stage, in their order.
  [[nodiscard]] std::span<std::uint16_t const> at(Stage stage) const noexcept {
    return at_stage_[static_cast<std::size_t>(stage)];
  }

  /// Scratch of the decision being made, one a campaign.
  [[nodiscard]] std::span<Chance> chances() noexcept { return chances_; }

 private:
  using Pairs = std::vector<std::pair<std::uint32_t, std::uint16_t>>;
  /// Campaigns by item: sorted keys, where each key's campaigns begin, and the campaigns. Most items have none, which a
  /// bit an item says.
  struct ByItem {
    std::vector<std::uint64_t> named;
    std::vector<std::uint32_t> keys;
    std::vector<std::uint32_t> begins;
    std::vector<std::uint16_t> campaigns;

    void fill(Pairs& pairs, std::size_t items);
    [[nodiscard]] std::span<std::uint16_t const> of(std::uint32_t item) const noexcept {
      bool const any = item / 64 < named.size() && (named[item / 64] >> item % 64 & 1U) != 0;
      return any ? find(item) : std::span<std::uint16_t const>{};
    }
    [[nodiscard]] std::span<std::uint16_t const> find(std::uint32_t item) const noexcept;
  };
  /// Where each category's campaigns begin, and the campaigns.
  struct ByCategory {
    std::vector<std::uint32_t> begins;
    std::vector<std::uint16_t> campaigns;

    void fill(Pairs& pairs, std::size_t categories);
    [[nodiscard]] std::span<std::uint16_t const> of(std::uint32_t category) const noexcept {
      if (std::size_t{category} + 1 >= begins.size()) return {};
      return std::span(campaigns).subspan(begins[category], begins[category + 1] - begins[category]);
    }
  };
  struct Index {
    ByItem items;
    ByCategory categories;
    std::vector<std::uint16_t> any;
  };

  void read(std::size_t n, Place const& place);
  [[nodiscard]] Concern concern(Index const& index, ItemIx item) const noexcept;

  Bundle const* bundle_;
  bool on_trust_ = false;    ///< any campaign that runs here needs it
  std::uint16_t types_ = 0;  ///< of campaigns that run here, a bit for each OfferType
  std::vector<CampaignRules> rules_;
  std::vector<std::uint8_t> here_, triggered_, segmented_, partnered_;
  std::vector<Allotment> free_;
  std::vector<Chance> chances_;
  std::array<std::vector<std::uint16_t>, kStages> at_stage_;
  std::vector<ItemIx> few_;
  std::vector<std::uint32_t> few_begins_;
  Index targets_, triggers_;
};

}  // namespace tillcue
