#include "tillcue/models/campaign_explain.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/campaign_compile.hpp"
#include "tillcue/models/pipeline.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

Currency const kEuro{{'E', 'U', 'R'}, 2};

/// Twelve items of which i0 and i1 and so on go together; some of them named.
Ranker const& learned() {
  static auto const made = [] {
    BadRows bad;
    auto const catalogue = read_catalogue(
        from_memory("sku,name,category,price,size,flags\ni0,Coffee small,Coffee,5,,\ni1,Cake,Bakery,1,,\n"
                    "i2,Milk,Dairy,1.10,,\ni3,Cream,Dairy,1.30,,\ni4,Coffee large,Coffee,8,,\ni5,Knife,Tools,2,,"
                    "age_restricted\ni6,Bag,Till,0.10,,not_for_sale\ni7,Sugar,Pantry,0.40,,\n"),
        "items.csv", 0, bad);
    auto built = build(made::dataset(made::random_baskets(2000, 12, 1)), *catalogue, {}, {});
    REQUIRE(built.has_value());
    auto ranker = Ranker::open(std::move(built->bundle));
    REQUIRE(ranker.has_value());
    return std::move(*ranker);
  }();
  return made;
}

Explanation explain(std::string const& json, ExplainQuestion question) {
  auto source = source_of(learned().bundle());
  auto const campaigns = parse_campaigns(json, "c.json", kEuro, assortment_of(source));
  REQUIRE_MESSAGE(campaigns.has_value(), campaigns.error().what);
  (void)apply_campaigns(*campaigns, source);
  auto bytes = write_bundle(source, learned().bundle());
  REQUIRE_MESSAGE(bytes.has_value(), bytes.error().what);
  auto const ranker = Ranker::open(std::move(*bytes));
  REQUIRE_MESSAGE(ranker.has_value(), ranker.error().what);
  if (question.at == 0) question.at = 1'795'428'000;  // Monday 2026-11-23, 10:00
  return explain_decision(ranker->share(), question);
}

ExplainQuestion with(std::string const& basket, Stage stage) {
  ExplainQuestion question;
  question.basket = parse_basket(basket, kEuro).value();
  question.stage = stage;
  return question;
}

/// The rules that stopped campaign "a", or items of it.
std::set<std::string> stopped(std::string const& fields, ExplainQuestion const& question,
                              std::string const& more = "") {
  auto const explanation = explain(R"({"campaigns":[{"id":"a",)" + fields + "}]" + more + "}", question);
  std::set<std::string> rules;
  for (auto const& entry : explanation.not_made) {
    CHECK(!entry.why.empty());
    if (entry.campaign == "a") rules.insert(entry.rule.empty() ? entry.why.substr(0, 12) : entry.rule);
  }
  return rules;
}

using Rules = std::set<std::string>;

}  // namespace

TEST_CASE("a basket is read with quantities and prices, and each fault is named") {
  auto const lines = parse_basket("1001,1002*2,1003*0.5@1.99", kEuro);
  REQUIRE(lines.has_value());
  REQUIRE(lines->size() == 3);
  CHECK(lines->at(0).price_minor == -1);
  CHECK(lines->at(1).quantity_milli == 2000);
  CHECK(lines->at(2).sku == "1003");
  CHECK(lines->at(2).quantity_milli == 500);
  CHECK(lines->at(2).price_minor == 199);
  CHECK(parse_basket("a*x", kEuro).error().what.find("'a*x': the quantity") != std::string::npos);
  CHECK(parse_basket("a@1.234", kEuro).error().what.find("the price is no amount") != std::string::npos);
  CHECK(parse_basket("a,,b", kEuro).error().what.find("there is no SKU") != std::string::npos);
  CHECK(parse_basket("a*0", kEuro).error().what.find("no number above 0") != std::string::npos);
}

TEST_CASE("what is learned stays as it was under other rules, byte for byte") {
  auto source = source_of(learned().bundle());
  source.policy.max_hints_per_sale = 9;
  auto const bytes = write_bundle(source, learned().bundle());
  REQUIRE(bytes.has_value());
  auto const again = Ranker::open(*bytes);
  REQUIRE(again.has_value());
  auto const &before = learned().bundle(), &after = again->bundle();
  CHECK(after.policy().max_hints_per_sale == 9);
  REQUIRE(after.item_count() == before.item_count());
  for (std::uint32_t n = 0; n < before.item_count(); ++n) {
    auto const a = before.row_bytes(ItemIx{n}), b = after.row_bytes(ItemIx{n});
    CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
    CHECK(before.bias(ItemIx{n}) == after.bias(ItemIx{n}));
    CHECK(before.item(ItemIx{n}).sku == after.item(ItemIx{n}).sku);
  }
  for (int score = -100'000; score < 100'000; score += 999) {
    for (std::size_t rank = 0; rank < 7; ++rank)
      CHECK(before.probability(score, rank, rank) == after.probability(score, rank, rank));
  }
  source.items.pop_back();
  CHECK(!write_bundle(source, learned().bundle()).has_value());
}

