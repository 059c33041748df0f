#include "tillcue/models/gate.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "measures.hpp"
#include "tillcue/models/counted_source.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

/// Who is asked what.
struct Match {
  Split split;
  bool unseen = false;  ///< by the running bundle; then a twin stands in for the new one
  std::string how;
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

Match match(Dataset const& data, Bundle const& running, GateOptions const& options) {
  auto const until = running.info().data_to;
  if (data.time_kind == TimeKind::calendar && until != 0) {
    auto split = hold_out(data, options.test_share);
    bool const late = all_after(data, split.held, until);
    if (!late) split = after(data, until);
    if (!split.train.empty() && enough(data, split.held, options.enough_queries)) {
      auto how = twin_words(data, split);
      return {std::move(split), true, std::move(how)};
    }
  }
  Split everything;
  everything.held.resize(data.baskets());
  std::iota(everything.held.begin(), everything.held.end(), 0U);
  return {std::move(everything), false,
          "both bundles as they are, on baskets both may have learned from: too few are later than the running "
          "bundle's data" +
              std::string(until == 0 || data.time_kind != TimeKind::calendar ? ", or there are no dates" : "")};
}

GateCheck check(std::string what, bool passed, std::string found) {
  return {std::move(what), std::move(found), passed};
}

std::string against(double ours, double theirs, Difference const& difference, double limit) {
  return decimals(ours, 4) + " against " + decimals(theirs, 4) + ", " + signed_decimals(difference.mean, 4) + " (" +
         signed_decimals(difference.low, 4) + " to " + signed_decimals(difference.high, 4) + "), limit " +
         signed_decimals(limit, 4);
}

void check_answers(Sheet const& ours, Sheet const& theirs, Parts const& parts, GateLimits const& limits,
                   std::vector<GateCheck>& checks) {
  auto const we = measure("new", ours, parts);
  auto const they = measure("running", theirs, parts);
  auto const lead = difference(ours, theirs, [](std::size_t place) { return place < 5 ? 1.0 : 0.0; });
  checks.push_back(check("HR@5", lead.high >= -limits.hit_rate_5,
                         against(we.hit_rate_5, they.hit_rate_5, lead, -limits.hit_rate_5)));
  auto const error = difference(ours, calibration_errors(ours), calibration_errors(theirs));
  checks.push_back(check("calibration error", error.low <= limits.calibration,
                         against(calibration_of(ours).ece, calibration_of(theirs).ece, error, limits.calibration)));
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
  auto const match_of = match(data, running.bundle(), options);
  std::optional<Dataset> early;
  if (match_of.unseen) early = part_of(data, match_of.split.train);
  auto const& learned = early ? *early : data;
  GateVerdict verdict;
  verdict.how = match_of.how;
  std::optional<Ranker> twin;
  if (match_of.unseen) {
    if (progress) progress("gate: learn without the test baskets");
    auto options_of_twin = build_options;
    options_of_twin.review = nullptr;
    options_of_twin.recency.as_of.reset();  // its own last day
    auto built = build(learned, catalogue, {}, options_of_twin);
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
    auto const ours = ask(*bundle_method(twin ? *twin : *fresh, questions), questions);
    auto const theirs = ask(*bundle_method(running, questions), questions);
    check_answers(ours, theirs, part(questions), options.limits, verdict.checks);
  } else {
    verdict.how = "only " + counted(questions.count, "question") + " to ask: sizes alone were compared";
  }
  check_sizes(fresh->bundle(), running.bundle(), options.limits, verdict.checks);
  check_days(fresh->bundle(), running.bundle(), verdict.checks);
  if (progress) progress("");
  return verdict;
}

}  // namespace tillcue::models
