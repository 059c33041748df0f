#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "core/decide_checker.hpp"
#include "core/decide_world.hpp"
#include "tillcue/core/replay.hpp"

using namespace tillcue;

namespace {

constexpr std::uint32_t kSalesAWorld = 500;

/// What a test makes of the engine's inputs before it decides, behind the checker's back.
struct Tampering {
  std::function<void(BundleSource&)> source;
  std::function<void(world::Moving&)> moving;
  std::function<void(Sale&)> sale;
  std::function<void(Context&)> context;
};

struct Tally {
  std::map<std::string, std::uint64_t> broken;  ///< by rule
  std::set<OfferType> types;
  std::set<ReasonCode> reasons;
  std::set<Silence> silences;
  std::uint64_t sales = 0, decisions = 0, offers = 0, notices = 0, stood = 0, replayed = 0, replay_bytes = 0,
                longest = 0;
};

/// One shop for a while, and what of it must hold.
class Shift {
 public:
  Shift(std::uint32_t seed, Tampering const& tampering, Tally& tally)
      : random_(seed),
        source_(world::source(seed)),
        moving_(world::moving(source_, random_)),
        tampering_(tampering),
        tally_(tally),
        checker_(source_, moving_) {
    auto used = source_;
    if (tampering_.source) tampering_.source(used);
    opened_ = shop::open(used);
    auto told = moving_;
    if (tampering_.moving) tampering_.moving(told);
    told.tell(live_);
    live_.use(*opened_);
    engine_ = std::make_unique<Engine>(opened_.bundle, world::kPlace);
  }

  void run(std::uint32_t sales) {
    for (std::uint32_t n = 0; n < sales; ++n) one_sale(n);
  }

 private:
  void one_sale(std::uint32_t number) {
    ++tally_.sales;
    auto sale = world::begin(*opened_, number, random_);
    sale.arm = engine_->arm_of(sale.id, sale.customer);
    context_ = {};
    context_.now = Timestamp{std::chrono::seconds{1'794'900'000 + random_() % 200'000}};
    context_.utc_offset_minutes = static_cast<std::int32_t>(random_() % 1440) - 720;
    context_.seed = random_();
    context_.channels = random_() % 4 == 0 ? static_cast<std::uint8_t>(random_() % 8) : 7;
    context_.live = &live_;
    auto const lines = 1 + random_() % 12;
    for (std::uint32_t k = 0; k < lines; ++k) {
      context_.now += std::chrono::milliseconds(200 + random_() % 6000);
      world::scan(sale, *opened_, random_);
      sale.pace.scanned(context_.moment());
      decide(sale, Stage::scan);
    }
    decide(sale, Stage::subtotal);
    decide(sale, Stage::subtotal);
    decide(sale, Stage::tender);
  }

  void decide(Sale& sale, Stage stage) {
    auto given = sale;
    auto context = context_;
    if (tampering_.sale) tampering_.sale(given);
    if (tampering_.context) tampering_.context(context);
    auto const decision = engine_->decide(given, stage, context);
    ++tally_.decisions;
    tally_.silences.insert(decision.silence);
    for (auto const& rule : checker_.broken(sale, context_, decision)) ++tally_.broken[rule];
    if (!tampering_.sale && random_() % 8 == 0) replay(given, stage, context, decision);
    if (stage != Stage::tender) stand(given, context, decision);
    if (decision.offer_count > 0) note(decision);
    if (auto const* offer = remember(sale, decision); offer != nullptr) {
      sale.shown.back().response = static_cast<Response>(random_() % 4);
      if (offer->campaign != Offer::kNoCampaign) live_.spend(offer->campaign, decision.cost_minor);
      checker_.made(decision);
    }
  }

