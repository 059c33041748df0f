#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tillcue/firmware/checkout.hpp"

namespace tillcue::terminal {

/// The coupon of the last sale, which may be printed once more: the same bytes, the same serial, until the next sale
/// begins. Of a coupon that a cashier can still save (paper out, cover open) the end is told only then.
/// Threads one.
class LastCoupon {
 public:
  struct Slip {
    SaleId sale;
    CouponFate fate;
    std::vector<std::byte> job;
    unsigned millimetres = 0;
    std::string text;  ///< for the till's screen
  };

  /// What is to be told when all is over; empty when it is told already.
  using Told = std::function<void(CouponFate)>;

  /// A slip that came to an end the first time. With `told` its end is still open.
  void keep(Slip slip, Told told);
  /// The slip to print again.
  /// Errors  not_found (another sale's, none), rejected (was printed again already), busy (on its way).
  Result<Slip const*> again(SaleId const& sale);
  /// What became of the second print; `sent`: some of it may have come out. Tells the end where it was open.
  void ended(CouponFate fate, bool sent);
  /// A sale begins, or the terminal stops: too late for another print. Tells what is open.
  void forget();
  [[nodiscard]] bool open() const noexcept { return told_ != nullptr; }

 private:
  std::optional<Slip> slip_;
  Told told_;
  bool printing_ = false, done_ = false;
};

}  // namespace tillcue::terminal
