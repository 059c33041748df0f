#include "tillcue/models/gate.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "measures.hpp"
#include "sold_prices.hpp"
#include "tillcue/models/counted_source.hpp"
#include "tillcue/models/pair_rows.hpp"
#include "tillcue/models/weighing.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

/// Who is asked what.
struct Match {
  Split split;
  bool twin = false;  ///< that learned without what is asked stands in for the new bundle
  std::string how;
  double seen = 0;  ///< share of what the new bundle gains by having learned from what is asked that the twin gets
};

Split after(Dataset const& data, std::int64_t until) {
  Split split;
  for (std::uint32_t n = 0; n < data.baskets(); ++n) (data.times[n] > until ? split.held : split.train).push_back(n);
  return split;
}

bool all_after(Dataset const& data, std::vector<std::uint32_t> const& baskets, std::int64_t until) {
  return std::all_of(baskets.begin(), baskets.end(), [&](auto n) { return data.times[n] > until; });
}

/// Baskets with two items or more ask at least two questions each.
bool enough(Dataset const& data, std::vector<std::uint32_t> const& baskets, std::size_t questions) {
  std::size_t sum = 0;
  for (auto const n : baskets) {
    auto const items = data.basket(n).size();
    if (items >= 2) sum += items;
  }
  return sum >= questions;
}

std::string twin_words(Dataset const& data, Split const& split) {
  auto const left = static_cast<double>(split.held.size()) / static_cast<double>(data.baskets());
  return "on baskets new to both; for the new bundle a twin answers that learned without them, from " +
         percent(left, 0) + " fewer baskets";
}

/// Baskets read for it, whatever they weigh.
std::uint64_t baskets_of(Bundle const& bundle) {
  auto const weighing = weighing_in(bundle.info().note);
  return weighing.on && weighing.baskets > 0 ? weighing.baskets : bundle.info().baskets;
}

/// What was learned from fewer baskets knows more of them by heart, and would look better for it on them: there a twin
/// answers that has not seen them. The running bundle may have, so the twin gets that part back that the running one
/// gains by it: as much less than the new one as it learned from more.
Match seen_by_both(Dataset const& data, Bundle const& fresh, Bundle const& running, GateOptions const& options,
                   bool dated) {
  constexpr double kAsMany = 0.95;
  auto const ours = static_cast<double>(baskets_of(fresh)), theirs = static_cast<double>(baskets_of(running));
  auto const of_theirs = theirs > 0 ? ours / theirs : 1.0;
  std::string const why =
      std::string("too few are later than the running bundle's data") + (dated ? "" : ", or there are no dates");
  if (of_theirs < kAsMany) {
    auto split = hold_out(data, options.test_share);
    if (!split.train.empty() && !split.held.empty()) {
      auto how = "on baskets the running bundle may have learned from (" + why + "); the new one learned from " +
                 percent(of_theirs, 0) +
                 " as many, and what learned from fewer knows more of them by heart: a twin answers that learned "
                 "without them, with " +
                 percent(of_theirs, 0) + " of what the new bundle gains by having seen them";
      return {std::move(split), true, std::move(how), of_theirs};
    }
  }
  Split everything;
  for (std::uint32_t n = 0; n < data.baskets(); ++n) {
    // What is older the running one has not seen.
    if (!dated || data.times[n] >= running.info().data_from) everything.held.push_back(n);
  }
  return {std::move(everything), false, "both bundles as they are, on baskets both may have learned from: " + why, 1};
}

Match match(Dataset const& data, Bundle const& fresh, Bundle const& running, GateOptions const& options) {
  auto const until = running.info().data_to;
  bool const dated = data.time_kind == TimeKind::calendar && until != 0;
  if (dated) {
    auto split = hold_out(data, options.test_share);
    bool const late = all_after(data, split.held, until);
    if (!late) split = after(data, until);
    if (!split.train.empty() && enough(data, split.held, options.enough_queries)) {
      auto how = twin_words(data, split);
      return {std::move(split), true, std::move(how), 0};
    }
  }
  return seen_by_both(data, fresh, running, options, dated);
}

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