TEST_CASE("an offer is shown with its words, reason, price and expected margin") {
  auto const explanation = explain(
      R"({"campaigns":[{"id":"a","type":"suggestion","trigger":{"skus":["i0"]},"offer":{"skus":["i7"]},
          "probability":0.5,"weight_percent":10000,"discount":{"percent":10}}]})",
      with("i0", Stage::scan));
  REQUIRE(!explanation.offers.empty());
  auto const& offer = explanation.offers[0];
  CHECK(explanation.silence.empty());
  CHECK(offer.campaign == "a");
  CHECK(offer.sku == "i7");
  CHECK(offer.type == "suggestion");
  CHECK(offer.discount == "10 %");
  CHECK(offer.price == "0.40 EUR");
  CHECK(offer.probability == doctest::Approx(0.5));
  // 0.5 x (25 % of 0.40 less the discount of 0.04)
  CHECK(offer.expected_margin == doctest::Approx(0.03));
  CHECK(!offer.script.empty());
  CHECK(!offer.reason.empty());
}

TEST_CASE("every rule that stops a campaign is named") {
  auto const scan = with("i0", Stage::scan);
  auto const tender = with("i0", Stage::tender);
  auto const pair =
      std::string(R"("type":"suggestion","trigger":{"skus":["i0"]},"offer":{"skus":["i7"]},"probability":0.5)");
  CHECK(stopped(pair + R"(,"starts":"2027-01-01")", scan) == Rules{"not_started"});
  CHECK(stopped(pair + R"(,"ends":"2026-11-20")", scan) == Rules{"ended"});
  CHECK(stopped(pair + R"(,"weekdays":["tue"])", scan) == Rules{"weekday"});
  CHECK(stopped(pair + R"(,"hours":"18:00-20:00")", scan) == Rules{"daypart"});
  CHECK(stopped(pair + R"(,"places":{"stores":["17"]})", scan) == Rules{"place"});
  CHECK(stopped(pair + R"(,"segments":["family"])", scan) == Rules{"segment"});
  CHECK(stopped(pair + R"(,"customers":"known")", scan) == Rules{"audience"});
  CHECK(stopped(pair + R"(,"min_visits":2)", scan) == Rules{"visits"});
  CHECK(stopped(pair + R"(,"needs_trust":true)", scan) == Rules{"trust"});
  CHECK(stopped(pair + R"(,"min_basket":"10.00")", scan) == Rules{"basket_too_small"});
  CHECK(stopped(pair + R"(,"max_basket":"1.00")", scan) == Rules{"basket_too_large"});
  CHECK(stopped(pair + R"(,"discount":{"percent":50},"budget":{"issues":5})", scan) == Rules{"budget"});
  CHECK(stopped(pair, with("i1", Stage::scan)) == Rules{"no_trigger"});
  CHECK(stopped(pair, with("i0,i7", Stage::scan)) == Rules{"in_basket"});
  CHECK(stopped(R"("type":"buy_get","trigger":{"skus":["i0"],"quantity":2},"offer":{"skus":["i7"]})", scan) ==
        Rules{"too_few_triggers"});
  CHECK(stopped(R"("type":"thank_you")", tender) == Rules{"nothing_accepted"});
  CHECK(stopped(R"("type":"threshold","threshold":"4.00")", with("i0", Stage::subtotal)) == Rules{"threshold_reached"});
  CHECK(stopped(R"("type":"threshold","threshold":"40.00")", with("i0", Stage::subtotal)) == Rules{"threshold_far"});
  CHECK(stopped(R"("type":"gift","threshold":"40.00","offer":{"skus":["i7"]})", with("i0", Stage::subtotal)) ==
        Rules{"threshold_not_reached"});
  CHECK(stopped(R"("type":"threshold","threshold":"6.00","offer":{"skus":["i7"]},"probability":0.5)",
                with("i0", Stage::subtotal)) == Rules{"gap"});
  auto const offers = [](char const* sku) {
    return std::string(R"("type":"suggestion","trigger":{"skus":["i0"]},"probability":0.5,"offer":{"skus":[")") + sku +
           "\"]}";
  };
  CHECK(stopped(offers("i5"), scan) == Rules{"age_restricted"});
  CHECK(stopped(offers("i6"), scan) == Rules{"not_for_sale"});
  CHECK(stopped(offers("i4"), scan) == Rules{"price_guard"});
  CHECK(stopped(offers("i7"), scan, R"(,"exclude":{"skus":["i7"]})") == Rules{"excluded"});
  CHECK(stopped(offers("i7"), scan, R"(,"techniques":{"Pantry":"none"})") == Rules{"category_silent"});
  CHECK(stopped(offers("i7"), scan, R"(,"techniques":{"Coffee":"upsell"})") == Rules{"technique"});
  CHECK(stopped(offers("i7"), scan, R"(,"never":[{"with":{"skus":["i0"]},"offer":{"skus":["i7"]}}])") ==
        Rules{"never_beside"});
  CHECK(stopped(offers("i7") + R"(,"min_probability":0.6)", scan) == Rules{"improbable"});
  CHECK(stopped(R"("type":"second_item","trigger":{"skus":["i0"]},"offer":{"skus":["i1"]},"probability":0.5)", scan) ==
        Rules{"second_item_guard"});
  CHECK(stopped(R"("type":"upgrade","trigger":{"skus":["i4"]},"offer":{"skus":["i0"]})", with("i4", Stage::scan)) ==
        Rules{"not_dearer"});
  CHECK(stopped(R"("type":"upgrade","trigger":{"skus":["i0"]},"offer":{"skus":["i4"]})", scan) == Rules{"trust"});
}

