#include "tillcue/firmware/coupon_maker.hpp"

#include <charconv>

#include "tillcue/core/card_number.hpp"
#include "tillcue/core/promise.hpp"

namespace tillcue::terminal {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr int kNameBits = 40;
constexpr int kCheckBits = 20;

std::uint64_t first_bits(std::string_view hex, int bits) {
  std::uint64_t value = 0;
  std::from_chars(hex.data(), hex.data() + 16, value, 16);
  return value >> (64 - bits);
}

std::string spell(std::uint64_t value, int letters) {
  std::string text(static_cast<std::size_t>(letters), '0');
  for (auto it = text.rbegin(); it != text.rend(); ++it, value >>= 5) *it = kCrockford[value & 31];
  return text;
}

std::string check_of(Secret const& secret, std::string const& name) {
  return spell(first_bits(secret.digest("serial-check", name), kCheckBits), kCheckBits / 5);
}

/// As Crockford says a human's copy is to be read; other characters stay and will not match.
std::string read_back(std::string_view serial) {
  std::string text;
  for (char c : serial) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'I' || c == 'L') c = '1';
    if (c == 'O') c = '0';
    text += c;
  }
  return text;
}

/// What the coupon is worth, unless head office's own headline says so already (C4).
std::string value_beside(Bundle const& bundle, Offer const& offer, std::string_view own, std::string_view language) {
  if (own.empty() || offer.discount == DiscountKind::none) return {};
  auto const promise = promise_of(own, offer.discount, offer.discount_value, bundle.info().currency);
  if (promise == Promise::kept) return {};
  auto plain = offer;
  plain.campaign = Offer::kNoCampaign;
  return headline(bundle, plain, language);
}

}  // namespace

std::string coupon_serial(Secret const& secret, TerminalId const& terminal, SaleId const& sale, Timestamp at,
                          std::uint32_t offer) {
  auto const what = terminal.value + "\n" + sale.value + "\n" + std::to_string(at.time_since_epoch().count()) + "\n" +
                    std::to_string(offer);
  auto const name = spell(first_bits(secret.digest("serial-name", what), kNameBits), kNameBits / 5);
  return name.substr(0, 4) + "-" + name.substr(4) + "-" + check_of(secret, name);
}

bool is_our_serial(Secret const& secret, std::string_view serial) {
  auto const text = read_back(serial);
  constexpr std::size_t kName = kNameBits / 5;
  return text.size() == kName + kCheckBits / 5 && check_of(secret, text.substr(0, kName)) == text.substr(kName);
}

Result<Coupon> make_coupon(CouponOrder const& order, StoreConfig const& store, TerminalId const& terminal, bool with_qr,
                           Secret const& secret, std::chrono::sys_days today) {
  auto const& bundle = *order.bundle;
  auto const item = bundle.item(order.offer.item);
  bool const has_campaign = order.offer.campaign != Offer::kNoCampaign;
  auto const campaign = has_campaign ? bundle.campaign(order.offer.campaign) : CampaignView{};

  Coupon coupon;
  auto& slip = coupon.slip;
  slip.store = store.name;
  slip.language = store.language;
  slip.headline = campaign.headline.empty() ? headline(bundle, order.offer, store.language) : campaign.headline;
  slip.product = item.name;
  slip.value = value_beside(bundle, order.offer, campaign.headline, store.language);
  if (item.price) slip.regular_price = spoken_money(*item.price, store.language);
  slip.terms = campaign.terms;
  slip.valid_from = today;
  slip.valid_until = today + std::chrono::days(campaign.valid_days);
  slip.reason = reason(bundle, order.offer, store.language);
  slip.serial = coupon_serial(secret, terminal, order.sale, order.at, order.offer.number);
  if (!looks_like_card_number(order.sale.value)) slip.receipt = order.sale.value;
  slip.barcode = pos::Barcode{pos::BarcodeKind::code128, read_back(slip.serial)};
  if (with_qr) slip.qr = slip.serial;
  auto const end = std::chrono::sys_seconds(*slip.valid_until + std::chrono::days(1)) - std::chrono::seconds(1);
  coupon.valid_until = end.time_since_epoch().count();
  if (auto const fine = pos::check(slip); !fine) return tl::unexpected(fine.error().within("coupon"));
  return coupon;
}

}  // namespace tillcue::terminal
