#include "tillcue/models/campaigns.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/core/engine.hpp"
#include "tillcue/models/catalogue.hpp"
#include "tillcue/models/compile.hpp"
#include "tillcue/models/sample.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

Currency const kEuro{{'E', 'U', 'R'}, 2};
Assortment const kShop{{"1", "2", "3"}, {"Dairy", "Bakery"}};

Result<Campaigns> parse(std::string const& json) { return parse_campaigns(json, "c.json", kEuro, kShop); }

/// The text of the one problem.
std::string problem(std::string const& json) {
  auto const parsed = parse(json);
  REQUIRE(!parsed.has_value());
  auto const& text = parsed.error().what;
  CHECK_MESSAGE(text.starts_with("c.json: 1 problem\n  c.json:1: "), text);
  return text.substr(text.find("c.json:1: ") + 10);
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
  CHECK(parsed->campaigns.empty());
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
  CHECK(parsed->excluded.skus == std::vector<std::string>{"2"});
  CHECK(parsed->excluded.categories == std::vector<std::string>{"Dairy"});
  REQUIRE(parsed->campaigns.size() == 2);
  auto const& first = parsed->campaigns[0];
  CHECK(first.source.type == OfferType::coupon);
  CHECK(first.source.stages == mask_of(Stage::tender));
  CHECK(first.offer.skus == std::vector<std::string>{"1"});
  CHECK(first.source.discount == DiscountKind::percent);
  CHECK(first.source.value == 20);
  CHECK(first.source.starts == 1'793'491'200);
  CHECK(first.source.ends == 1'793'491'200 + 30 * 86'400);  // the last day is included
  CHECK(first.source.valid_days == 7);
  CHECK(first.source.min_probability_ppm == 100'000);
  CHECK(first.source.min_basket_minor == 1050);
  CHECK(parsed->campaigns[1].source.discount == DiscountKind::amount);
  CHECK(parsed->campaigns[1].source.value == 150);
  CHECK(parsed->campaigns[1].source.ends == 1'793'491'200 + 29 * 86'400 + 12 * 3600);
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
  CHECK(starts(problem(R"({"polcy":{}})"),
               "/polcy: is no field known here; known are $schema, policy, exclude, campaigns, coupons,"));
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
  CHECK(starts(problem(coupon(R"("discount":{})")), "/coupons/0/discount: says none of percent, amount and price"));
  CHECK(starts(problem(coupon(R"("discount":{"percent":20,"amount":"1"})")), "/coupons/0/discount: has more than one"));
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

TEST_CASE("every field of a campaign arrives in its unit") {
  auto const parsed = parse(R"({
    "campaigns": [{"id": "c", "type": "buy_get", "trigger": {"skus": ["1"], "categories": ["Dairy"], "quantity": 3},
      "offer": {"skus": ["2"], "categories": ["Bakery"], "quantity": 2}, "discount": {"price": "0.99"},
      "headline": "h", "terms": "t", "script": {"en": "Take {item}", "ru": "Берите"}, "reason": {"en": "Why"},
      "partner": "Brand", "starts": "2026-11-01", "ends": "2026-11-30", "weekdays": ["mon", "sun"],
      "hours": "22:30-02:00", "places": {"stores": ["17"], "groups": ["north"], "tills": ["17-3"]},
      "segments": ["family"], "customers": "known", "min_visits": 4, "needs_trust": true, "channels": ["screen"],
      "stages": ["subtotal"], "min_basket": 5, "max_basket": "50.00", "min_probability": 0.01, "probability": 0.2,
      "redemption": 0.05, "weight_percent": 150, "max_per_sale": 2, "max_per_customer_day": 3, "valid_days": 7,
      "budget": {"amount": "100.00", "issues": 50, "free_per_till": {"amount": "4.00", "issues": 2}}}]})");
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().what);
  REQUIRE(parsed->campaigns.size() == 1);
  auto const& campaign = parsed->campaigns[0];
  auto const& source = campaign.source;
  CHECK(source.type == OfferType::buy_get);
  CHECK(campaign.trigger.skus == std::vector<std::string>{"1"});
  CHECK(campaign.trigger.categories == std::vector<std::string>{"Dairy"});
  CHECK(source.buy_quantity == 3);
  CHECK(campaign.offer.categories == std::vector<std::string>{"Bakery"});
  CHECK(source.get_quantity == 2);
  CHECK(source.discount == DiscountKind::price);
  CHECK(source.value == 99);
  REQUIRE(campaign.texts.size() == 3);
  CHECK(campaign.texts[0].key == "script");
  CHECK(campaign.texts[1].language == "ru");
  CHECK(campaign.texts[2].key == "reason");
  CHECK(source.partner == "Brand");
  CHECK(source.weekdays == (1U | 1U << 6U));
  CHECK(source.from_minute == 22 * 60 + 30);
  CHECK(source.until_minute == 120);
  CHECK(source.places == std::vector<std::string>{"store:17", "group:north", "till:17-3"});
  CHECK(source.segments == std::vector<std::string>{"family"});
  CHECK(source.audience == Audience::known);
  CHECK(source.min_visits == 4);
  CHECK(source.needs_trust);
  CHECK(source.channels == mask_of(Channel::screen));
  CHECK(source.stages == mask_of(Stage::subtotal));
  CHECK(source.min_basket_minor == 500);
  CHECK(source.max_basket_minor == 5000);
  CHECK(source.min_probability_ppm == 10'000);
  CHECK(source.probability_ppm == 200'000);
  CHECK(source.redemption_ppm == 50'000);
  CHECK(source.weight_percent == 150);
  CHECK(source.max_per_sale == 2);
  CHECK(source.max_per_customer_day == 3);
  CHECK(source.valid_days == 7);
  CHECK(source.budgeted);
  CHECK(campaign.budget.minor == 10'000);
  CHECK(campaign.budget.issues == 50);
  CHECK(source.free_minor == 400);
  CHECK(source.free_issues == 2);
}

TEST_CASE("a partner's budget arrives, and faults in it are told with their place") {
  auto const parsed = parse(R"({"partners": {"Brand": {"amount": "500.00", "free_per_till": {"issues": 3}}}})");
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().what);
  REQUIRE(parsed->partners.size() == 1);
  auto const& budget = parsed->partners[0].budget;
  CHECK(budget.name == "partner:Brand");
  CHECK(budget.minor == 50'000);
  CHECK(budget.issues == 0);
  CHECK(budget.free_minor == 50'000);
  CHECK(budget.free_issues == 3);
  CHECK(starts(problem(R"({"partners":{"Brand":{}}})"), "/partners/Brand: limits nothing"));
  CHECK(starts(problem(R"({"partners":{"Brand":{"issues":0}}})"), "/partners/Brand/issues: is 0"));
  CHECK(starts(problem(R"({"partners":{"":{"issues":1}}})"), "/partners/: is no name"));
}

TEST_CASE("the further parts of the file arrive, too") {
  auto const parsed = parse(R"({
    "policy": {"exploration_percent": 1.5, "holdout_by": "customer", "second_item_percent": 20,
      "quiet_scans_per_minute": 0, "cooldown_seconds": 9, "max_hints_per_customer_day": 4,
      "max_coupons_per_customer_day": 1, "max_down_sells": 0, "gap_percent": 30, "trust_visits": 5,
      "large_upgrade_percent": 0, "expert_probability": 0.1},
    "ladders": [{"skus": ["1", "2", "3"]}],
    "never": [{"with": {"skus": ["1"]}, "offer": {"categories": ["Dairy"]}, "both_ways": true}],
    "techniques": {"Dairy": "upsell"}, "boosts": [{"skus": ["1"], "percent": 40}],
    "legal": {"country": "GB", "packs": ["alcohol"], "except": ["2"]}})");
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().what);
  auto const& policy = parsed->policy;
  CHECK(policy.exploration_permille == 15);
  CHECK(policy.holdout_by_customer);
  CHECK(policy.second_item_percent == 20);
  CHECK(policy.quiet_scans_per_minute == 0);
  CHECK(policy.cooldown_seconds == 9);
  CHECK(policy.max_hints_per_customer_day == 4);
  CHECK(policy.max_coupons_per_customer_day == 1);
  CHECK(policy.max_down_sells == 0);
  CHECK(policy.gap_percent == 30);
  CHECK(policy.trust_visits == 5);
  CHECK(policy.large_upgrade_percent == 0);
  CHECK(policy.expert_probability_ppm == 100'000);
  REQUIRE(parsed->ladders.size() == 1);
  CHECK(parsed->ladders[0].skus.size() == 3);
  REQUIRE(parsed->never.size() == 1);
  CHECK(parsed->never[0].both_ways);
  CHECK(parsed->never[0].offer.categories == std::vector<std::string>{"Dairy"});
  REQUIRE(parsed->techniques.size() == 1);
  CHECK(parsed->techniques[0].second == Technique::upsell);
  CHECK(parsed->boosts[0].percent == 40);
  CHECK(parsed->legal.country == "GB");
  CHECK(parsed->legal.own_packs);
  CHECK(parsed->legal.except == std::vector<std::string>{"2"});
}

TEST_CASE("a campaign without further fields runs at every stage its type can run at, everywhere, for everyone") {
  auto const parsed = parse(R"({"campaigns":[{"id":"a","type":"suggestion"}]})");
  REQUIRE(parsed.has_value());
  auto const& source = parsed->campaigns[0].source;
  CHECK(source.stages == stages_of(OfferType::suggestion));
  CHECK(source.weekdays == 0x7F);
  CHECK(source.places.empty());
  CHECK(!source.budgeted);
}

TEST_CASE("every fault of a campaign is told by its JSON path and mend") {
  struct {
    char const *fields, *told;
  } const faults[] = {
      {R"("type":"bogof")", "type: is \"bogof\"; write one of suggestion, upgrade"},
      {R"("type":7)", "type: is 7; write one of"},
      {R"("type":"coupon","nope":1)", "nope: is no field known here; known are id,"},
      {R"("type":"multi_buy")", "trigger: is missing; multi_buy needs what in the basket"},
      {R"("type":"multi_buy","trigger":{"skus":["1"]},"offer":{"skus":["2"]})", "offer: names items; multi_buy offers"},
      {R"("type":"upgrade","trigger":{"skus":["1"]})", "offer: is missing; upgrade needs what is offered"},
      {R"("type":"coupon","trigger":{})", "trigger: names nothing"},
      {R"("type":"set","trigger":{"skus":["1"]},"offer":{"categories":["Dairy"]})",
       "offer/categories: is not possible for set"},
      {R"("type":"set","trigger":{"skus":["1"]},"offer":{"skus":["2","3","1","2"]})", "offer/skus: are 4; set takes"},
      {R"("type":"threshold")", "threshold: is missing; threshold needs the amount"},
      {R"("type":"coupon","threshold":"5.00")", "threshold: is not read by coupon"},
      {R"("type":"gift","threshold":"5.00","offer":{"skus":["1"]},"discount":{"percent":5})",
       "discount: is not read by gift"},
      {R"("type":"upgrade","trigger":{"skus":["1"]},"offer":{"skus":["2"]},"stages":["scan","tender"])",
       "stages: names tender; upgrade is only tried at scan"},
      {R"("type":"coupon","stages":[])", "stages: is empty"},
      {R"("type":"coupon","channels":["screen"])", "channels: lack receipt"},
      {R"("type":"suggestion","channels":["receipt"])", "channels: hold only receipt"},
      {R"("type":"coupon","weekdays":["monday"])", "weekdays/0: is \"monday\"; write one of mon, tue"},
      {R"("type":"coupon","weekdays":[])", "weekdays: is empty"},
      {R"("type":"coupon","hours":"07:00-07:00")", "hours: is '07:00-07:00'; write the store's hours"},
      {R"("type":"coupon","hours":"7-9")", "hours: is '7-9'"},
      {R"("type":"coupon","hours":"23:00-25:00")", "hours: is '23:00-25:00'"},
      {R"("type":"coupon","places":{})", "places: names nothing"},
      {R"("type":"coupon","places":{"stores":[""]})", "places/stores: 'store:' is no name"},
      {R"("type":"coupon","customers":"all")", "customers: is \"all\"; write one of everyone, known, unknown"},
      {R"("type":"coupon","needs_trust":"yes")", "needs_trust: is string; write true or false"},
      {R"("type":"coupon","min_basket":"9","max_basket":"3")", "max_basket: is below min_basket"},
      {R"("type":"coupon","weight_percent":10001)", "weight_percent: is 10001; allowed are 0 to 10000"},
      {R"("type":"coupon","script":{"english":"x"})", "script/english: is no language code"},
      {R"("type":"coupon","script":{"en":1})", "script/en: is number; write a text"},
      {R"("type":"coupon","budget":{})", "budget: limits nothing"},
      {R"("type":"coupon","budget":{"issues":5,"free_per_till":{"issues":-1}})", "budget/free_per_till/issues: is -1"},
      {R"("type":"coupon","discount":{"price":"1.00","percent":5})", "discount: has more than one"},
  };
  for (auto const& [fields, told] : faults) {
    CAPTURE(fields);
    auto const text = problem(R"({"campaigns":[{"id":"a",)" + std::string(fields) + "}]}");
    CHECK(starts(text, std::string("/campaigns/0/") + told));
  }
  CHECK(starts(problem(R"({"campaigns":[{"id":"a"}]})"), "/campaigns/0/type: is missing"));
  CHECK(starts(problem(R"({"campaigns":[{"id":"a","type":"coupon"}],"coupons":[{"id":"a"}]})"),
               "/coupons/0/id: 'a' is there twice"));
}

TEST_CASE("every fault of the other parts is told by its JSON path and mend") {
  CHECK(starts(problem(R"({"ladders":[{"skus":["1"]}]})"), "/ladders/0/skus: needs two or more"));
  CHECK(starts(problem(R"({"ladders":[{"skus":["1","2","1"]}]})"), "/ladders/0/skus: names an item twice"));
  CHECK(starts(problem(R"({"never":[{"with":{"skus":["1"]}}]})"), "/never/0/offer: is missing"));
  CHECK(starts(problem(R"({"never":[{"with":{},"offer":{"skus":["1"]}}]})"), "/never/0/with: names nothing"));
  CHECK(starts(problem(R"({"techniques":{"Dairy":"push"}})"), "/techniques/Dairy: is \"push\"; write one of both"));
  CHECK(starts(problem(R"({"techniques":{"Milk":"none"}})"), "/techniques/Milk: is no category"));
  CHECK(starts(problem(R"({"boosts":[{"skus":["1"]}]})"), "/boosts/0/percent: is missing"));
  CHECK(starts(problem(R"({"boosts":[{"percent":5}]})"), "/boosts/0: names nothing"));
  CHECK(starts(problem(R"({"legal":{"country":"XX"}})"), "/legal/country: 'XX' is none we know packs of"));
  CHECK(starts(problem(R"({"legal":{"packs":["beer"]}})"), "/legal/packs/0: 'beer' is no pack; there are alcohol"));
  CHECK(starts(problem(R"({"policy":{"holdout_by":"till"}})"), "/policy/holdout_by: is \"till\"; write one of sale"));
  CHECK(starts(problem(R"({"policy":{"gap_percent":0}})"), "/policy/gap_percent: is 0; allowed are 1 to 100"));
}

TEST_CASE("each problem is told with its line, comments or not, in the order of the file") {
  auto const parsed = parse(R"({
  // a comment
  "coupons": [
    {"id": "a", /* another
       one */ "valid_days": 0
    },
    {
      "discount": {"percent": 5}
    }
  ],
  "policy": {
    "max_hints_per_sale": 1000,
    "max_hints_per_sale": 2,
    "oops": 1
  }
})");
  REQUIRE(!parsed.has_value());
  auto const& text = parsed.error().what;
  CAPTURE(text);
  CHECK(text.starts_with("c.json: 4 problems\n"));
  auto const one = text.find("c.json:5: /coupons/0/valid_days: is 0");
  auto const two = text.find("c.json:7: /coupons/1/id: is missing");
  auto const three = text.find("c.json:12: /policy/max_hints_per_sale: is there twice");
  auto const four = text.find("c.json:14: /policy/oops: is no field");
  CHECK(one != std::string::npos);
  CHECK(two != std::string::npos);
  CHECK(three != std::string::npos);
  CHECK(four != std::string::npos);
  CHECK(one < two);
  CHECK(three < four);
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
    if (parsed) CHECK(parsed->campaigns.size() >= 2);
  };
  check(made::get_file(std::string(TILLCUE_SOURCE_DIR) + "/models/campaigns.example.json"), "items.csv");
  check(made::get_file(folder.file("campaigns.json")), "items.csv");
  check(made::get_file(folder.file("campaigns.ru.json")), "items.ru.csv");
}

TEST_CASE("words with a mistake are refused with their field") {
  CHECK(starts(problem(R"({"campaigns":[{"id":"a","type":"suggestion","script":{"en":"Take {itm}"}}]})"),
               "/campaigns/0/script/en: has {itm}, which is no variable; there are item, trigger"));
  CHECK(starts(problem(R"({"campaigns":[{"id":"a","type":"suggestion","reason":{"ru":"{item"}}]})"),
               "/campaigns/0/reason/ru: has a { that is never closed"));
  CHECK(starts(problem(R"({"texts":{"en":{"script.popular":"{buy, plural, one {#}}"}}})"),
               "/texts/en/script.popular: {buy, plural}: has no case other"));
}
