#include "tillcue/models/campaign_check.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/catalogue.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

Currency const kEuro{{'E', 'U', 'R'}, 2};
constexpr auto kItems =
    "sku,name,category,price,flags\n"
    "coffee,Coffee 250 g,Coffee,5.00,\nlarge,Coffee 500 g,Coffee,9.00,\nmilk,Milk,Dairy,1.20,\n"
    "cake,Cake,Bakery,3.00,\ntv,Television,Tech,400.00,\nlager,Lager,Beer,1.50,\nbag,Bag,Till,0.10,not_for_sale\n"
    "gone,Gone,Bakery,2.00,excluded\n";

struct Checked {
  std::vector<Finding> findings;

  [[nodiscard]] bool tells(bool error, std::string const& path, std::string const& part) const {
    bool const found = std::any_of(findings.begin(), findings.end(), [&](Finding const& f) {
      return f.error == error && f.place.path == path && f.what.find(part) != std::string::npos;
    });
    for (auto const& finding : findings) {
      if (!found) MESSAGE(text_of(finding, "c.json"));
    }
    return found;
  }
};

Checked check(std::string const& json) {
  BadRows bad;
  auto const catalogue = read_catalogue(from_memory(kItems), "items.csv", 0, bad);
  REQUIRE(catalogue.has_value());
  auto source = source_of(*catalogue, {}, kEuro, "en");
  source.created = 1'795'000'000;  // 2026-11-18
  auto const campaigns = parse_campaigns(json, "c.json", kEuro, assortment_of(source));
  REQUIRE_MESSAGE(campaigns.has_value(), campaigns.error().what);
  auto const applied = apply_campaigns(*campaigns, source);
  return {cross_check(*campaigns, applied, source)};
}

/// One campaign with these fields.
Checked one(std::string const& fields, std::string const& more = "") {
  return check(R"({"campaigns":[{"id":"a",)" + fields + "}]" + more + "}");
}

bool errs(Checked const& checked, std::string const& part) { return checked.tells(true, "/campaigns/0", part); }
bool warns(Checked const& checked, std::string const& part) { return checked.tells(false, "/campaigns/0", part); }

}  // namespace

TEST_CASE("a file that can work has no findings") {
  CHECK(check("{}").findings.empty());
  CHECK(one(R"("type":"suggestion","trigger":{"skus":["coffee"]},"offer":{"skus":["cake"]})").findings.empty());
  CHECK(one(R"("type":"upgrade","trigger":{"skus":["coffee"]},"offer":{"skus":["large"]})").findings.empty());
  CHECK(one(R"("type":"threshold","threshold":"30.00","offer":{"skus":["cake"]})").findings.empty());
}

TEST_CASE("what can never run is an error") {
  CHECK(errs(one(R"("type":"coupon","ends":"2026-11-01")"), "ended on 2026-11-01, before the data's last day"));
  CHECK(errs(one(R"("type":"coupon","starts":"2026-11-23","ends":"2026-11-24","weekdays":["sat"])"),
             "none of its weekdays (sat) lies between"));
  CHECK(errs(one(R"("type":"coupon","offer":{"skus":["lager"]})"), "legal pack alcohol"));
  CHECK(errs(one(R"("type":"coupon","offer":{"skus":["gone"]})"), "offers nothing that may be offered (excluded"));
  CHECK(errs(one(R"("type":"coupon","offer":{"skus":["bag"]})"), "not_for_sale"));
  CHECK(errs(one(R"("type":"suggestion","trigger":{"skus":["bag"]},"offer":{"skus":["cake"]})"),
             "all its triggers are not_for_sale"));
  CHECK(errs(one(R"("type":"suggestion","trigger":{"skus":["milk"]},"offer":{"skus":["tv"]})"),
             "the price guard forbids every pair: the cheapest offer costs 400.00 EUR, the dearest trigger 1.20 EUR"));
  CHECK(errs(one(R"("type":"second_item","trigger":{"skus":["coffee"]},"offer":{"skus":["cake"]})"),
             "no second item is cheap enough: 3.00 EUR beside 5.00 EUR"));
  CHECK(errs(one(R"("type":"upgrade","trigger":{"skus":["large"]},"offer":{"skus":["coffee"]})"), "is no upgrade"));
  CHECK(errs(one(R"("type":"coupon","offer":{"skus":["milk"]},"discount":{"amount":"2.00"})"),
             "the discount of 2.00 EUR is more than any item it offers costs"));
  CHECK(errs(one(R"("type":"coupon","offer":{"skus":["milk"]},"discount":{"price":"1.20"})"),
             "the price of 1.20 EUR is no less than any item"));
  CHECK(errs(one(R"("type":"threshold","threshold":"10.00","offer":{"skus":["tv"]})"), "nothing it offers fits a gap"));
  CHECK(errs(one(R"("type":"coupon","customers":"unknown","min_visits":2)"), "is for unknown customers"));
  CHECK(errs(one(R"("type":"coupon","probability":0.01,"min_probability":0.02)"), "probability is below"));
  CHECK(errs(one(R"("type":"coupon","budget":{"amount":"5","free_per_till":{"amount":"6"}})"), "more than the whole"));
  CHECK(errs(one(R"("type":"coupon","budget":{"issues":5,"free_per_till":{"issues":6}})"), "more issues than"));
}

