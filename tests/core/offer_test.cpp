#include "tillcue/core/offer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "phrases.hpp"
#include "tillcue/core/promise.hpp"

using namespace tillcue;

namespace {
Offer offer_of(std::uint32_t item, std::uint32_t trigger, std::int64_t price, std::uint32_t ppm) {
  Offer offer;
  offer.item = ItemIx{item};
  offer.price = {price, {{'E', 'U', 'R'}, 2}};
  offer.reason = {ReasonCode::bought_together, ItemIx{trigger}, {ppm}};
  return offer;
}
}  // namespace

TEST_CASE("a share is said in small numbers, never more precisely than it is known") {
  struct Row {
    std::uint32_t ppm;
    char const* english;
    char const* russian;
  };
  for (auto const& row : std::initializer_list<Row>{{1'000'000, "more than 9 in 10", "более 9 из 10"},
                                                    {930'001, "more than 9 in 10", "более 9 из 10"},
                                                    {900'000, "about 9 in 10", "примерно 9 из 10"},
                                                    {800'000, "about 4 in 5", "примерно 4 из 5"},
                                                    {750'000, "about 3 in 4", "примерно 3 из 4"},
                                                    {660'000, "about 2 in 3", "примерно 2 из 3"},
                                                    {500'000, "about 1 in 2", "примерно 1 из 2"},
                                                    {410'000, "about 2 in 5", "примерно 2 из 5"},
                                                    {330'000, "about 1 in 3", "примерно 1 из 3"},
                                                    {250'000, "about 1 in 4", "примерно 1 из 4"},
                                                    {100'000, "about 1 in 10", "примерно 1 из 10"},
                                                    {85'000, "about 1 in 12", "примерно 1 из 12"},
                                                    {40'000, "about 1 in 25", "примерно 1 из 25"},
                                                    {21'500, "about 1 in 45", "примерно 1 из 45"},
                                                    {4'000, "about 1 in 250", "примерно 1 из 250"},
                                                    {1'000, "about 1 in 1000", "примерно 1 из 1000"},
                                                    {999, "fewer than 1 in 1000", "реже чем 1 из 1000"},
                                                    {0, "fewer than 1 in 1000", "реже чем 1 из 1000"}}) {
    CHECK(spoken_share({row.ppm}, "en") == row.english);
    CHECK(spoken_share({row.ppm}, "ru") == row.russian);
  }
  CHECK(spoken_share({250'000}, "xx") == "about 1 in 4");
}

TEST_CASE("the spoken share is within a fifth of the true one wherever it says about") {
  for (std::uint32_t ppm = 1'000; ppm <= 930'000; ppm += 37) {
    auto const text = spoken_share({ppm}, "en");
    unsigned part = 0, whole = 0;
    REQUIRE(std::sscanf(text.c_str(), "about %u in %u", &part, &whole) == 2);
    auto const said = 1e6 * part / whole;
    CHECK_MESSAGE(std::max(said, double(ppm)) / std::min(said, double(ppm)) < 1.2, ppm, " ", text);
  }
}

TEST_CASE("the sentence names item, trigger and price, in English and Russian") {
  auto const bundle = shop::open(shop::source());
  auto const offer = offer_of(shop::butter, shop::bread, 199, 250'000);
  CHECK(script(*bundle, offer, "en") == "Would you like Butter with your Bread, for 1.99 EUR?");
  CHECK(script(*bundle, offer, "ru") == "Желаете к товару «Bread» ещё «Butter» за 1,99 EUR?");
  CHECK(reason(*bundle, offer, "en") == "Goes with Bread (about 1 in 4 such baskets)");
  CHECK(reason(*bundle, offer, "ru") == "Берут вместе с товаром «Bread» (примерно 1 из 4 таких покупок)");
}

TEST_CASE("an unknown price is left out, an unknown language is the bundle's") {
  auto source = shop::source();
  source.language = "ru";
  auto const bundle = shop::open(source);
  auto offer = offer_of(shop::honey, shop::bread, 0, 30'000);
  CHECK(script(*bundle, offer, "en") == "Would you like Honey with your Bread?");
  CHECK(script(*bundle, offer, "de") == "Желаете к товару «Bread» ещё «Honey»?");
  offer.reason = {ReasonCode::popular, kNoItem, {30'000}};
  CHECK(script(*bundle, offer, "en") == "Would you like Honey as well?");
  CHECK(reason(*bundle, offer, "en") == "A favourite in this shop (about 1 in 35 such baskets)");
}

TEST_CASE("HQ's own words win in their language; ours win over HQ's in another") {
  auto source = shop::source();
  source.texts = {{"en", "script.bought_together", "How about {item}?"},
                  {"de", "reason.bought_together", "Passt zu {trigger}: {share}"}};
  auto const bundle = shop::open(source);
  auto const offer = offer_of(shop::butter, shop::bread, 199, 250'000);
  CHECK(script(*bundle, offer, "en") == "How about Butter?");
  CHECK(script(*bundle, offer, "ru") == "Желаете к товару «Bread» ещё «Butter» за 1,99 EUR?");
  CHECK(script(*bundle, offer, "de") == "How about Butter?");
  CHECK(reason(*bundle, offer, "de") == "Passt zu Bread: about 1 in 4");
}

TEST_CASE("a nameless item goes by its SKU") {
  auto source = shop::source();
  source.items[shop::butter].name.clear();
  auto const bundle = shop::open(source);
  CHECK(script(*bundle, offer_of(shop::butter, shop::bread, 0, 1), "en") == "Would you like 200 with your Bread?");
}

TEST_CASE("a coupon's headline is the campaign's or made from the discount") {
  auto source = shop::source();
  source.campaigns = {shop::coupon("a", DiscountKind::percent, 20), shop::coupon("b", DiscountKind::percent, 20),
                      shop::coupon("c", DiscountKind::amount, 150), shop::coupon("d", DiscountKind::none, 0)};
  source.campaigns[0].headline = "Breakfast week";
  auto const bundle = shop::open(source);
  auto const headline_of = [&](std::uint16_t campaign, std::string_view language) {
    auto offer = offer_of(shop::butter, shop::bread, 199, 250'000);
    offer.campaign = campaign;
    offer.discount = bundle->campaign(campaign).discount;
    offer.discount_value = bundle->campaign(campaign).value;
    return headline(*bundle, offer, language);
  };
  CHECK(headline_of(0, "en") == "Breakfast week");
  CHECK(headline_of(1, "en") == "-20 %");
  CHECK(headline_of(2, "en") == "1.50 EUR off");
  CHECK(headline_of(2, "ru") == "Скидка 1,50 EUR");
  CHECK(headline_of(3, "ru") == "Butter");
}

TEST_CASE("templates: optional parts, literal brackets, unknown names and unfinished braces") {
  std::array const variables{Variable{"a", "A"}, Variable{"none", ""}};
  auto const filled = [&](std::string_view text) { return fill_in(text, variables); };
  CHECK(filled("{a}{a}") == "AA");
  CHECK(filled("x[ {a}]y") == "x Ay");
  CHECK(filled("x[ {none}]y") == "xy");
  CHECK(filled("x[ {a} {none}][ {a}]") == "x A");
  CHECK(filled("[[{a}]") == "[A]");
  CHECK(filled("{b} {a") == "{b} {a");
  CHECK(filled("]{") == "]{");
  CHECK(filled("x[ {a}") == "x A");
  CHECK(filled("") == "");
}

TEST_CASE("what is only known of similar items is never said to be bought together") {
  auto source = shop::source();
  source.items[shop::bread].flags = static_cast<std::uint16_t>(ItemFlag::borrowed_row);
  auto const opened = shop::open(source);
  Engine engine(opened.bundle);
  auto const decision = engine.decide(shop::sale_with(*opened, {shop::bread}), Stage::scan, {});
  REQUIRE(decision.offer_count > 0);
  auto const& offer = decision.offers[0];
  CHECK(offer.reason.code == ReasonCode::category);
  CHECK(offer.reason.trigger == ItemIx{shop::bread});
  CHECK(reason(*opened, offer, "en") == "Goes with products like Bread");
  CHECK(reason(*opened, offer, "ru") == "Подходит к товарам вроде «Bread»");
  CHECK(script(*opened, offer, "en").find("with your Bread") != std::string::npos);
}

TEST_CASE("an item hardly sold is no favourite") {
  auto source = shop::source();
  source.rows[shop::torch].clear();
  source.items[shop::butter].flags = static_cast<std::uint16_t>(ItemFlag::borrowed_row);
  auto const opened = shop::open(source);
  Offer offer;
  offer.item = ItemIx{shop::butter};
  shop::Scoring scoring(*opened);
  std::array<Suggestion, shop::item_count> out{};
  std::array const basket{ItemIx{shop::torch}};
  auto const count = rank(*opened, scoring.scorer, basket, out);
  for (std::size_t n = 0; n < count; ++n) {
    auto const borrowed = out[n].item == ItemIx{shop::butter};
    CHECK(out[n].reason.code == (borrowed ? ReasonCode::category : ReasonCode::popular));
    if (borrowed) offer.reason = out[n].reason;
  }
  CHECK(offer.reason.trigger == kNoItem);
  CHECK(reason(*opened, offer, "en") == "From our range: Food");
  CHECK(reason(*opened, offer, "ru") == "Из нашего ассортимента: Food");
  CHECK(script(*opened, offer, "en").find("Butter as well") != std::string::npos);
}

TEST_CASE("an amount is written as the language writes it") {
  Money const amount{255, {{'E', 'U', 'R'}, 2}};
  for (auto const* language : {"de", "ru", "fr", "de-AT"}) CHECK(spoken_money(amount, language) == "2,55 EUR");
  for (auto const* language : {"en", "de-CH", "zh", "", "xx"}) CHECK(spoken_money(amount, language) == "2.55 EUR");
}

TEST_CASE("a text's percents and amounts are held against the discount") {
  Currency const euro{{'E', 'U', 'R'}, 2};
  auto const percent = [&](std::string_view text) { return promise_of(text, DiscountKind::percent, 5, euro); };
  for (auto const* kept : {"-5 %", "5% off", "%5 indirim", "Milk 3.5 %: now 5 % off", "5\xC2\xA0%"}) {
    CHECK_MESSAGE(percent(kept) == Promise::kept, kept);
  }
  for (auto const* other : {"20 % off everything", "15 %", "5.5 %", "5.00 EUR off", "25% or 50 %"}) {
    CHECK_MESSAGE(percent(other) == Promise::other, other);
  }
  for (auto const* none : {"Day coupon", "5 good reasons", "Buy 2", "TV 43", ""}) {
    CHECK_MESSAGE(percent(none) == Promise::none, none);
  }
  auto const amount = [&](std::string_view text) { return promise_of(text, DiscountKind::amount, 129'900, euro); };
  for (auto const* kept : {"1299.00 off", "1,299.00 EUR", "1.299,00 €", "EUR 1299", "€1299"}) {
    CHECK_MESSAGE(amount(kept) == Promise::kept, kept);
  }
  CHECK(amount("1299 pieces") == Promise::none);
  CHECK(amount("12.99 EUR") == Promise::other);
  std::array const beside{std::int64_t{5000}};
  CHECK(promise_of("From 50 EUR on", DiscountKind::percent, 5, euro, beside) == Promise::none);
  CHECK(promise_of("From 50 EUR 5 % off", DiscountKind::percent, 5, euro, beside) == Promise::kept);
  CHECK(promise_of("20 % off", DiscountKind::none, 0, euro) == Promise::other);
  CHECK(promise_of("0.125 KWD off", DiscountKind::amount, 125, {{'K', 'W', 'D'}, 3}) == Promise::kept);
}
