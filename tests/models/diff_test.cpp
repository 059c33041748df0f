#include "tillcue/models/diff.hpp"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "made.hpp"
#include "tillcue/core/bundle_writer.hpp"
#include "tillcue/models/policy_facts.hpp"

using namespace tillcue;
using namespace tillcue::models;
using Json = nlohmann::json;

namespace {

/// bread brings butter, or jam; tea stands alone. No rules in the way.
BundleSource shop(float butter, float jam) {
  BundleSource source;
  source.currency = Currency{{'E', 'U', 'R'}, 2};
  for (auto const* const sku : {"bread", "butter", "jam", "tea"}) {
    ItemSource item;
    item.sku = sku;
    item.name = std::string("Our ") + sku;
    item.price_minor = 200;
    item.unit_cost_minor = 100;
    source.items.push_back(item);
  }
  source.rows = {{{1, butter}, {2, jam}}, {}, {}, {}};
  source.bias = {0.01F, 0.02F, 0.02F, 0.03F};
  source.calibration = {{{{-1.0F, 0}, {0.1F, 100'000}, {0.3F, 300'000}, {0.5F, 500'000}}}};
  source.policy.price_guard_percent = 1000;
  source.policy.max_hints_per_stage = 1;
  return source;
}

Ranker opened(BundleSource const& source) {
  auto bytes = write_bundle(source);
  REQUIRE_MESSAGE(bytes.has_value(), bytes.error().what);
  auto ranker = Ranker::open(std::move(*bytes));
  REQUIRE_MESSAGE(ranker.has_value(), ranker.error().what);
  return std::move(*ranker);
}

bool has(std::vector<Change> const& changes, Change const& wanted) {
  for (auto const& one : changes) {
    if (one.where == wanted.where && one.what == wanted.what && one.before == wanted.before &&
        one.after == wanted.after) {
      return true;
    }
  }
  for (auto const& one : changes) MESSAGE(one.where, ": ", one.what, " ", one.before, " -> ", one.after);
  return false;
}

}  // namespace

TEST_CASE("a bundle does not differ from itself") {
  auto const one = opened(shop(0.5F, 0.2F));
  auto const same = diff(one, one, baskets_of_rows(one.bundle(), one.bundle()), "rows");
  CHECK(same.added.empty());
  CHECK(same.removed.empty());
  CHECK(same.items.empty());
  CHECK(same.settings.empty());
  CHECK(same.suggestions.baskets > 4);
  CHECK(same.suggestions.first_changed == 0);
  CHECK(same.suggestions.any_of_three_changed == 0);
  CHECK(same.suggestions.examples.empty());
  CHECK(text_report(same, 10).find("0 added, 0 removed, 0 changes") != std::string::npos);
}

TEST_CASE("what the cashier would say differently is told with both probabilities") {
  auto const before = opened(shop(0.5F, 0.2F));
  auto const after = opened(shop(0.2F, 0.5F));
  auto const found = diff(before, after, {{"bread"}, {"tea"}}, "two baskets");
  CHECK(found.suggestions.baskets == 2);
  CHECK(found.suggestions.first_changed == 1);
  REQUIRE(found.suggestions.examples.size() == 1);
  auto const& example = found.suggestions.examples[0];
  CHECK(example.basket == std::vector<std::string>{"Our bread"});
  CHECK(example.before.sku == "butter");
  CHECK(example.after.sku == "jam");
  CHECK(example.before.probability == doctest::Approx(0.5).epsilon(0.01));
  CHECK(text_report(found, 10).find("with Our bread: was Our butter (50.0 %), now Our jam (50.0 %)") !=
        std::string::npos);
  auto const json = Json::parse(json_report(found));
  CHECK(json["suggestions"]["examples"][0]["after"]["sku"] == "jam");
}

TEST_CASE("items that came, went, or changed are told") {
  auto source = shop(0.5F, 0.2F);
  auto const before = opened(source);
  source.items[1].name = "Our best butter";
  source.items[1].price_minor = 250;
  source.items[2].flags = static_cast<std::uint16_t>(ItemFlag::excluded);
  source.items[3].sku = "coffee";
  auto const found = diff(before, opened(source), {{"bread"}}, "one");
  REQUIRE(found.added.size() == 1);
  CHECK(found.added[0].sku == "coffee");
  REQUIRE(found.removed.size() == 1);
  CHECK(found.removed[0].sku == "tea");
  CHECK(has(found.items, {"item butter (Our best butter)", "name", "Our butter", "Our best butter"}));
  CHECK(has(found.items, {"item butter (Our best butter)", "price", "2.00 EUR", "2.50 EUR"}));
  CHECK(has(found.items, {"item jam (Our jam)", "flags", "none", "excluded"}));
  CHECK(found.items.size() == 3);
}

TEST_CASE("policy, campaigns and texts are compared by name") {
  auto source = shop(0.5F, 0.2F);
  CampaignSource campaign;
  campaign.id = "spring";
  campaign.discount = DiscountKind::percent;
  campaign.value = 10;
  source.campaigns = {campaign};
  source.texts = {{"en", "script.popular", "Also good: {item}"}};
  auto const before = opened(source);
  source.policy.holdout_permille = 100;
  source.policy.min_probability_ppm = 30'000;
  source.campaigns[0].value = 20;
  source.campaigns[0].items = {1, 2};
  campaign.id = "summer";
  source.campaigns.push_back(campaign);
  source.texts[0].text = "People like {item}";
  source.texts.push_back({"ru", "script.popular", "{item}?"});
  auto const after = opened(source);
  auto const found = diff(before, after, {}, "none");
  CHECK(found.settings.size() == 7);
  CHECK(has(found.settings, {"policy", "holdout_percent", "5.0", "10.0"}));
  CHECK(has(found.settings, {"policy", "min_probability", "2.0 %", "3.0 %"}));
  CHECK(has(found.settings, {"campaign spring", "discount", "10 %", "20 %"}));
  CHECK(has(found.settings, {"campaign spring", "targets", "every item", "butter jam"}));
  CHECK(has(found.settings, {"campaign summer", "campaign", "none", "new: 10 %"}));
  CHECK(has(found.settings, {"text en script.popular", "text", "Also good: {item}", "People like {item}"}));
  CHECK(has(found.settings, {"text ru script.popular", "text", "built in", "{item}?"}));
  auto const text = text_report(found, 3);
  CHECK(text.find("  ... and 4 more (--top, --json)\n") != std::string::npos);
  CHECK(text.find("summer") == std::string::npos);
  CHECK(has(diff(after, before, {}, "none").settings, {"campaign summer", "campaign", "there", "gone"}));
}

TEST_CASE("the rules of a campaign, techniques and ladders are compared") {
  auto source = shop(0.5F, 0.2F);
  CampaignSource campaign;
  campaign.id = "a";
  campaign.type = OfferType::buy_get;
  campaign.stages = mask_of(Stage::subtotal);
  source.campaigns = {campaign};
  auto const before = opened(source);
  auto& now = source.campaigns[0];
  now.weekdays = 0x03;
  now.from_minute = 420;
  now.until_minute = 660;
  now.places = {"store:17"};
  now.segments = {"family"};
  now.audience = Audience::known;
  now.trigger_items = {0};
  now.buy_quantity = 2;
  now.discount = DiscountKind::price;
  now.value = 99;
  now.budgeted = true;
  now.free_minor = 500;
  now.free_issues = 3;
  source.ladders = {{ItemIx{1}, ItemIx{2}, {}, 0, true}};
  source.policy.holdout_by_customer = true;
  auto const found = diff(before, opened(source), {}, "none").settings;
  CHECK(has(found, {"policy", "holdout_by", "sale", "customer"}));
  CHECK(has(found, {"campaign a", "weekdays", "mon, tue, wed, thu, fri, sat, sun", "mon, tue"}));
  CHECK(has(found, {"campaign a", "hours", "all day", "07:00-11:00"}));
  CHECK(has(found, {"campaign a", "places", "all", "store:17"}));
  CHECK(has(found, {"campaign a", "segments", "all", "family"}));
  CHECK(has(found, {"campaign a", "customers", "everyone", "known"}));
  CHECK(has(found, {"campaign a", "trigger quantity", "1", "2"}));
  CHECK(has(found, {"campaign a", "discount", "none", "at 0.99 EUR"}));
  CHECK(has(found, {"campaign a", "free_per_till", "none", "5.00 EUR, 3"}));
  auto const steps = std::count_if(found.begin(), found.end(), [](Change const& change) {
    return change.where == "rules" && change.what.starts_with("ladder from ") && change.after == "head office's";
  });
  CHECK(steps == 1);
  CHECK(found.size() == 12);
}

TEST_CASE("baskets of transactions are sampled by hash, never more than asked for") {
  auto const data = made::dataset(made::random_baskets(500, 20, 1));
  CHECK(baskets_of(data, 100).size() == 100);
  CHECK(baskets_of(data, 1000).size() == 500);
  CHECK(baskets_of(data, 100) == baskets_of(data, 100));
}

TEST_CASE("a rule that silences the till shows as nothing said") {
  auto source = shop(0.5F, 0.2F);
  auto const before = opened(source);
  source.policy.min_probability_ppm = 900'000;
  auto const found = diff(before, opened(source), {{"bread"}}, "one");
  CHECK(found.suggestions.silent_before == 0);
  CHECK(found.suggestions.silent_after == 1);
  CHECK(text_report(found, 10).find("now nothing") != std::string::npos);
  CHECK(text_report(found, 10).find("for 1 basket (one)") != std::string::npos);
  CHECK(Json::parse(json_report(found))["suggestions"]["examples"][0]["after"].is_null());
}

TEST_CASE("every setting of a policy is among its facts, each under a name of its own") {
  auto const words = [](Policy const& policy) {
    std::vector<std::string> out;
    for (auto const& fact : policy_facts(policy)) out.push_back(std::to_string(fact.number) + std::string(fact.word));
    return out;
  };
  Policy const before;
  std::set<std::string_view> names;
  for (auto const& fact : policy_facts(before)) names.insert(fact.name);
  std::size_t fields = 0;
  auto const changes = [&](Policy& policy, auto& field) {
    auto const kept = field;
    field = static_cast<std::decay_t<decltype(field)>>(field == 0 ? 1 : 0);
    CAPTURE(fields);
    auto const was = words(before), is = words(policy);
    std::size_t differ = 0;
    for (std::size_t n = 0; n < was.size(); ++n) differ += was[n] != is[n] ? 1U : 0U;
    CHECK(differ == 1);
    field = kept;
    ++fields;
  };
  Policy policy;
  // A further field does not compile here: it belongs into policy_facts() too.
  auto& [hints, stage_hints, coupons, items, probability, guard, holdout, salt, margin, by_customer, exploration,
         second, quiet, cooldown, day_hints, day_coupons, down_sells, gap, visits, large, upsell, expert] = policy;
  auto const all = [&](auto&... field) { (changes(policy, field), ...); };
  all(hints, stage_hints, coupons, items, probability, guard, holdout, salt, margin, by_customer, exploration, second,
      quiet, cooldown, day_hints, day_coupons, down_sells, gap, visits, large, upsell, expert);
  CHECK(names.size() == fields);
  CHECK(policy_facts(before).size() == fields);
}
