#include "last_coupon.hpp"

#include <utility>

namespace tillcue::terminal {

void LastCoupon::keep(Slip slip, Told told) {
  forget();
  slip_ = std::move(slip);
  told_ = std::move(told);
  printing_ = done_ = false;
}

Result<LastCoupon::Slip const*> LastCoupon::again(SaleId const& sale) {
  if (!slip_ || !(slip_->sale == sale)) {
    return fail(Code::not_found, "sale \"" + sale.value +
                                     "\" has no coupon to print again: only the last sale's can be, until the next "
                                     "one begins");
  }
  if (printing_) return fail(Code::busy, "the coupon is on its way already");
  if (done_) return fail(Code::rejected, "the coupon was printed a second time already");
  printing_ = true;
  return &*slip_;
}

void LastCoupon::ended(CouponFate fate, bool sent) {
  printing_ = false;
  if (!slip_) return;  // the next sale has begun meanwhile
  done_ = sent;
  if (!sent) return;  // nothing has come out: it may be asked for again
  slip_->fate = std::move(fate);
  if (auto const told = std::exchange(told_, nullptr)) told(slip_->fate);
}

void LastCoupon::forget() {
  auto const slip = std::exchange(slip_, std::nullopt);
  if (auto const told = std::exchange(told_, nullptr); told && slip) told(slip->fate);
}

}  // namespace tillcue::terminal