TEST_CASE("campaigns no rule was asked about are told, too: another stage, or somebody else's turn") {
  CHECK(stopped(R"("type":"coupon")", with("i0", Stage::scan)) == Rules{"it is tried "});
  auto const explanation = explain(
      R"({"campaigns":[{"id":"up","type":"upgrade","trigger":{"skus":["i0"]},"offer":{"skus":["i4"]},"probability":0.9},
          {"id":"side","type":"suggestion","trigger":{"skus":["i0"]},"offer":{"skus":["i7"]},"probability":0.9}],
          "policy":{"large_upgrade_percent":0}})",
      with("i0", Stage::scan));
  REQUIRE(!explanation.offers.empty());
  CHECK(explanation.offers[0].campaign == "up");
  REQUIRE(explanation.not_made.size() >= 1);
  CHECK(explanation.not_made[0].campaign == "side");
  CHECK(explanation.not_made[0].why.starts_with("it was not its turn"));
}

TEST_CASE("a campaign that passed every rule and is not among those shown is said to be outranked") {
  std::string list;
  for (std::string const sku : {"i1", "i2", "i3", "i7", "i8"}) {
    list += (list.empty() ? "" : ",") + std::string(R"({"id":"for )") + sku +
            R"(","type":"suggestion","trigger":{"skus":["i0"]},"offer":{"skus":[")" + sku + R"("]},"probability":0.9})";
  }
  auto const explanation = explain(R"({"campaigns":[)" + list + "]}", with("i0", Stage::scan));
  REQUIRE(explanation.offers.size() == 3);
  std::size_t campaigns = 0;
  for (auto const& offer : explanation.offers) campaigns += offer.campaign.empty() ? 0 : 1;
  for (auto const& entry : explanation.not_made) {
    if (entry.campaign.empty()) continue;
    CHECK(entry.rule == "outranked");
    ++campaigns;
  }
  CHECK(campaigns == 5);
}

TEST_CASE("a till that may not speak says why, and what was scanned but is unknown is listed") {
  auto question = with("zz", Stage::scan);
  auto const explanation = explain(R"({"campaigns":[{"id":"a","type":"suggestion"}]})", question);
  CHECK(explanation.offers.empty());
  CHECK(explanation.silence.find("too few known items") != std::string::npos);
  CHECK(explanation.unknown == std::vector<std::string>{"zz"});
  CHECK(text_report(explanation, 3).find("not known here: zz") != std::string::npos);
}

TEST_CASE("every rule has words of its own") {
  std::set<std::string_view> words;
  for (std::size_t n = 0; n < kRules; ++n) {
    auto const text = words_of(static_cast<Rule>(n));
    CHECK(!text.empty());
    CHECK(words.insert(text).second);
  }
}

