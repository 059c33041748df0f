#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tillcue/core/basket.hpp"
#include "tillcue/core/candidates.hpp"
#include "tillcue/core/live.hpp"
#include "tillcue/core/offer.hpp"

namespace tillcue {

class CampaignTable;
struct InBasket;

/// A point on a clock that nobody sets: for pauses and paces within a sale, where a Timestamp may jump.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::milliseconds>;

/// A sale gets offers, or is held out for measuring (D11).
enum class Arm : std::uint8_t { treated, holdout };

enum class Response : std::uint8_t { none, accepted, declined, ignored };

/// What has been offered in this sale and what became of it.
struct Shown {
  Offer offer;
  Response response = Response::none;
  bool withheld = false;  ///< the sale is held out: it counts for caps and repeats as if shown, and nobody saw it
  SteadyTime at{};
};

/// Something the customer buys on most visits (L14).
struct UsualItem {
  Sku sku;
  ItemIx item = kNoItem;
  Probability share{};  ///< of the customer's visits
};

/// What is known of the customer of a sale; as built: nothing.
struct Shopper {
  std::uint16_t visits = 0;  ///< before this one
  std::string segment;
  bool no_paper = false;          ///< wants nothing printed (D12)
  std::uint16_t hints_today = 0;  ///< in earlier sales of the day
  std::uint16_t coupons_today = 0;
  std::vector<std::pair<std::string, std::uint16_t>> campaigns_today;  ///< how often each was offered
  std::vector<UsualItem> usual;
};

/// How fast the cashier scans: the times of the last few scans.
class ScanPace {
 public:
  void scanned(SteadyTime at) noexcept;
  /// Scans a minute over the last few; 0 until there are enough of them or when the last is long ago.
  [[nodiscard]] std::uint32_t per_minute(SteadyTime now) const noexcept;
  /// The scans it remembers, oldest first.
  [[nodiscard]] std::span<SteadyTime const> times() const noexcept { return std::span(times_).last(count_); }

 private:
  static constexpr std::size_t kKept = 5;
  std::array<SteadyTime, kKept> times_{};
  std::size_t count_ = 0;
};

/// One open sale: its basket and its memory of offers. Copyable, so that it can be stored and resumed.
struct Sale {
  SaleId id;
  Timestamp begun{};
  CustomerId customer;  ///< empty: nobody known
  Shopper shopper;
  Basket basket;
  Arm arm = Arm::treated;
  std::vector<Shown> shown;
  ScanPace pace;
  std::uint32_t numbers_from = 0;  ///< offers are numbered above this: a resumed sale must not reuse earlier numbers
};

/// Where an engine stands: names as in a campaign's places.
struct Place {
  std::string store, group, terminal;
};

/// Everything a decision may depend on besides the bundle, the place and the sale (decision 7: replayable).
struct Context {
  Timestamp now{};
  std::int32_t utc_offset_minutes = 0;  ///< of the store's clock
  std::uint64_t seed = 0;               ///< of what is chosen at random
  std::uint8_t channels = 0xFF;         ///< that work now, a bit for each Channel
  Live const* live = nullptr;  ///< bound to the same bundle; nullptr: nothing stopped or out of stock, free allotments

  static constexpr std::uint8_t kDrawn = 0xFF;
  /// Which of the eligible is taken instead of drawing, to ask what else could have been said (0: the best; beyond the
  /// last: the last). The propensity stays that of the draw, 0 for what it never makes. No part of a replay record.
  std::uint8_t choice = kDrawn;
  /// The same moment for pauses and paces; unset: `now` is, by a clock that does not jump.
  std::optional<SteadyTime> steady = {};

  [[nodiscard]] SteadyTime moment() const noexcept { return steady.value_or(SteadyTime{now.time_since_epoch()}); }
};

/// Why nothing was offered.
enum class Silence : std::uint8_t {
  none,  ///< something was offered
  holdout,
  cap_reached,
  too_few_items,
  nothing_fits,  ///< candidates there were; a rule stopped every one
  busy,          ///< the cashier scans too fast to talk (D13)
  cooling_down,  ///< the last prompt is too recent
  no_channel,    ///< nothing to show or print it on, or the customer wants no paper
};

/// The rule that stopped a candidate or a campaign. What it means in full: core/README.md.
enum class Rule : std::uint8_t {
  none,
  // of a campaign
  not_started,
  ended,
  weekday,
  daypart,
  place,
  segment,
  audience,
  visits,
  basket_too_small,
  basket_too_large,
  stopped,
  budget,
  per_sale,
  per_customer_day,
  no_trigger,
  too_few_triggers,
  channel,
  nothing_accepted,
  threshold_reached,
  threshold_far,
  threshold_not_reached,
  not_likely,  ///< none of its targets ranks for this basket
  // of an item
  in_basket,
  shown_before,
  age_restricted,
  excluded,
  not_for_sale,
  out_of_stock,
  probably_out_of_stock,  ///< it usually sells here and has not for far longer than chance allows
  never_beside,
  category_silent,
  technique,
  never_trigger,  ///< the law forbids it as the reason of anything
  improbable,
  price_guard,
  second_item_guard,
  trigger_used,
  gap,
  trust,
  not_dearer,
  not_cheaper,
  worth_little,  ///< an upsell that brings far less than the best cross-sell
  outranked,     ///< passed every rule; others are worth more
};

inline constexpr std::size_t kRules = 44;
/// "cap_reached": the word of files, wires and reports.
[[nodiscard]] std::string_view to_text(Silence silence) noexcept;
/// "price_guard".
[[nodiscard]] std::string_view to_text(Rule rule) noexcept;

/// Is told of everything that was considered and is not offered, for `campaign explain`.
class Witness {
 public:
  virtual ~Witness() = default;
  /// A whole campaign when `item` is kNoItem; an item by itself when `campaign` is Offer::kNoCampaign.
  virtual void stopped(ItemIx item, std::uint16_t campaign, Rule rule) noexcept = 0;
};

/// One decision with all that is needed to measure it later.
struct Decision {
  static constexpr std::size_t kMaxEligible = 8;