TEST_CASE("techniques and negative pairs that leave nothing are errors") {
  auto const pair = R"("type":"suggestion","trigger":{"skus":["coffee"]},"offer":{"skus":["cake"]})";
  CHECK(errs(one(pair, R"(,"techniques":{"Coffee":"upsell"})"), "do not allow cross_sell"));
  CHECK(errs(one(pair, R"(,"techniques":{"Bakery":"none"})"), "technique none of its category"));
  CHECK(errs(one(pair, R"(,"never":[{"with":{"categories":["Coffee"]},"offer":{"skus":["cake"]}}])"),
             "/never forbids every item"));
  CHECK(one(pair, R"(,"never":[{"with":{"skus":["cake"]},"offer":{"skus":["coffee"]}}])").findings.empty());
  CHECK(errs(one(pair, R"(,"never":[{"with":{"skus":["cake"]},"offer":{"skus":["coffee"]},"both_ways":true}])"),
             "/never forbids every item"));
}

TEST_CASE("a set that saves nothing is an error, and so is a threshold whose reward is a price") {
  auto const set = [](char const* price) {
    return one(
        std::string(
            R"("type":"set","trigger":{"skus":["coffee"]},"offer":{"skus":["cake","milk"]},"discount":{"price":")") +
        price + "\"}");
  };
  CHECK(errs(set("9.20"), "the set saves nothing: its parts cost 9.20 EUR, the set 9.20 EUR"));
  CHECK(set("9.19").findings.empty());
  BadRows bad;
  auto const catalogue = read_catalogue(from_memory(kItems), "items.csv", 0, bad);
  REQUIRE(catalogue.has_value());
  auto const read = parse_campaigns(
      R"({"campaigns":[{"id":"a","type":"threshold","threshold":"90.00","discount":{"price":"80.00"}}]})", "c.json",
      kEuro, assortment_of(source_of(*catalogue, {}, kEuro, "en")));
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().what.find("/campaigns/0/discount: is a price, and a threshold's reward") != std::string::npos);
}

TEST_CASE("a headline that promises something else than the discount is a warning") {
  auto const headed = [](char const* headline, char const* discount) {
    auto const fields =
        std::string(R"("type":"coupon","offer":{"skus":["cake"]},"headline":")") + headline + "\"" + discount;
    auto const checked = one(fields);
    return std::any_of(checked.findings.begin(), checked.findings.end(), [](Finding const& f) {
      return !f.error && f.place.path == "/campaigns/0/headline" &&
             f.what.find("promises something else") != std::string::npos;
    });
  };
  CHECK(headed("20 % off everything", R"(,"discount":{"percent":5})"));
  CHECK(headed("20 % off", ""));
  CHECK(headed("2.00 EUR off", R"(,"discount":{"amount":"1.00"})"));
  CHECK_FALSE(headed("5 % off everything", R"(,"discount":{"percent":5})"));
  CHECK_FALSE(headed("Day coupon", R"(,"discount":{"percent":5})"));
  CHECK_FALSE(headed("1.00 EUR off from 10 EUR on", R"(,"discount":{"amount":"1.00"},"min_basket":"10.00")"));
}