TEST_CASE("a till's live words are asked about, with those of its own shelves") {
  auto const a = R"("type":"coupon","offer":{"skus":["i1"]},"discount":{"percent":10})";
  auto question = with("i0", Stage::tender);
  question.live = parse_live_words(R"({"stop":["a"]})", "live.json").value();
  CHECK(stopped(a, question) == Rules{"stopped"});
  question.live = parse_live_words(R"({"grants":{"a":{"issues":0}}})", "live.json").value();
  CHECK(stopped(a, question) == Rules{"budget"});
  question.live = parse_live_words(R"({"out_of_stock":["i1"]})", "live.json").value();
  CHECK(stopped(a, question) == Rules{"out_of_stock"});
  question.live = {};
  question.probably_out = {"i1"};
  CHECK(stopped(a, question) == Rules{"probably_out_of_stock"});
  question.live.stop_all = true;
  auto const silent = explain("{}", question);
  CHECK(silent.offers.empty());
  CHECK(silent.silence.find("stop_all") != std::string::npos);

  auto const bad = parse_live_words("{\n\"grants\":{\"a\":{\"issues\":-1}},\n\"stop\":3}", "live.json");
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().what.find("live.json:2: /grants/a/issues: is -1") != std::string::npos);
  CHECK(bad.error().what.find("live.json:3: /stop") != std::string::npos);
  CHECK(parse_live_words(R"({"stop_al":true})", "live.json")->unread == std::vector<std::string>{"stop_al"});
}

TEST_CASE("what was said before counts: repeats, caps, the pause, a decline and its cheaper alternative") {
  auto const json = R"({"policy":{"max_hints_per_sale":2,"cooldown_seconds":30}})";
  auto question = with("i0", Stage::subtotal);
  auto const first = explain(json, question);
  REQUIRE(!first.offers.empty());
  question.before = parse_prompts(first.offers[0].sku, Response::ignored, "--shown").value();
  auto const second = explain(json, question);
  REQUIRE(!second.offers.empty());
  CHECK(second.offers[0].sku != first.offers[0].sku);
  question.seconds_since = 10;
  CHECK(explain(json, question).silence.find("cooldown_seconds") != std::string::npos);
  question.before.push_back({second.offers[0].sku, {}, Response::ignored});
  question.seconds_since = 60;
  CHECK(explain(json, question).silence.find("has had all") != std::string::npos);

  // Cream costs more than milk and is of the same category.
  auto declined = with("i0,i1", Stage::scan);
  declined.before = parse_prompts("i3", Response::declined, "--declined").value();
  auto const cheaper = explain(R"({"policy":{"min_probability":0}})", declined);
  REQUIRE(!cheaper.offers.empty());
  CHECK(cheaper.offers[0].code == "cheaper");
  CHECK(cheaper.offers[0].sku == "i2");

  auto thanked = with("i0", Stage::tender);
  auto const thanks = R"("type":"thank_you","offer":{"skus":["i1"]})";
  CHECK(stopped(thanks, thanked) == Rules{"nothing_accepted"});
  thanked.before = parse_prompts("i7", Response::accepted, "--accepted").value();
  CHECK(stopped(thanks, thanked) == Rules{});

  question.before = parse_prompts("zz:nobody", Response::ignored, "--shown").value();
  CHECK(explain(json, question).unknown == std::vector<std::string>{"zz", "nobody"});
  CHECK(parse_prompts(":a", Response::ignored, "--shown").error().what.find("names no SKU") != std::string::npos);
}

TEST_CASE("pace, paper, the customer's day and usual items are asked about") {
  auto question = with("i0", Stage::scan);
  question.pace = 60;
  CHECK(explain("{}", question).silence.find("too fast") != std::string::npos);
  question.pace = 20;
  CHECK(!explain("{}", question).offers.empty());
  auto tender = with("i0", Stage::tender);
  tender.no_paper = true;
  CHECK(explain(R"({"coupons":[{"id":"a"}]})", tender).silence.find("print") != std::string::npos);
  tender.no_paper = false;
  tender.customer = "somebody";
  tender.campaigns_today = {{"a", 1}};
  CHECK(stopped(R"("type":"coupon","max_per_customer_day":1)", tender) == Rules{"per_customer_day"});
  tender.campaigns_today.clear();
  tender.coupons_today = 1;
  CHECK(explain(R"({"policy":{"max_coupons_per_customer_day":1}})", tender).silence.find("has had all") !=
        std::string::npos);
  auto usual = with("i0", Stage::subtotal);
  usual.customer = "somebody";
  usual.usual = {{"i7", Probability{900'000}}};
  auto const asked = explain("{}", usual);
  CHECK(std::any_of(asked.offers.begin(), asked.offers.end(),
                    [](MadeOffer const& offer) { return offer.code == "usual" && offer.sku == "i7"; }));
}