  /// What has just been decided stands, and what it goes with taken out it does not; nor does a notice beside anything
  /// it asks for.
  void stand(Sale const& sale, Context const& context, Decision const& decision) {
    auto const lines = sale.basket.lines();
    for (std::size_t n = 0; n < decision.offer_count; ++n) {
      auto const& offer = decision.offers[n];
      auto const still = engine_->standing(sale, offer, context);
      if (!still || still->more != offer.more || still->reason.amount != offer.reason.amount) {
        ++tally_.broken["standing"];
      }
      auto without = sale;
      for (auto const& line : lines) {
        if (line.item == offer.reason.trigger) without.basket.remove(line.line);
      }
      if (offer.reason.trigger != kNoItem && engine_->standing(without, offer, context)) ++tally_.broken["standing"];
      if (offer.type == OfferType::notice) with_needed(sale, context, offer);
      ++tally_.stood;
    }
  }

  void with_needed(Sale const& sale, Context const& context, Offer const& offer) {
    auto const& asks = source_.campaigns[offer.campaign];
    for (auto const item : asks.items) {
      bool const trigger =
          std::count(asks.trigger_items.begin(), asks.trigger_items.end(), item) > 0 ||
          std::count(asks.trigger_categories.begin(), asks.trigger_categories.end(), source_.items[item].category) > 0;
      auto beside = sale;
      (void)beside.basket.put({LineNo{1000}, Sku{}, ItemIx{item}, Quantity{1000}, {}});
      if (!trigger && bought(beside.basket, ItemIx{item}).milli > 0 && engine_->standing(beside, offer, context)) {
        ++tally_.broken["standing"];
      }
    }
  }

  void note(Decision const& decision) {
    ++tally_.offers;
    tally_.notices += decision.offers[0].kind == OfferKind::notice ? 1 : 0;
    tally_.types.insert(decision.offers[0].type);
    tally_.reasons.insert(decision.offers[0].reason.code);
  }

  void replay(Sale const& sale, Stage stage, Context const& context, Decision const& decision) {
    auto const line = replay_record(*engine_, sale, stage, context, decision);
    auto read = read_replay(line, *opened_);
    REQUIRE_MESSAGE(read, (read ? "" : read.error().what));
    Engine again(opened_.bundle, read->place);
    auto const once_more = again.decide(read->sale, read->stage, read->context);
    if (digest_of(once_more) != read->digest || digest_of(decision) != read->digest) ++tally_.broken["replay"];
    ++tally_.replayed;
    tally_.replay_bytes += line.size();
    tally_.longest = std::max<std::uint64_t>(tally_.longest, line.size());
  }

