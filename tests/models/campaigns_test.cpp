#include "tillcue/models/campaigns.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/catalogue.hpp"
#include "tillcue/models/compile.hpp"
#include "tillcue/models/sample.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

Currency const kEuro{{'E', 'U', 'R'}, 2};
Assortment const kShop{{"1", "2"}, {"Dairy"}};

Result<Campaigns> parse(std::string const& json) { return parse_campaigns(json, "c.json", kEuro, kShop); }

/// The text of the one problem.
std::string problem(std::string const& json) {
  auto const parsed = parse(json);
  REQUIRE(!parsed.has_value());
  auto const& text = parsed.error().what;
  CHECK_MESSAGE(text.starts_with("c.json: 1 problem\n  "), text);
  return text.substr(text.find('\n') + 3);
}

std::string coupon(std::string const& fields) { return R"({"coupons":[{"id":"a",)" + fields + "}]}"; }

bool starts(std::string const& text, std::string const& part) {
  if (!text.starts_with(part)) MESSAGE(text);
  return text.starts_with(part);
}

}  // namespace

TEST_CASE("an empty file of campaigns means the documented defaults") {
  auto const parsed = parse("{}");
  REQUIRE(parsed.has_value());
  CHECK(parsed->coupons.empty());
  CHECK(parsed->policy.max_hints_per_sale == Policy{}.max_hints_per_sale);
}

