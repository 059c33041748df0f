#include "golden/told.hpp"

#include <array>
#include <vector>

namespace golden {

using namespace tillcue;

namespace {

constexpr std::array<std::array<std::uint32_t, 4>, 6> kBaskets{
    {{0, 0, 0, 0}, {7, 7, 7, 7}, {1, 2, 3, 4}, {39, 20, 13, 5}, {10, 30, 31, 32}, {11, 12, 13, 38}}};

std::string words(std::string_view text) { return " \"" + std::string(text) + "\""; }

void tell_ranking(Bundle const& bundle, std::vector<ItemIx> const& basket, std::string& out) {
  std::vector<std::byte> memory(Scorer::memory_needed(bundle));
  Scorer scorer(bundle, memory);
  std::array<Suggestion, 5> places{};
  auto const count = rank(bundle, scorer, basket, places);
  for (std::size_t n = 0; n < count; ++n) {
    auto const& p = places[n];
    out += "  rank " + std::string(bundle.item(p.item).sku) + " " + std::to_string(p.score) + " " +
           std::to_string(p.probability.ppm) + " ppm trigger " + std::string(bundle.item(p.reason.trigger).sku) + "\n";
  }
}

void tell_decision(Bundle const& bundle, Decision const& decision, std::string& out) {
  out += "  stage " + std::to_string(static_cast<int>(decision.stage)) + " silence " +
         std::to_string(static_cast<int>(decision.silence)) + " eligible";
  for (std::size_t n = 0; n < decision.eligible_count; ++n) {
    out += " " + std::string(bundle.item(decision.eligible[n].item).sku);
  }
  out += " propensity " + std::to_string(decision.propensity_ppm) + "\n";
  for (std::size_t n = 0; n < decision.offer_count; ++n) {
    auto const& offer = decision.offers[n];
    out += "   offer " + std::to_string(offer.number) + " " + std::string(bundle.item(offer.item).sku) + " " +
           std::to_string(offer.expected_margin_micro) + " " + std::string(bundle.campaign(offer.campaign).id) +
           words(script(bundle, offer, "en")) + words(reason(bundle, offer, "ru")) +
           words(headline(bundle, offer, "en")) + "\n";
  }
}

Sale sale_of(Bundle const& bundle, std::vector<ItemIx> const& basket, std::size_t number) {
  Sale sale;
  sale.id = SaleId{"golden-" + std::to_string(number)};
  for (std::uint32_t n = 0; n < basket.size(); ++n) {
    auto const view = bundle.item(basket[n]);
    BasketLine line;
    line.line = LineNo{n + 1};
    line.sku = Sku{std::string(view.sku)};
    line.item = basket[n];
    line.unit_price = view.price.value_or(Money{0, bundle.info().currency});
    (void)sale.basket.put(std::move(line));
  }
  return sale;
}

}  // namespace

std::string told(std::shared_ptr<Bundle const> bundle) {
  std::string out;
  Engine engine(bundle);
  for (std::size_t n = 0; n < kBaskets.size(); ++n) {
    std::vector<ItemIx> basket;
    for (auto item : kBaskets[n]) basket.push_back(ItemIx{item});
    out += "basket " + std::to_string(n) + "\n";
    tell_ranking(*bundle, basket, out);
    auto sale = sale_of(*bundle, basket, n);
    for (auto stage : {Stage::scan, Stage::subtotal, Stage::tender}) {
      auto const decision = engine.decide(sale, stage, {Timestamp{std::chrono::seconds{1'795'000'000}}});
      tell_decision(*bundle, decision, out);
      remember(sale, decision);
    }
  }
  for (int n = 0; n < 40; ++n) {
    out += engine.arm_of(SaleId{"sale-" + std::to_string(n)}) == Arm::holdout ? 'h' : 't';
  }
  return out + "\n";
}

}  // namespace golden