  world::Random random_;
  BundleSource source_;
  world::Moving moving_;
  Tampering const& tampering_;
  Tally& tally_;
  DecideChecker checker_;
  shop::Opened opened_;
  Live live_;
  std::unique_ptr<Engine> engine_;
  Context context_;
};

Tally run(std::uint32_t worlds, Tampering const& tampering = {}, std::uint32_t first = 1) {
  Tally tally;
  for (std::uint32_t n = 0; n < worlds; ++n) Shift(first + n, tampering, tally).run(kSalesAWorld);
  return tally;
}

std::uint32_t worlds_asked() {
  auto const* const sales = std::getenv("TILLCUE_SALES");
  auto const asked = sales != nullptr ? std::strtoul(sales, nullptr, 10) : 10'000;
  return static_cast<std::uint32_t>((asked + kSalesAWorld - 1) / kSalesAWorld);
}

struct Mutation {
  char const* rule;  ///< that the checker must see broken
  Tampering tampering;
};

Mutation in_source(char const* rule, std::function<void(BundleSource&)> change) {
  return {rule, {std::move(change), {}, {}, {}}};
}
Mutation in_campaigns(char const* rule, std::function<void(CampaignSource&)> change) {
  return in_source(rule, [change](BundleSource& s) {
    for (auto& c : s.campaigns) change(c);
  });
}
Mutation in_policy(char const* rule, std::function<void(Policy&)> change) {
  return in_source(rule, [change](BundleSource& s) { change(s.policy); });
}
Mutation without_flag(char const* rule, ItemFlag flag) {
  return in_source(rule, [flag](BundleSource& s) {
    for (auto& item : s.items) item.flags = static_cast<std::uint16_t>(item.flags & ~static_cast<unsigned>(flag));
  });
}
Mutation in_moving(char const* rule, std::function<void(world::Moving&)> change) {
  return {rule, {{}, std::move(change), {}, {}}};
}
Mutation in_sale(char const* rule, std::function<void(Sale&)> change) {
  return {rule, {{}, {}, std::move(change), {}}};
}

std::vector<Mutation> const kMutations{
    without_flag("age_restricted", ItemFlag::age_restricted),
    without_flag("excluded", ItemFlag::excluded),
    without_flag("not_for_sale", ItemFlag::not_for_sale),
    without_flag("gap", ItemFlag::not_counted),
    without_flag("never_trigger", ItemFlag::no_trigger),
    in_policy("too_few_items", [](Policy& p) { p.min_items_before_hint = 0; }),
    in_source("category_silent", [](auto& s) { s.techniques.clear(); }),
    in_source("technique", [](auto& s) { s.techniques.clear(); }),
    in_source("never_beside", [](auto& s) { s.never.clear(); }),
    in_policy("price_guard", [](Policy& p) { p.price_guard_percent = 65'000; }),
    in_policy("second_item_guard", [](Policy& p) { p.second_item_percent = 10'000; }),
    in_policy("trust", [](Policy& p) { p.trust_visits = 0; }),
    in_policy("improbable", [](Policy& p) { p.min_probability_ppm = 0; }),
    in_sale("holdout", [](Sale& s) { s.arm = Arm::treated; }),
    in_policy("hints_per_sale", [](Policy& p) { p.max_hints_per_sale = 99; }),
    in_policy("hints_per_stage", [](Policy& p) { p.max_hints_per_stage = 99; }),
    in_policy("hints_per_day", [](Policy& p) { p.max_hints_per_customer_day = 0; }),
    in_policy("coupons_per_sale", [](Policy& p) { p.max_coupons_per_sale = 99; }),
    in_policy("coupons_per_day", [](Policy& p) { p.max_coupons_per_customer_day = 0; }),
    in_policy("cooldown", [](Policy& p) { p.cooldown_seconds = 0; }),
    in_policy("busy", [](Policy& p) { p.quiet_scans_per_minute = 0; }),
    in_policy("down_sells", [](Policy& p) { p.max_down_sells = 99; }),
    in_policy("threshold_far", [](Policy& p) { p.gap_percent = 1000; }),
    in_campaigns("stage", [](CampaignSource& c) { c.stages = 7; }),
    in_campaigns("not_started", [](CampaignSource& c) { c.starts = 0; }),
    in_campaigns("ended", [](CampaignSource& c) { c.ends = 0; }),
    in_campaigns("weekday", [](CampaignSource& c) { c.weekdays = 0x7F; }),
    in_campaigns("daypart", [](CampaignSource& c) { c.from_minute = c.until_minute; }),
    in_campaigns("place", [](CampaignSource& c) { c.places.clear(); }),
    in_campaigns("segment", [](CampaignSource& c) { c.segments.clear(); }),
    in_campaigns("audience", [](CampaignSource& c) { c.audience = Audience::everyone; }),
    in_campaigns("visits", [](CampaignSource& c) { c.min_visits = 0; }),
    in_campaigns("trust", [](CampaignSource& c) { c.needs_trust = false; }),
    in_campaigns("channel", [](CampaignSource& c) { c.channels = 7; }),
    in_campaigns("basket_too_small", [](CampaignSource& c) { c.min_basket_minor = 0; }),
    in_campaigns("basket_too_large", [](CampaignSource& c) { c.max_basket_minor = 0; }),
    in_campaigns("improbable", [](CampaignSource& c) { c.min_probability_ppm = 0; }),
    in_campaigns("per_sale", [](CampaignSource& c) { c.max_per_sale = 99; }),
    in_campaigns("per_customer_day", [](CampaignSource& c) { c.max_per_customer_day = 0; }),
    in_campaigns("too_few_triggers", [](CampaignSource& c) { c.buy_quantity = 1; }),
    in_campaigns("target", [](CampaignSource& c) { c.categories = {0, 1, 2, 3, 4, 5}; }),
    in_campaigns("no_trigger",
                 [](CampaignSource& c) {
                   if (c.type == OfferType::multi_buy) return;
                   c.trigger_items.clear();
                   c.trigger_categories.clear();
                   c.probability_ppm = 100'000;
                 }),
    in_campaigns("nothing_accepted",
                 [](CampaignSource& c) {
                   if (c.type == OfferType::thank_you) c.type = OfferType::coupon;
                 }),
    in_campaigns("threshold_not_reached",
                 [](CampaignSource& c) {
                   if (c.type == OfferType::gift) c.threshold_minor = 0;
                 }),
    in_campaigns("threshold_reached",
                 [](CampaignSource& c) {
                   if (c.type == OfferType::threshold) c.threshold_minor = 6000;
                 }),
    in_campaigns("budget", [](CampaignSource& c) { c.free_minor = c.free_issues = 1'000'000; }),
    in_source("partner_budget", [](BundleSource& s) { s.budgets.clear(); }),
    in_moving("stopped", [](auto& m) { m.stopped.clear(); }),
    in_moving("out_of_stock", [](auto& m) { m.missing.clear(); }),
    in_moving("probably_out_of_stock", [](auto& m) { m.probable.clear(); }),
    in_moving("budget",
              [](auto& m) {
                for (auto& [name, share] : m.shares) share = {1'000'000, 1'000'000};
              }),
    in_campaigns("has_what_it_needs",
                 [](CampaignSource& c) {
                   if (c.type == OfferType::notice && c.items.size() > 1) c.items.resize(1);
                 }),
    in_sale("pieces",
            [](Sale& s) {
              for (auto& line : s.basket.lines()) line.quantity.milli = (line.quantity.milli + 999) / 1000 * 1000;
            }),
    in_sale("nothing_sold",
            [](Sale& s) {
              for (auto& line : s.basket.lines()) line.quantity.milli = std::abs(line.quantity.milli);
            }),
    in_sale("shown_before", [](Sale& s) { s.shown.clear(); }),
    in_sale("in_basket",
            [](Sale& s) {
              auto lines = s.basket.lines();
              if (lines.size() > 1) lines.front().item = kNoItem;
            }),
    in_sale("trigger_used",
            [](Sale& s) {
              for (auto& shown : s.shown) shown.offer.reason.trigger = kNoItem;
            }),
    in_sale("no_channel", [](Sale& s) { s.shopper.no_paper = false; }),
    {"no_channel", {{}, {}, {}, [](Context& c) { c.channels = 7; }}},
    in_source("not_dearer",
              [](BundleSource& s) {
                for (auto& step : s.ladders) s.items[index(step.to)].price_minor = 99'999;
              }),
    in_source("not_cheaper",
              [](BundleSource& s) {
                for (auto& item : s.items) item.category = 0;
              }),
};

}  // namespace

TEST_CASE("in any sale no rule is broken, nothing fails, and every decision replays bit for bit") {
  auto const worlds = worlds_asked();
  auto const tally = run(worlds);
  for (auto const& [rule, times] : tally.broken) CHECK_MESSAGE(times == 0, rule, " ", times);
  // All of it has happened, or nothing was proved.
  CHECK(tally.types.size() == kOfferTypes);
  CHECK(tally.reasons.size() == kReasonCodes);
  CHECK(tally.silences.size() == 8);
  CHECK(tally.replayed > tally.decisions / 16);
  CHECK(tally.stood > tally.offers / 4);
  std::cout << tally.sales << " sales, " << tally.decisions << " decisions, " << tally.offers << " offers ("
            << tally.notices << " notices), " << tally.replayed << " replayed from records of "
            << tally.replay_bytes / tally.replayed << " bytes, " << tally.longest << " at most\n";
}

TEST_CASE("the checker notices every rule that an engine would leave out") {
  for (auto const& mutation : kMutations) {
    std::uint64_t found = 0;
    for (std::uint32_t first = 1; found == 0 && first < 400; first += 2) {
      auto const tally = run(2, mutation.tampering, first);
      auto const at = tally.broken.find(mutation.rule);
      if (at != tally.broken.end()) found = at->second;
    }
    CHECK_MESSAGE(found > 0, std::string(mutation.rule));
  }
}