TEST_CASE("every field arrives in its unit") {
  auto const parsed = parse(R"({
    "policy": {"max_hints_per_sale": 3, "max_hints_per_stage": 2, "max_coupons_per_sale": 0, "min_items_before_hint": 4,
               "min_probability": 0.035, "price_guard_percent": 80, "holdout_percent": 2.5, "holdout_salt": 9,
               "default_margin_percent": 30},
    "exclude": {"skus": ["2"], "categories": ["Dairy"]},
    "coupons": [{"id": "c1", "headline": "h", "terms": "t", "discount": {"percent": 20}, "starts": "2026-11-01",
                 "ends": "2026-11-30", "valid_days": 7, "min_probability": 0.1, "min_basket": "10.50", "skus": ["1"],
                 "categories": ["Dairy"]},
                {"id": "c2", "discount": {"amount": 1.5}, "ends": "2026-11-30T12:00:00"}],
    "texts": {"ru": {"script.popular": "Возьмите {item}"}}})");
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().what);
  auto const& policy = parsed->policy;
  CHECK(policy.max_hints_per_sale == 3);
  CHECK(policy.max_hints_per_stage == 2);
  CHECK(policy.max_coupons_per_sale == 0);
  CHECK(policy.min_items_before_hint == 4);
  CHECK(policy.min_probability_ppm == 35'000);
  CHECK(policy.price_guard_percent == 80);
  CHECK(policy.holdout_permille == 25);
  CHECK(policy.holdout_salt == 9);
  CHECK(policy.default_margin_percent == 30);
  CHECK(parsed->excluded_skus == std::vector<std::string>{"2"});
  CHECK(parsed->excluded_categories == std::vector<std::string>{"Dairy"});
  REQUIRE(parsed->coupons.size() == 2);
  auto const& first = parsed->coupons[0];
  CHECK(first.source.discount == DiscountKind::percent);
  CHECK(first.source.value == 20);
  CHECK(first.source.starts == 1'793'491'200);
  CHECK(first.source.ends == 1'793'491'200 + 30 * 86'400);  // the last day is included
  CHECK(first.source.valid_days == 7);
  CHECK(first.source.min_probability_ppm == 100'000);
  CHECK(first.source.min_basket_minor == 1050);
  CHECK(first.skus == std::vector<std::string>{"1"});
  CHECK(parsed->coupons[1].source.discount == DiscountKind::amount);
  CHECK(parsed->coupons[1].source.value == 150);
  CHECK(parsed->coupons[1].source.ends == 1'793'491'200 + 29 * 86'400 + 12 * 3600);
  REQUIRE(parsed->texts.size() == 1);
  CHECK(parsed->texts[0].text == "Возьмите {item}");
}

TEST_CASE("what is no JSON is told by line and column") {
  auto const parsed = parse("{\n  \"policy\": }");
  REQUIRE(!parsed.has_value());
  CHECK(starts(parsed.error().what, "c.json:2: is not JSON: parse error at line 2, column 13"));
  CHECK(starts(parse("").error().what, "c.json:1: is not JSON: parse error at line 1"));
  CHECK(starts(parse("{\"\xFF\": 1}").error().what, "c.json:1: is not JSON"));
}

TEST_CASE("a number too large for any field is told by file and line") {
  auto const parsed = parse("{\n\"policy\":\n  {\"min_probability\": 1e999}}");
  REQUIRE(!parsed.has_value());
  CHECK(parsed.error().code == Code::invalid);
  CHECK(starts(parsed.error().what, "c.json:3: is not JSON: number overflow parsing '1e999'; write a smaller"));
  auto const twice = parse("{\"a\": \"1e999\",\n\"b\": 1e999}");
  REQUIRE(!twice.has_value());
  CHECK(starts(twice.error().what, "c.json: is not JSON: number overflow parsing '1e999'"));
}

TEST_CASE("every problem is told by its JSON path and mend") {
  CHECK(starts(problem("[]"), "/: is array; write an object {...}"));
  CHECK(
      starts(problem(R"({"polcy":{}})"), "/polcy: is no field known here; known are policy, exclude, coupons, texts"));
  CHECK(starts(problem(R"({"policy":[]})"), "/policy: is array; write an object"));
  CHECK(starts(problem(R"({"policy":{"max_hints_per_sale":"2"}})"),
               "/policy/max_hints_per_sale: is string; write a whole number"));
  CHECK(starts(problem(R"({"policy":{"max_hints_per_sale":-1}})"),
               "/policy/max_hints_per_sale: is -1; allowed are 0 to 100"));
  CHECK(starts(problem(R"({"policy":{"holdout_salt":18446744073709551615}})"),
               "/policy/holdout_salt: is 18446744073709551615"));
  CHECK(starts(problem(R"({"policy":{"min_probability":2}})"), "/policy/min_probability: is 2; allowed are 0 to 1"));
  CHECK(starts(problem(R"({"policy":{"min_probability":"x"}})"), "/policy/min_probability: is string; write a number"));
  CHECK(starts(problem(R"({"exclude":{"skus":"1"}})"), "/exclude/skus: is string; write a list"));
  CHECK(starts(problem(R"({"exclude":{"skus":["1",7]}})"), "/exclude/skus/1: is number; write a text in quotes"));
  CHECK(starts(problem(R"({"exclude":{"skus":["9"]}})"), "/exclude/skus/0: '9' is no SKU of the items"));
  CHECK(starts(problem(R"({"exclude":{"categories":["Milk"]}})"), "/exclude/categories/0: 'Milk' is no category"));
  CHECK(starts(problem(R"({"coupons":{}})"), "/coupons: is object; write a list"));
  CHECK(starts(problem(R"({"coupons":[{}]})"), "/coupons/0/id: is missing"));
  CHECK(starts(problem(R"({"coupons":[{"id":""}]})"), "/coupons/0/id: is no name"));
  CHECK(starts(problem(R"({"coupons":[{"id":"a"},{"id":"a"}]})"), "/coupons/1/id: 'a' is there twice"));
  CHECK(starts(problem(coupon(R"("discount":{})")), "/coupons/0/discount: says neither percent nor amount"));
  CHECK(starts(problem(coupon(R"("discount":{"percent":20,"amount":"1"})")), "/coupons/0/discount: has both"));
  CHECK(starts(problem(coupon(R"("discount":{"percent":0})")),
               "/coupons/0/discount/percent: is 0; allowed are 1 to 100"));
  CHECK(starts(problem(coupon(R"("discount":{"amount":"1.234"})")),
               "/coupons/0/discount/amount: is \"1.234\"; write an amount in EUR"));
  CHECK(starts(problem(coupon(R"("discount":{"amount":-1})")), "/coupons/0/discount/amount: is -1"));
  CHECK(starts(problem(coupon(R"("starts":"tomorrow")")), "/coupons/0/starts: is 'tomorrow'; write a date"));
  CHECK(
      starts(problem(coupon(R"("starts":"2026-02-02","ends":"2026-02-01")")), "/coupons/0/ends: is not after starts"));
  CHECK(starts(problem(coupon(R"("valid_days":0)")), "/coupons/0/valid_days: is 0; allowed are 1 to 3650"));
  CHECK(starts(problem(coupon(R"("headline":"a\nb")")), "/coupons/0/headline: holds a line end"));
  CHECK(
      starts(problem(coupon("\"terms\":\"" + std::string(4097, 'x') + "\"")), "/coupons/0/terms: is longer than 4096"));
  CHECK(starts(problem(coupon(R"("min_basket":true)")), "/coupons/0/min_basket: is true; write an amount"));
  CHECK(starts(problem(coupon(R"("skus":["9"])")), "/coupons/0/skus/0: '9' is no SKU"));
  CHECK(starts(problem(R"({"texts":{"english":{}}})"), "/texts/english: is no language code"));
  CHECK(starts(problem(R"({"texts":{"en":{"Script":"x"}}})"), "/texts/en/Script: is no text key"));
  CHECK(starts(problem(R"({"texts":{"en":{"script.popular":5}}})"), "/texts/en/script.popular: is number"));
}

TEST_CASE("all problems are told at once") {
  auto const parsed =
      parse(R"({"policy":{"max_hints_per_sale":-1,"oops":1},"coupons":[{"id":"a","valid_days":0}],"x":1})");
  REQUIRE(!parsed.has_value());
  CHECK(starts(parsed.error().what, "c.json: 4 problems\n"));
  auto const& text = parsed.error().what;
  CHECK(std::count(text.begin(), text.end(), '\n') == 4);
}

TEST_CASE("the example file fits the sample store, and so do the sample's own campaigns in both languages") {
  made::Folder folder;
  REQUIRE(write_sample({3, 1, 10, 5, 20'688}, folder.path()).has_value());
  auto const assortment = [&](std::string const& items) {
    BadRows bad;
    return assortment_of({}, read_catalogue(folder.file(items), 0, bad).value());
  };
  auto const check = [&](std::string const& text, std::string const& items) {
    auto const parsed = parse_campaigns(text, "c", kEuro, assortment(items));
    CHECK_MESSAGE(parsed.has_value(), parsed.error().what);
    if (parsed) CHECK(parsed->coupons.size() >= 2);
  };
  check(made::get_file(std::string(TILLCUE_SOURCE_DIR) + "/models/campaigns.example.json"), "items.csv");
  check(made::get_file(folder.file("campaigns.json")), "items.csv");
  check(made::get_file(folder.file("campaigns.ru.json")), "items.ru.csv");
}