TEST_CASE("a language without words is told, with what is spoken then") {
  auto const note = [](char const* json, char const* language, char const* otherwise = "en") {
    auto const campaigns = parse_campaigns(json, "c.json", kEuro, {});
    REQUIRE_MESSAGE(campaigns.has_value(), campaigns.error().what);
    return language_note(*campaigns, language, otherwise);
  };
  CHECK(note("{}", "en").empty());
  CHECK(note("{}", "ru").empty());
  CHECK(note("{}", "xx").find("no words in 'xx' (Tillcue's own are in en and ru): English is spoken") !=
        std::string::npos);
  CHECK(note("{}", "xx", "ru").find("ru is spoken") != std::string::npos);
  CHECK(note(R"({"texts":{"xx":{"script.popular":"{item}?"}}})", "xx").empty());
}

TEST_CASE("what deserves a second look is a warning") {
  CHECK(warns(one(R"("type":"coupon","offer":{"categories":["Bakery"]})"), "1 item of 2 it offers are never offered"));
  CHECK(warns(one(R"("type":"coupon","offer":{"skus":["milk","coffee"]},"discount":{"amount":"2.00"})"),
              "more than 1 item of 2 it offers cost"));
  CHECK(warns(one(R"("type":"coupon","budget":{"issues":5})"), "budget has no free_per_till"));
  CHECK(warns(one(R"("type":"coupon","weight_percent":0)"), "weight_percent is 0"));
  CHECK(check(R"({"policy":{"holdout_percent":100}})").tells(false, "/policy", "holdout_percent is 100"));
  CHECK(check(R"({"policy":{"max_hints_per_sale":0}})").tells(false, "/policy", "max_hints_per_sale is 0"));
  CHECK(check(R"({"policy":{"max_coupons_per_sale":0},"coupons":[{"id":"x"}]})")
            .tells(false, "/policy", "never printed"));
  CHECK(check(R"({"legal":{"packs":["lottery"]}})").tells(false, "/legal", "without alcohol"));
  CHECK(check(R"({"ladders":[{"skus":["large","coffee"]}]})").tells(false, "/ladders/0", "costs no more than"));
  CHECK(check(R"({"ladders":[{"skus":["coffee","gone"]}]})").tells(false, "/ladders/0", "is never offered (excluded)"));
}

TEST_CASE("a quantity promotion of what the law keeps from it is an error, and left out") {
  auto const checked =
      check(R"({"campaigns":[{"id":"a","type":"multi_buy","trigger":{"skus":["lager"],"quantity":2}}]})");
  CHECK(errs(checked, "the legal packs forbid quantity promotions"));
}

TEST_CASE("findings are told by file, line, severity and path") {
  auto const checked =
      check("{\"campaigns\": [\n {\"id\": \"a\", \"type\": \"coupon\",\n  \"ends\": \"2026-11-01\"}]}");
  REQUIRE(checked.findings.size() == 1);
  CHECK(text_of(checked.findings[0], "c.json").starts_with("c.json:2: error: /campaigns/0: ended on 2026-11-01"));
}

TEST_CASE("what the law lets bring nothing about is named as a trigger") {
  auto const with_lager = R"("type":"suggestion","trigger":{"skus":["lager"]},"offer":{"skus":["milk"]})";
  CHECK(one(with_lager).findings.empty());  // crisps beside a beer are no promotion of the beer
  CHECK(errs(one(with_lager, R"(,"legal":{"no_trigger":["alcohol"]})"),
             "the law lets none of its triggers bring an offer about (legal pack alcohol: 'Lager')"));
  CHECK(warns(one(R"("type":"suggestion","trigger":{"skus":["lager","cake"]},"offer":{"skus":["milk"]})",
                  R"(,"legal":{"no_trigger":["alcohol"]})"),
              "some of its triggers bring nothing about by law"));
}

