#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tillcue/core/basket.hpp"
#include "tillcue/core/candidates.hpp"
#include "tillcue/core/offer.hpp"

namespace tillcue {

/// A sale gets offers, or is held out for measuring (D11).
enum class Arm : std::uint8_t { treated, holdout };

enum class Response : std::uint8_t { none, accepted, declined, ignored };

/// What has been offered in this sale and what became of it.
struct Shown {
  Offer offer;
  Response response = Response::none;
  bool withheld = false;  ///< the sale is held out: it counts for caps and repeats as if shown, and nobody saw it
};

/// One open sale: its basket and its memory of offers. Copyable, so that it can be stored and resumed.
struct Sale {
  SaleId id;
  Timestamp begun{};
  CustomerId customer;  ///< empty: nobody known
  Basket basket;
  Arm arm = Arm::treated;
  std::vector<Shown> shown;
  std::uint32_t numbers_from = 0;  ///< offers are numbered above this: a resumed sale must not reuse earlier numbers
};

/// Everything a decision may depend on besides the bundle and the sale (decision 7: replayable).
struct Context {
  Timestamp now{};
};

/// Why nothing was offered.
enum class Silence : std::uint8_t {
  none,  ///< something was offered
  holdout,
  cap_reached,
  too_few_items,
  nothing_fits,  ///< candidates there were; a rule stopped every one
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
  std::array<Offer, 3> offers{};  ///< [0] is the one that counts; up to two more to look at
  /// Probability with which this choice was made. The only chance in it is the arm: with a holdout of 50 permille an
  /// offer has 950'000, the silence of a held-out sale 50'000; whatever both arms would do alike has 1'000'000.
  std::uint32_t propensity_ppm = 1'000'000;
};

/// Decides what to offer. One per bundle in force. The rules are in core/README.md.
/// Threads  one.  decide() is noexcept and allocates nothing.
class Engine {
 public:
  /// Allocates the scorer's memory once. Shares the bundle.
  explicit Engine(std::shared_ptr<Bundle const> bundle);

  [[nodiscard]] Bundle const& bundle() const noexcept { return *bundle_; }
  [[nodiscard]] std::shared_ptr<Bundle const> share() const noexcept { return bundle_; }

  /// Holdout or not: a keyed hash of (policy salt, sale id), so that it can be checked later.
  [[nodiscard]] Arm arm_of(SaleId const& sale) const noexcept;
  /// Looks the basket's SKUs up again; needed once after the bundle changed under an open sale.
  /// `before` is the bundle the sale was bound to: with it, what has been shown stays known by its SKU and is not
  /// repeated; without it, shown offers still count against the caps but lose their item and campaign.
  void rebind(Sale& sale, Bundle const* before = nullptr) const noexcept;

  /// Pure in (bundle, sale, stage, context). Nothing is remembered here: the caller records what it shows by
  /// remember(). Cost  one row when the basket only grew by an item since the last call, else all its rows.
  [[nodiscard]] Decision decide(Sale const& sale, Stage stage, Context const& context) noexcept;

 private:
  void hold(Basket const& basket) noexcept;

  std::shared_ptr<Bundle const> bundle_;
  std::unique_ptr<std::byte[]> memory_;
  Scorer scorer_;
  std::vector<ItemIx> held_;    ///< what the scorer holds, in the order of the lines, so that a scan costs one row
  std::vector<ItemIx> wanted_;  ///< the same of the basket being decided
};

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