GateCheck check(std::string what, bool passed, std::string found) {
  return {std::move(what), std::move(found), passed};
}

std::string against(double ours, double theirs, Difference const& difference, double limit) {
  return decimals(ours, 4) + " against " + decimals(theirs, 4) + ", " + signed_decimals(difference.mean, 4) + " (" +
         signed_decimals(difference.low, 4) + " to " + signed_decimals(difference.high, 4) + "), limit " +
         signed_decimals(limit, 4);
}

std::vector<float> hits(Sheet const& sheet) {
  std::vector<float> hits;
  for (auto const place : sheet.place) hits.push_back(place < 5 ? 1.0F : 0.0F);
  return hits;
}

/// What answers for the new bundle: itself, its twin, or the twin and a share of what sets the bundle apart from it.
struct Answers {
  Sheet const& bundle;
  Sheet const& twin;
  double seen;

  [[nodiscard]] double between(double of_twin, double of_bundle) const {
    return of_twin + seen * (of_bundle - of_twin);
  }
  [[nodiscard]] std::vector<float> between(std::vector<float> of_twin, std::vector<float> const& of_bundle) const {
    for (std::size_t n = 0; n < of_twin.size(); ++n)
      of_twin[n] = static_cast<float>(between(double{of_twin[n]}, double{of_bundle[n]}));
    return of_twin;
  }
};

void check_answers(Answers const& ours, Sheet const& theirs, Parts const& parts, GateLimits const& limits,
                   std::vector<GateCheck>& checks) {
  auto const we = measure("new", ours.bundle, parts), twin = measure("twin", ours.twin, parts);
  auto const they = measure("running", theirs, parts);
  auto const lead = difference(theirs, ours.between(hits(ours.twin), hits(ours.bundle)), hits(theirs));
  checks.push_back(
      check("HR@5", lead.high >= -limits.hit_rate_5,
            against(ours.between(twin.hit_rate_5, we.hit_rate_5), they.hit_rate_5, lead, -limits.hit_rate_5)));
  auto const error = difference(theirs, ours.between(calibration_errors(ours.twin), calibration_errors(ours.bundle)),
                                calibration_errors(theirs));
  auto const ece = ours.between(calibration_of(ours.twin).ece, calibration_of(ours.bundle).ece);
  checks.push_back(check("calibration error", error.low <= limits.calibration,
                         against(ece, calibration_of(theirs).ece, error, limits.calibration)));
  checks.push_back(check("coverage@10", we.coverage_10 >= they.coverage_10 * (1 - limits.coverage),
                         decimals(we.coverage_10, 4) + " against " + decimals(they.coverage_10, 4) + ", at least " +
                             decimals(they.coverage_10 * (1 - limits.coverage), 4)));
}

void check_sizes(Bundle const& bundle, Bundle const& running, GateLimits const& limits,
                 std::vector<GateCheck>& checks) {
  double const least = running.item_count() * (1 - limits.items);
  checks.push_back(check("items", bundle.item_count() >= least,
                         grouped(bundle.item_count()) + " against " + grouped(running.item_count()) + ", at least " +
                             grouped(static_cast<std::uint64_t>(least))));
  auto const bytes = bundle.bytes().size();
  checks.push_back(check("bytes", bytes <= limits.bytes, grouped(bytes) + ", at most " + grouped(limits.bytes)));
}

/// Prices a hundred times too high would be told at every till.
void check_prices(Dataset const& data, Catalogue const& catalogue, Currency currency, std::vector<GateCheck>& checks) {
  std::vector<std::uint32_t> all(data.baskets());
  std::iota(all.begin(), all.end(), 0U);
  auto const counts = count_items(data, all);
  if (!counts) return;  // too many baskets for what is asked here
  auto const prices = models::check_prices(catalogue, *counts);
  if (prices.items == 0) return;
  auto const found = prices.far.empty() ? "as charged lately" : prices.words(currency);
  checks.push_back(check("prices", !prices.most(),
                         found + "; " + percent(share_of(prices.far_baskets, prices.baskets)) +
                             " of what is sold, at most " + percent(0.5, 0)));
}

