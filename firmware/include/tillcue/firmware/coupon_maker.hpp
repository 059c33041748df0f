#pragma once

#include <chrono>
#include <string>

#include "tillcue/core/result.hpp"
#include "tillcue/firmware/checkout.hpp"
#include "tillcue/firmware/secret.hpp"
#include "tillcue/pos/coupon.hpp"

namespace tillcue::terminal {

/// A coupon ready for paper.
struct Coupon {
  pos::CouponSlip slip;
  std::int64_t valid_until = 0;  ///< seconds since 1970: the end of the last day, local time taken as it is printed
};

/// Fills the slip from the offer, its campaign and the store.
/// `today` is the store's local date.
/// Errors  invalid (a text the slip cannot carry).
Result<Coupon> make_coupon(CouponOrder const& order, StoreConfig const& store, TerminalId const& terminal, bool with_qr,
                           Secret const& secret, std::chrono::sys_days today);

/// Twelve letters and digits (Crockford's alphabet: no I, L, O, U) in three groups: 40 bits that name the coupon and
/// 20 bits that only the holder of the secret can compute. Not sequential; the same sale and offer give the same
/// serial, so a reprint is no second coupon.
std::string coupon_serial(Secret const& secret, TerminalId const& terminal, SaleId const& sale, Timestamp at,
                          std::uint32_t offer);
/// True when `serial` was made with this secret. Case, blanks and dashes do not matter; I and L read as 1, O as 0.
bool is_our_serial(Secret const& secret, std::string_view serial);

}  // namespace tillcue::terminal
