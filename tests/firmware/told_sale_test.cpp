#include "told_sale.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "tillcue/core/card_number.hpp"
#include "tillcue/sync/results.hpp"

namespace tillcue::terminal {
namespace {

Secret secret_of(char fill) { return Secret(std::vector<std::byte>(Secret::kLeast, static_cast<std::byte>(fill))); }

TEST_CASE("a sale's number that looks like a card's leaves as a keyed digest, each as its own, others as they are") {
  auto const secret = secret_of('a');
  CHECK(told_sale(secret, SaleId{"2026-11-29/0042"}).value == "2026-11-29/0042");
  std::set<std::string> names;
  int cards = 0;
  for (std::uint64_t n = 4'111'111'111'000'000; n < 4'111'111'111'001'000; ++n) {
    SaleId const sale{std::to_string(n)};
    auto const name = told_sale(secret, sale);
    CHECK_FALSE(looks_like_card_number(name.value));
    cards += name == sale ? 0 : 1;
    names.insert(name.value);
    CHECK(told_sale(secret, sale) == name);
    CHECK(told_sale(secret, name) == name);
  }
  CHECK(cards == 100);
  CHECK(names.size() == 1'000);
  SaleId const card{"4111111111111111"};
  CHECK(told_sale(secret, card) != told_sale(secret_of('b'), card));
}

TEST_CASE("every result of such a sale has the same number, no replay record, and travels") {
  auto const secret = secret_of('a');
  SaleId const card{"4111111111111111"};
  DecisionMade decision;
  decision.sale = card;
  decision.replay = "AAAA";
  SaleClosed closed;
  closed.sale = card;
  auto const first = told(secret, {Timestamp{}, decision});
  auto const second = told(secret, {Timestamp{}, closed});
  CHECK(std::get<DecisionMade>(first.what).sale == std::get<SaleClosed>(second.what).sale);
  CHECK(std::get<DecisionMade>(first.what).replay.empty());
  CHECK(sync::encode_event(first));
  CHECK_FALSE(sync::encode_event({Timestamp{}, decision}));
  decision.sale = SaleId{"7"};
  CHECK(std::get<DecisionMade>(told(secret, {Timestamp{}, decision}).what).replay == "AAAA");
}

}  // namespace
}  // namespace tillcue::terminal