TEST_CASE("a partner's budget that nobody draws on, or that no till may use, is a warning") {
  CHECK(check(R"({"partners":{"Brand":{"issues":5}}})").tells(false, "/partners/Brand", "no campaign has the partner"));
  CHECK(one(R"("type":"coupon","partner":"Brand")", R"(,"partners":{"Brand":{"issues":5}})")
            .tells(false, "/partners/Brand", "has no free_per_till"));
  CHECK(
      one(R"("type":"coupon","partner":"Brand")", R"(,"partners":{"Brand":{"issues":5,"free_per_till":{"issues":6}}})")
          .tells(true, "/partners/Brand", "more issues than the whole"));
}

TEST_CASE("words that an offer of this type never has are errors, by field") {
  auto const said = [](char const* fields, char const* words) {
    return one(std::string(fields) + R"(,"script":{"en":")" + words + R"("})");
  };
  auto const path = "/campaigns/0/script/en";
  auto const suggestion = R"("type":"suggestion","trigger":{"skus":["coffee"]},"offer":{"skus":["cake"]})";
  CHECK(said(suggestion, "Take {item}[, {paid}]").findings.empty());
  CHECK(said(suggestion, "Save {off}")
            .tells(true, path, "{off}, which its offers never have: this campaign has no discount"));
  CHECK(said(suggestion, "+{amount}")
            .tells(true, path, "only upgrade, threshold, gift and sets with a discount have it"));
  CHECK(said(suggestion, "{set}").tells(true, path, "only sets have it"));
  CHECK(said(suggestion, "{threshold}").tells(true, path, "only threshold and gift"));
  CHECK(said(suggestion, "{buy} {get}").tells(true, path, "{buy}, which"));
  CHECK(said(suggestion, "{buy} {get}").tells(true, path, "{get}, which"));
  CHECK(said(suggestion, "{partner}").tells(true, path, "has no partner"));
  CHECK(said(suggestion, "[{size}]").tells(true, path, "only upgrades that were learned"));
  CHECK(said(suggestion, "{together}").tells(true, path, "only a set with discount.price"));
  CHECK(said(R"("type":"threshold","threshold":"30.00","offer":{"skus":["cake"]})", "{amount} to {threshold}")
            .findings.empty());
}

TEST_CASE("doubtful words are warnings: what may be empty, languages and cases that are missing, long sentences") {
  auto const pair = std::string(R"("type":"suggestion","trigger":{"skus":["coffee"]},"offer":{"skus":["cake"]})");
  CHECK(one(R"("type":"suggestion","offer":{"skus":["cake"]},"script":{"en":"With your {trigger}"})")
            .tells(false, "/campaigns/0/script/en", "outside of [ ]: no trigger is named"));
  CHECK(one(pair + R"(,"script":{"ru":"Берите"})")
            .tells(false, "/campaigns/0/script", "no words in en, the store's language: tills in it say the usual"));
  CHECK(
      one(pair + R"(,"script":{"en":"Take it"})", R"(,"texts":{"ru":{"script.popular":"Берите"}})")
          .tells(false, "/campaigns/0/script", "no words in ru, which other texts have: tills in it say those in en"));
  CHECK(one(pair + R"(,"script":{"en":"Our baker has just taken a fresh {item} out of the oven, shall I add one?"})")
            .tells(false, "/campaigns/0/script/en", "characters with 'Cake'; a cashier reads at most 60"));
  CHECK(one(R"("type":"buy_get","trigger":{"skus":["coffee"]},"offer":{"skus":["cake"]},)"
            R"("script":{"en":"Cake","ru":"{get, plural, one {#} other {#}}"})")
            .tells(false, "/campaigns/0/script/ru", "no case few, many"));
  CHECK(check(R"({"texts":{"en":{"script.bougth_together":"Take {item}"}}})")
            .tells(false, "/texts/en/script.bougth_together", "a key that nothing says"));
  CHECK(one(R"("type":"coupon","headline":"{item} cheaper")").tells(false, "/campaigns/0/headline", "as it stands"));
}
