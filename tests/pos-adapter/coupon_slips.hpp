#pragma once

#include "tillcue/pos/coupon.hpp"

namespace tillcue::pos {

inline CouponSlip english_slip() {
  using namespace std::chrono;
  CouponSlip slip;
  slip.store = "Corner Market, 12 High Street";
  slip.headline = "-20 %";
  slip.product = "Rye crispbread with sesame 250 g";
  slip.regular_price = "2.55 EUR";
  slip.terms = "One per customer. Not with other offers. No cash value.";
  slip.valid_from = sys_days{2026y / November / 22};
  slip.valid_until = sys_days{2026y / December / 5};
  slip.reason = "Because customers who buy cream cheese often take it too.";
  slip.serial = "7KQ2M9XR4T";
  slip.receipt = "000481";
  slip.barcode = Barcode{BarcodeKind::code128, "7KQ2M9XR4T"};
  slip.qr = "https://market.example/c/7KQ2M9XR4T";
  return slip;
}

inline CouponSlip russian_slip() {
  auto slip = english_slip();
  slip.store = "Магазин «Уголок», ул. Мира, 12";
  slip.headline = "Скидка 20 %";
  slip.product = "Хлебцы ржаные с кунжутом 250 г";
  slip.regular_price = "89.90 RUB";
  slip.terms = "Один купон на покупку. Не суммируется с другими акциями.";
  slip.reason = "Потому что к творожному сыру их часто берут вместе.";
  slip.barcode = Barcode{BarcodeKind::ean13, "2912345678906"};
  slip.language = "ru";
  return slip;
}

}  // namespace tillcue::pos
