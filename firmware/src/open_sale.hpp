#pragma once

#include <optional>
#include <vector>

#include "tillcue/firmware/checkout.hpp"

namespace tillcue::terminal {

enum class Checkout::Phase : std::uint8_t { scanning, totalled, paying, closed };
enum class Checkout::Event : std::uint8_t { line_put, line_removed, subtotal, tender, finish, voided };

/// One row of the checkout's flow.
struct Checkout::Step {
  Phase from;
  Event event;
  Phase to;
  void (Checkout::*act)(OpenSale&);
};

/// One answer of the engine, and what is noted of it.
struct Checkout::Asked {
  Decision decision;
  Context context;
  std::uint32_t micros = 0;
  std::string replay;  ///< where there is something to record
};

/// A sale under way: the engine's memory of it, and what the counter shows of it.
struct Checkout::OpenSale {
  Sale sale;
  Phase phase = Phase::scanning;
  std::uint32_t decisions = 0;
  std::vector<Offer> cards;  ///< on the screen now: the hint itself, then those one may only look at
  SteadyTime cards_since{}, cards_until{};
  Context cards_context;        ///< they were decided in; its live words may be gone
  bool subtotal_waits = false;  ///< until the hint that has just appeared was read
  SteadyTime opened{};
  bool tendered = false;
  std::optional<CouponOrder> coupon;  ///< decided at tender, printed when the sale is finished
  std::string coupon_campaign;        ///< whose budget it has taken from
  std::int64_t coupon_cost = 0;
  /// What was taken from budgets for offers on the screen.
  struct Cost {
    std::uint32_t offer = 0;
    std::string campaign;
    std::int64_t minor = 0;
  };
  std::vector<Cost> costs;
  std::optional<std::int64_t> total_minor;  ///< as the till counts it
  std::uint32_t coupons = 0;

  Shown* find_shown(std::uint32_t offer);
};

}  // namespace tillcue::terminal
