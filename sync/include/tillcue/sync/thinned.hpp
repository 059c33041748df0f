#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "tillcue/core/outcome.hpp"
#include "tillcue/core/result.hpp"

namespace tillcue::sync {

/// What consecutive results come to when a terminal runs out of room: sums by day, in the place of their detail. One
/// event that covers the numbers of all of them (WIRE.md "thinned"), so that each is counted exactly once.
/// Units  days since 1970 in UTC; money in minor units.
struct Thinned {
  /// A sum with the sum of its squares, so that means and variances stay what they were.
  struct Sum {
    std::int64_t total = 0;
    double squares = 0;
    void add(std::int64_t value) noexcept;
  };
  struct OfferKey {
    std::int64_t day = 0;
    std::string campaign, item, type, reason;  ///< the words of WIRE.md
    friend auto operator<=>(OfferKey const&, OfferKey const&) = default;
  };
  /// Counted as reports count them: shown at the screen, not at tender; notices apart.
  struct Offers {
    std::uint64_t shown = 0, accepted = 0, declined = 0, ignored = 0, bought = 0, notices = 0;
    std::uint64_t predicted_ppm = 0;  ///< summed over those shown
    std::uint64_t printed = 0, unconfirmed = 0, dropped = 0;
  };
  struct SalesKey {
    std::int64_t day = 0;
    Arm arm = Arm::treated;
    bool decided = true;
    std::string currency;
    std::uint8_t digits = 2;
    friend auto operator<=>(SalesKey const&, SalesKey const&) = default;
  };
  struct Sales {
    std::uint64_t finished = 0, voided = 0, abandoned = 0;
    std::uint64_t hinted = 0, accepted = 0;  ///< finished sales with a hint, with an accepted one
    Sum lines, value;                        ///< of finished sales
  };

  std::uint64_t numbers = 0;  ///< of sequence numbers, its own and those right behind
  std::uint64_t lost = 0;     ///< of them: nothing is known any more
  std::uint64_t decisions = 0;
  Timestamp from{}, to{};  ///< earliest and latest result
  std::map<OfferKey, Offers> offers;
  std::map<SalesKey, Sales> sales;

  /// Adds what follows it; `other` comes right behind.
  void add(Thinned const& other);
  /// Nothing is known of `count` more numbers.
  void lose(std::uint64_t count);
};

/// Sums up results one after the other. Answers are matched with the decisions among them; one whose decision is not
/// there is counted without campaign and item.
class Thinning {
 public:
  void add(Outcome const& outcome);
  /// A result that is already sums, or that cannot be read any more.
  void add(Thinned const& sums) { sums_.add(sums); }
  void lose() { sums_.lose(1); }
  [[nodiscard]] Thinned finish();

 private:
  using Offer = std::pair<std::string, std::uint32_t>;
  struct Given {
    Thinned::OfferKey key;
    bool counts = true;  ///< shown at the screen
    Response response = Response::none;
    bool bought = false;
  };
  void take(Timestamp at, DecisionMade const& decision);
  void take(Timestamp at, OfferAnswered const& answer);
  void take(Timestamp at, CouponIssued const& coupon);
  void take(Timestamp at, SaleClosed const& sale);
  void answered(Given const& given);

  Thinned sums_;
  std::map<Offer, Given> given_;
};

/// True for the events below, whatever else is wrong with them.
[[nodiscard]] bool is_thinned(std::string_view event);
/// Errors  invalid: numbers beyond their range, more than an event can hold.
Result<std::string> encode_thinned(Thinned const& thinned);
/// Errors  invalid, naming the field.
Result<Thinned> decode_thinned(std::string_view event);

}  // namespace tillcue::sync
