#include <algorithm>
#include <tuple>
#include <utility>

#include "tillcue/core/replay.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/off_policy.hpp"
#include "tillcue/models/sale_text.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kMostEngines = 64;
constexpr std::uint8_t kBest = 0;

/// What the customer was offered, whichever bundle says it.
bool same_offer(Bundle const& a, Offer const& x, Bundle const& b, Offer const& y) {
  auto const sku = [](Bundle const& bundle, ItemIx item) {
    return item == kNoItem ? std::string_view{} : bundle.item(item).sku;
  };
  auto const campaign = [](Bundle const& bundle, Offer const& offer) {
    return offer.campaign == Offer::kNoCampaign ? std::string_view{} : bundle.campaign(offer.campaign).id;
  };
  return x.type == y.type && sku(a, x.item) == sku(b, y.item) && campaign(a, x) == campaign(b, y) &&
         std::equal(x.more.begin(), x.more.end(), y.more.begin(),
                    [&](ItemIx one, ItemIx other) { return sku(a, one) == sku(b, other); });
}

/// Minor units when it is taken, as the engine counts them: differences of upgrades, discounts.
double gain_of(Offer const& offer) {
  return offer.probability.ppm > 0 ? static_cast<double>(offer.expected_margin_micro) / offer.probability.ppm : 0;
}

/// Decides one record again, with one bundle and then with the other.
class Again {
 public:
  Again(Engine& then, Engine& now, Replay& replay) : then_(then), now_(now), replay_(replay) {}

  [[nodiscard]] Decision logged(std::uint8_t choice) {
    if (replay_.live) replay_.live->use(then_.bundle());
    auto context = replay_.context;
    context.choice = choice;
    return then_.decide(replay_.sale, replay_.stage, context);
  }
  [[nodiscard]] Decision candidate() {
    auto sale = replay_.sale;
    now_.rebind(sale, &then_.bundle());
    if (replay_.live) replay_.live->use(now_.bundle());
    auto context = replay_.context;
    context.choice = kBest;
    return now_.decide(sale, replay_.stage, context);
  }
  /// The log's bundle saying `offer` of the candidate, if it ever can.
  [[nodiscard]] Decision saying(Offer const& offer, Decision const& logged_then) {
    auto const sku = now_.bundle().item(offer.item).sku;
    for (std::uint8_t n = 0; n < logged_then.eligible_count; ++n) {
      if (then_.bundle().item(logged_then.eligible[n].item).sku != sku) continue;
      auto const decision = logged(n);
      if (decision.offer_count > 0 && same_offer(then_.bundle(), decision.offers[0], now_.bundle(), offer)) {
        return decision;
      }
    }
    return {};
  }

 private:
  Engine& then_;
  Engine& now_;
  Replay& replay_;
};

Trial compare(Again& again, Decision const& logged, Bundle const& then, Bundle const& now) {
  Trial trial;
  trial.logged_probability = logged.offers[0].probability.ppm / 1e6;
  auto const candidate = again.candidate();
  trial.speaks = candidate.offer_count > 0;
  if (!trial.speaks) return trial;
  auto const& offer = candidate.offers[0];
  trial.same = same_offer(then, logged.offers[0], now, offer);
  auto const said = trial.same ? logged : again.saying(offer, logged);
  // The arm was drawn before: among treated sales the chance is that of the choice alone.
  auto const treated = 1'000'000 - std::uint32_t{then.policy().holdout_permille} * 1000;
  trial.propensity =
      said.offer_count > 0 && treated > 0 ? std::min(1.0, said.propensity_ppm / static_cast<double>(treated)) : 0;
  trial.possible = trial.propensity > 0;
  trial.probability = said.offers[0].probability.ppm / 1e6;
  trial.gain = gain_of(said.offers[0]);
  return trial;
}

}  // namespace

/// Engines of a bundle by where they stand; a few at a time, for each has memory for the whole catalogue.
class Rehearsal::Engines {
 public:
  Engine& at(std::shared_ptr<Bundle const> const& bundle, Place const& place) {
    auto const key = std::make_tuple(bundle.get(), place.store, place.group, place.terminal);
    auto found = engines_.find(key);
    if (found == engines_.end()) found = engines_.emplace(key, Engine(bundle, place)).first;
    return found->second;
  }
  void make_room() {
    if (engines_.size() + 2 > kMostEngines) engines_.clear();
  }

