#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "small_store.hpp"
#include "tillcue/firmware/checkout.hpp"

namespace tillcue::terminal {

using namespace std::chrono_literals;

/// A till with everything around the checkout played by the test, the clock included.
struct Counter {
  Timestamp now{std::chrono::milliseconds{1'700'000'000'000}};  // a Tuesday, 22:13:20 UTC
  std::chrono::milliseconds put{0};                             // how far the clock on the wall was put off it
  std::int32_t utc_offset = 0;
  std::uint8_t channels = 0xFF;
  bool disk = true;                       // takes what is to be kept
  std::map<std::string, Allotment> kept;  // of budgets
  std::vector<pos::HintBoard> boards;
  std::vector<Outcome> outcomes;
  std::vector<CouponOrder> orders;
  std::vector<std::function<void(CouponFate)>> printing;
  Checkout checkout{corner_shop(),
                    8s,
                    {.now = [this] { return now + put; },
                     .micros = [] { return std::uint64_t{7}; },
                     .show = [this](pos::HintBoard const& board) { boards.push_back(board); },
                     .record = [this](Outcome const& outcome) { outcomes.push_back(outcome); },
                     .pseudonym = [](CustomerId const& customer) { return "pseudonym-of-" + customer.value; },
                     .print =
                         [this](CouponOrder order, std::function<void(CouponFate)> done) {
                           orders.push_back(std::move(order));
                           printing.push_back(std::move(done));
                         },
                     .utc_offset = [this](Timestamp) { return utc_offset; },
                     .channels = [this] { return channels; },
                     .keep_spent =
                         [this](std::map<std::string, Allotment> const& spent) {
                           if (disk) kept = spent;
                           return disk;
                         },
                     .steady = [this] { return moment(); }},
                    TerminalId{"till-1"}};

  explicit Counter(BundleSource const& source = small_store()) { checkout.use(open_bundle(source), 12); }

  [[nodiscard]] SteadyTime moment() const { return SteadyTime{now.time_since_epoch()}; }
  Result<void> begin(std::string const& sale = "1") { return checkout.on(pos::Begin{SaleId{sale}}); }
  Result<void> add(std::uint32_t line, char const* sku, std::int64_t milli = 1000, std::string const& sale = "1") {
    return checkout.on(pos::PutLine{SaleId{sale}, LineNo{line}, Sku{sku}, Quantity{milli}});
  }
  Result<void> know(pos::SetCustomer facts) { return checkout.on(facts); }
  Result<void> subtotal() { return checkout.on(pos::Subtotal{SaleId{"1"}}); }
  Result<void> finish(std::string const& sale = "1") { return checkout.on(pos::Finish{SaleId{sale}}); }
  Result<void> answer(std::uint32_t offer, bool accepted) {
    return checkout.on(pos::Answer{SaleId{"1"}, offer, accepted});
  }
  [[nodiscard]] std::vector<pos::HintCard> cards() const {
    return boards.empty() ? std::vector<pos::HintCard>{} : boards.back().cards;
  }
  template <class T>
  [[nodiscard]] std::vector<T> recorded() const {
    std::vector<T> found;
    for (auto const& outcome : outcomes) {
      if (auto const* it = std::get_if<T>(&outcome.what)) found.push_back(*it);
    }
    return found;
  }
};

/// A campaign of one type on one item of the small store; what is not said is as in CampaignRules.
inline CampaignSource campaign(char const* id, OfferType type, Stage stage, std::uint32_t target) {
  CampaignSource made;
  made.id = id;
  made.type = type;
  made.stages = mask_of(stage);
  made.items = {target};
  return made;
}

/// -20 % on butter (item 4) at the next visit.
inline BundleSource with_coupons() {
  auto source = small_store();
  auto butter = campaign("butter-20", OfferType::coupon, Stage::tender, 4);
  butter.headline = "-20 %";
  butter.terms = "One per customer";
  butter.discount = DiscountKind::percent;
  butter.value = 20;
  source.campaigns.push_back(butter);
  return source;
}

}  // namespace tillcue::terminal
