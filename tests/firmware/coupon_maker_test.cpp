#include "tillcue/firmware/coupon_maker.hpp"

#include <fstream>
#include <set>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "small_store.hpp"

namespace tillcue::terminal {
namespace {

Secret const kSecret{std::vector<std::byte>(32, std::byte{7})};
TerminalId const kTill{"till-1"};
auto const kToday = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};

CouponOrder order(std::shared_ptr<Bundle const> bundle) {
  Offer offer;
  offer.number = 2;
  offer.kind = OfferKind::coupon;
  offer.stage = Stage::tender;
  offer.item = bundle->find("jam");
  offer.reason = {ReasonCode::bought_together, bundle->find("bread"), Probability{250'000}};
  offer.discount = DiscountKind::percent;
  offer.discount_value = 20;
  offer.campaign = 0;
  return {SaleId{"17"}, {}, offer, std::move(bundle), Timestamp{std::chrono::milliseconds{1}}};
}

std::shared_ptr<Bundle const> bundle() {
  auto source = small_store();
  CampaignSource jam;
  jam.id = "jam";
  jam.terms = "One per customer";
  jam.discount = DiscountKind::percent;
  jam.value = 20;
  jam.items = {5};
  source.campaigns.push_back(jam);
  return open_bundle(source);
}

std::filesystem::path fresh_folder(char const* name) {
  auto const folder = std::filesystem::temp_directory_path() / ("tillcue-" + std::string(name));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

TEST_CASE("a coupon says its value, product, price, conditions, last day, reason, store and receipt") {
  auto const coupon = make_coupon(order(bundle()), corner_shop(), kTill, true, kSecret, kToday);
  REQUIRE(coupon);
  auto const& slip = coupon->slip;
  CHECK(slip.headline.find("20") != std::string::npos);
  CHECK(slip.product == "Jam");
  CHECK(slip.regular_price == "2.49 EUR");
  CHECK(slip.terms == "One per customer");
  CHECK(slip.valid_until == kToday + std::chrono::days(14));
  CHECK(coupon->valid_until == std::chrono::sys_seconds(kToday + std::chrono::days(15)).time_since_epoch().count() - 1);
  CHECK(slip.reason.find("Bread") != std::string::npos);
  CHECK(slip.store == "Corner Shop");
  CHECK(slip.receipt == "17");
  REQUIRE(slip.barcode);
  CHECK(slip.barcode->data.size() == 12);
  CHECK(slip.qr == slip.serial);
}

TEST_CASE("C4: a coupon says its value also under a headline of head office's that does not") {
  auto const value_under = [](char const* headline) {
    auto source = small_store();
    CampaignSource jam;
    jam.id = "jam";
    jam.headline = headline;
    jam.discount = DiscountKind::percent;
    jam.value = 20;
    jam.items = {5};
    source.campaigns.push_back(jam);
    auto const coupon = make_coupon(order(open_bundle(source)), corner_shop(), kTill, true, kSecret, kToday);
    REQUIRE(coupon);
    if (headline[0] != '\0') CHECK(coupon->slip.headline == headline);
    if (!coupon->slip.value.empty()) CHECK(pos::preview(coupon->slip, 42).find("-20 %") != std::string::npos);
    return coupon->slip.value;
  };
  CHECK(value_under("Day coupon") == "-20 %");
  CHECK(value_under("20 % off jam").empty());
  CHECK(value_under("").empty());
  CHECK(value_under("Up to 50 % off") == "-20 %");
}

TEST_CASE("C4: the regular price is written as the slip's language writes it") {
  auto store = corner_shop();
  store.language = "de";
  auto const coupon = make_coupon(order(bundle()), store, kTill, true, kSecret, kToday);
  REQUIRE(coupon);
  CHECK(coupon->slip.regular_price == "2,49 EUR");
  CHECK(pos::preview(coupon->slip, 42).find("Normalpreis 2,49 EUR") != std::string::npos);
}

TEST_CASE("a serial is the same for the same offer, another for any other, and no number in a row") {
  std::set<std::string> serials;
  for (int sale = 0; sale < 500; ++sale) {
    serials.insert(coupon_serial(kSecret, kTill, SaleId{std::to_string(sale)}, Timestamp{}, 1));
  }
  CHECK(serials.size() == 500);
  auto const one = coupon_serial(kSecret, kTill, SaleId{"1"}, Timestamp{}, 1);
  CHECK(serials.count(one) == 1);
  CHECK(coupon_serial(kSecret, TerminalId{"till-2"}, SaleId{"1"}, Timestamp{}, 1) != one);
  CHECK(coupon_serial(kSecret, kTill, SaleId{"1"}, Timestamp{}, 2) != one);
}

TEST_CASE("only the holder of the secret makes serials that are taken, and a human's copy of one is read") {
  auto const serial = coupon_serial(kSecret, kTill, SaleId{"1"}, Timestamp{}, 1);
  CHECK(is_our_serial(kSecret, serial));
  std::string copy;
  for (char c : serial) copy += c == '1' ? 'l' : c == '0' ? 'o' : c == '-' ? ' ' : static_cast<char>(std::tolower(c));
  CHECK(is_our_serial(kSecret, copy));
  CHECK_FALSE(is_our_serial(Secret{std::vector<std::byte>(32, std::byte{8})}, serial));
  for (std::size_t at = 0; at < serial.size(); ++at) {
    auto forged = serial;
    if (forged[at] == '-') continue;
    forged[at] = forged[at] == 'Z' ? 'Y' : 'Z';
    CHECK_FALSE(is_our_serial(kSecret, forged));
  }
  CHECK_FALSE(is_our_serial(kSecret, ""));
}

TEST_CASE("a secret is made once, kept, and readable by its owner only") {
  auto const file = fresh_folder("secret") / "secret";
  auto const made = Secret::load_or_make(file);
  REQUIRE(made);
  auto const again = Secret::load_or_make(file);
  REQUIRE(again);
  CHECK(made->digest("a", "x") == again->digest("a", "x"));
  CHECK(made->digest("a", "x") != made->digest("b", "x"));
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a secret that is missing, too short or cannot be made is refused with the mend") {
  auto const folder = fresh_folder("short-secret");
  CHECK(Secret::load(folder / "none").error().code == Code::not_found);
  std::ofstream(folder / "short") << "too short";
  auto const refused = Secret::load(folder / "short");
  CHECK(refused.error().code == Code::invalid);
  CHECK(refused.error().what.find("openssl rand") != std::string::npos);
  CHECK(Secret::load_or_make(folder / "no" / "such" / "secret").error().code == Code::io);
}

}  // namespace
}  // namespace tillcue::terminal