 private:
  std::map<std::tuple<Bundle const*, std::string, std::string, std::string>, Engine> engines_;
};

Rehearsal::Rehearsal(std::shared_ptr<Bundle const> candidate, std::vector<std::shared_ptr<Bundle const>> decided_by)
    : candidate_(std::move(candidate)), decided_by_(std::move(decided_by)), engines_(std::make_unique<Engines>()) {
  counts_.currency = candidate_->info().currency.text();
  counts_.currency_digits = candidate_->info().currency.digits;
}
Rehearsal::~Rehearsal() = default;

std::string Rehearsal::take(LoggedDecision const& row) {
  ++counts_.rows;
  auto const pass_over = [](std::size_t& why) {
    ++why;
    return std::string();
  };
  if (row.held_out) return pass_over(counts_.held_out);
  if (row.item.empty()) return pass_over(counts_.silent);
  if (!row.prompt) return pass_over(counts_.other_kinds);
  if (!row.answered) return pass_over(counts_.unanswered);
  if (row.replay.empty()) return pass_over(counts_.without_record);
  return rehearse(row);
}

std::string Rehearsal::rehearse(LoggedDecision const& row) {
  for (auto const& bundle : decided_by_) {
    auto replay = read_replay(row.replay, *bundle);
    if (!replay && replay.error().code == Code::not_found) continue;
    if (!replay) return "replay: " + replay.error().what;
    engines_->make_room();
    auto& then = engines_->at(bundle, replay->place);
    Again again(then, engines_->at(candidate_, replay->place), *replay);
    auto const logged = again.logged(Context::kDrawn);
    if (digest_of(logged) != replay->digest) return "replay: decides something else today; use the programs of then";
    if (logged.offer_count == 0 || bundle->item(logged.offers[0].item).sku != row.item) {
      return "item: '" + std::string(row.item.substr(0, 40)) + "' is not what the replay record decides; export again";
    }
    if (logged.offers[0].kind != OfferKind::suggestion) {
      ++counts_.other_kinds;
      return {};
    }
    if (logged.propensity_ppm != row.propensity_ppm) {
      return "propensity_ppm: " + std::to_string(row.propensity_ppm) + " was " + std::to_string(logged.propensity_ppm) +
             " when it was decided; export again";
    }
    auto trial = compare(again, logged, *bundle, *candidate_);
    trial.sale = mix(basket_key(row.terminal) ^ mix(basket_key(row.sale)));
    auto const gain = row.accepted ? gain_of(logged.offers[0]) : 0;
    trial.earned = {row.accepted ? 1.0 : 0.0, row.bought ? 1.0 : 0.0, gain};
    trials_.push_back(trial);
    return {};
  }
  ++counts_.of_other_bundles;
  return {};
}

OffPolicy Rehearsal::finish(BadRows const& bad, double clip) const {
  auto out = estimate(trials_, clip);
  out.rows = counts_.rows;
  out.silent = counts_.silent;
  out.held_out = counts_.held_out;
  out.other_kinds = counts_.other_kinds;
  out.unanswered = counts_.unanswered;
  out.without_record = counts_.without_record;
  out.of_other_bundles = counts_.of_other_bundles;
  out.currency = counts_.currency;
  out.currency_digits = counts_.currency_digits;
  out.bad = bad.bad();
  return out;
}

Result<OffPolicy> off_policy(std::vector<std::string> const& files, std::shared_ptr<Bundle const> candidate,
                             std::vector<std::shared_ptr<Bundle const>> decided_by, double clip,
                             BadRowLimit const& limit, BadRows& bad) {
  Rehearsal rehearsal(std::move(candidate), std::move(decided_by));
  for (auto const& file : files) {
    auto source = open_file(file);
    if (!source) return tl::unexpected(source.error());
    auto const read =
        read_decisions(std::move(*source), file, bad, [&](LoggedDecision const& row) { return rehearsal.take(row); });
    if (!read) return tl::unexpected(read.error());
  }
  if (auto const judged = bad.judge(limit, "decisions"); !judged) return tl::unexpected(judged.error());
  auto out = rehearsal.finish(bad, clip);
  if (out.situations == 0) return fail(Code::invalid, "decisions: nothing to go by: " + off_policy_left_out(out));
  return out;
}

}  // namespace tillcue::models