  Stage stage = Stage::scan;
  Arm arm = Arm::treated;
  Silence silence = Silence::none;
  std::uint8_t eligible_count = 0;
  std::array<Scored, kMaxEligible> eligible{};  ///< passed every rule, best first (also when held out)
  std::uint8_t offer_count = 0;
  std::array<Offer, 3> offers{};  ///< [0] is the one that counts; up to two more to look at, which cost nobody anything
  bool explored = false;          ///< [0] was drawn from the eligible instead of taken from their top
  /// Probability with which this choice was made: the arm's chance (with a holdout of 50 permille 950'000 for an offer,
  /// 50'000 for the silence of a held-out sale) times the chance of this choice among the eligible. Whatever both arms
  /// would do alike, and what nothing else could have been chosen for, has 1'000'000.
  std::uint32_t propensity_ppm = 1'000'000;
  std::int64_t cost_minor = 0;  ///< the most that offers[0] can cost its budget
  SteadyTime at{};
};

/// Decides what to offer. One per bundle in force. The rules are in core/README.md.
/// Threads  one.  decide() is noexcept and allocates nothing.
class Engine {
 public:
  /// Allocates all it will need. Shares the bundle.
  explicit Engine(std::shared_ptr<Bundle const> bundle, Place place = {});
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  [[nodiscard]] Bundle const& bundle() const noexcept { return *bundle_; }
  [[nodiscard]] std::shared_ptr<Bundle const> share() const noexcept { return bundle_; }
  [[nodiscard]] Place const& place() const noexcept { return place_; }

  /// Holdout or not: a keyed hash of (policy salt, sale id), so that it can be checked later; of the customer where the
  /// policy holds out persons and one is known.
  [[nodiscard]] Arm arm_of(SaleId const& sale, CustomerId const& customer = {}) const noexcept;
  /// Looks the SKUs of basket and customer up again; needed after either changed its bundle.
  /// `before` is the bundle the sale was bound to: with it, what has been shown stays known by its SKU and is not
  /// repeated; without it, shown offers still count against the caps but lose their item and campaign.
  void rebind(Sale& sale, Bundle const* before = nullptr) const noexcept;

  /// Pure in (bundle, place, sale, stage, context). Nothing is remembered here: the caller records what it shows by
  /// remember(). Cost  one row when the basket only grew by an item since the last call, else all its rows.
  /// Borrows `witness` for the call.
  [[nodiscard]] Decision decide(Sale const& sale, Stage stage, Context const& context,
                                Witness* witness = nullptr) noexcept;

  /// An offer of a scan or subtotal as it reads for the sale's basket now: the amount to a threshold or of an upgrade
  /// brought up to date, what is bought of a set left out. Nothing once its ground is gone: what it goes with, the
  /// pieces or the amount its campaign asks for; or once it is taken(), of a notice any of what it asks for. `then`:
  /// the context it was made in, so that a happy hour's offer lasts until it is answered; stops, budgets and stock are
  /// not asked again.
  [[nodiscard]] std::optional<Offer> standing(Sale const& sale, Offer const& offer, Context const& then) noexcept;

 private:
  void hold(Basket const& basket) noexcept;

  std::shared_ptr<Bundle const> bundle_;
  Place place_;
  std::unique_ptr<std::byte[]> memory_;
  Scorer scorer_;
  std::unique_ptr<CampaignTable> campaigns_;
  std::vector<ItemIx> held_;    ///< what the scorer holds, in the order of the lines, so that a scan costs one row
  std::vector<ItemIx> wanted_;  ///< the same of the basket being decided
  std::vector<InBasket> room_;  ///< for the rules to look at the basket
};

/// The stages at which offers of this type are tried, a bit for each Stage.
[[nodiscard]] std::uint8_t stages_of(OfferType type) noexcept;

/// What is bought of an item: all its lines together, less what is refunded; 0 or below: nothing of it.
[[nodiscard]] Quantity bought(Basket const& basket, ItemIx item) noexcept;
/// What the offer asks for is in the basket, refunds taken off: its item; more of the same, as many as it asks for.
[[nodiscard]] bool taken(Bundle const& bundle, Offer const& offer, Basket const& basket) noexcept;

/// Puts the decision's main offer into the sale's memory; returns it, or nullptr when there was none to show. What a
/// held-out sale was not shown is remembered as well, so that both arms meet the same caps and stay comparable.
/// Borrowed  until the next remember().
Offer const* remember(Sale& sale, Decision const& decision);

/// One place of the main ranking, with nothing but the model's word on it.
struct Suggestion {
  ItemIx item = kNoItem;
  Score score = 0;
  Probability probability{};
  Reason reason{};
};

/// The most that rank() fills.
inline constexpr std::size_t kMaxRank = 256;

/// The main ranking without policy, for `score --raw` and the judges: the top of the scorer with probabilities and
/// reasons, never an item of the basket. Leaves the scorer holding `basket`. Returns how many of `out` were filled.
std::size_t rank(Bundle const& bundle, Scorer& scorer, std::span<ItemIx const> basket,
                 std::span<Suggestion> out) noexcept;

}  // namespace tillcue