/// Last month's export, given again, would take back what the tills know since, and be asked about what it knows.
void check_days(Bundle const& bundle, Bundle const& running, std::vector<GateCheck>& checks) {
  auto const ours = bundle.info().data_to, theirs = running.info().data_to;
  if (ours == 0 || theirs == 0) return;
  auto const limit = day_of(theirs);
  checks.push_back(
      check("last sale", day_of(ours) >= limit, day_text(day_of(ours)) + ", of the running bundle " + day_text(limit)));
}

}  // namespace

bool GateVerdict::passed() const noexcept {
  return std::all_of(checks.begin(), checks.end(), [](auto const& check) { return check.passed; });
}

std::string GateVerdict::reasons() const {
  std::string text;
  for (auto const& check : checks) {
    if (check.passed) continue;
    if (!text.empty()) text += "; ";
    text += check.what + ' ' + check.found;
  }
  return text;
}

std::string GateVerdict::note(bool forced) const {
  std::string text = passed() ? "gate=passed\n" : forced ? "gate=forced\n" : "gate=failed\n";
  text += "gate_questions=" + std::to_string(questions) + '\n';
  if (!passed()) text += "gate_reason=" + reasons() + '\n';
  return text;
}

Result<GateVerdict> judge_release(Dataset const& whole, Catalogue const& catalogue, BuildOptions const& build_options,
                                  std::span<std::byte const> bundle, Ranker& running, GateOptions const& options,
                                  Progress const& progress) {
  auto fresh = Ranker::open({bundle.begin(), bundle.end()});
  if (!fresh) return tl::unexpected(fresh.error());
  auto const known = up_to_day(whole, build_options.recency);
  if (!known) return tl::unexpected(known.error());
  auto const& data = known->data ? *known->data : whole;
  auto const match_of = match(data, fresh->bundle(), running.bundle(), options);
  std::optional<Dataset> early;
  if (match_of.twin) early = part_of(data, match_of.split.train);
  // Of what the running bundle has not seen the twin knows its items only.
  auto const& learned = early && match_of.seen <= 0 ? *early : data;
  GateVerdict verdict;
  verdict.how = match_of.how;
  std::optional<Ranker> twin;
  if (match_of.twin) {
    if (progress) progress("gate: learn without the test baskets");
    auto options_of_twin = build_options;
    options_of_twin.review = nullptr;
    options_of_twin.recency.as_of.reset();  // its own last day
    auto built = build(*early, catalogue, {}, options_of_twin);
    if (!built) return tl::unexpected(built.error().within("gate"));
    auto opened = Ranker::open(std::move(built->bundle));
    if (!opened) return tl::unexpected(opened.error().within("gate"));
    twin = std::move(*opened);
  }
  if (progress) progress("gate: ask both bundles");
  auto const questions =
      make_questions(count(learned, build_options.training.threads), data, match_of.split.held, options.most_queries);
  verdict.questions = questions.count;
  if (questions.count >= options.enough_queries) {
    auto const asked = [&](Ranker& ranker) { return ask(*bundle_method(ranker, questions), questions); };
    auto const of_twin = asked(twin ? *twin : *fresh);
    auto const of_bundle = twin && match_of.seen > 0 ? asked(*fresh) : of_twin;
    auto const theirs = asked(running);
    check_answers({of_bundle, of_twin, match_of.seen}, theirs, part(questions), options.limits, verdict.checks);
  } else {
    verdict.how = "only " + counted(questions.count, "question") + " to ask: sizes alone were compared";
  }
  check_prices(data, catalogue, build_options.compile.currency, verdict.checks);
  check_sizes(fresh->bundle(), running.bundle(), options.limits, verdict.checks);
  check_days(fresh->bundle(), running.bundle(), verdict.checks);
  if (progress) progress("");
  return verdict;
}

}  // namespace tillcue::models
