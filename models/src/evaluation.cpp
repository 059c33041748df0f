#include "tillcue/models/evaluation.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "ageing.hpp"
#include "baseline.hpp"
#include "measures.hpp"
#include "tillcue/models/counted_source.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kEnoughQuestions = 500;  ///< as for the release gate: fewer prove nothing

void tell(Progress const& progress, std::string_view step) {
  if (progress) progress(step);
}

/// The baskets to learn from and to ask for: as they lie around the as-of, else the last ones asked.
Result<Split> part_in_two(Dataset const& data, Recency const& recency, double test_share) {
  if (!recency.as_of) return hold_out(data, test_share);
  if (data.time_kind != TimeKind::calendar) {
    return fail(Code::invalid, "evaluate: the transactions have no dates, which --as-of needs; leave it out");
  }
  Split split;
  for (std::uint32_t n = 0; n < data.baskets(); ++n) {
    bool const later = data.times[n] != kNoTime && day_of(data.times[n]) > *recency.as_of;
    (later ? split.held : split.train).push_back(n);
  }
  if (!split.held.empty()) return split;
  return fail(Code::invalid, "evaluate: no basket after " + day_text(*recency.as_of) +
                                 " to ask for; choose an earlier --as-of, or none");
}

void describe(Dataset const& data, Built const& built, std::vector<std::uint32_t> const& asked, Evaluation& out) {
  out.split = data.time_kind == TimeKind::calendar ? "by_time" : "by_hash";
  out.train_baskets = built.baskets;
  out.test_baskets = asked.size();
  out.notes = built.notes;
  if (data.time_kind != TimeKind::calendar) return;
  out.train_from = built.from;
  out.train_to = built.to;
  for (auto const n : asked) {
    auto const time = data.times[n];
    if (time == kNoTime) continue;
    bool const first = out.test_from == 0 && out.test_to == 0;
    out.test_from = first ? time : std::min(out.test_from, time);
    out.test_to = first ? time : std::max(out.test_to, time);
  }
}

void describe(Bundle const& bundle, Evaluation& out) {
  out.items = bundle.item_count();
  out.bundle_bytes = bundle.bytes().size();
  out.affinity_bytes = bundle.affinity_bytes();
  out.weights = bundle.entry_count();
}

/// A bundle that does not say up to when it learned may have seen every basket.
bool may_have_seen(Bundle const& bundle, Dataset const& data, std::uint32_t basket) {
  auto const until = bundle.info().data_to;
  return until == 0 || data.time_kind != TimeKind::calendar || data.times[basket] <= until;
}

/// The lead on what the running bundle cannot know, as far as that is not everything anyway.
void compare_unseen(Bundle const& running, Dataset const& data, Questions const& questions, Sheet const& model,
                    Sheet const& sheet, RunningFacts& out) {
  std::vector<char> unseen;
  for (auto const basket : questions.asked) unseen.push_back(may_have_seen(running, data, basket) ? 0 : 1);
  auto const ours = part_of(model, unseen);
  if (ours.place.size() == model.place.size() || ours.place.empty()) return;
  out.unseen_queries = ours.place.size();
  out.unseen_lead_hr_5 =
      difference(ours, part_of(sheet, unseen), [](std::size_t place) { return place < 5 ? 1.0 : 0.0; });
}

void ask_running(Ranker& running, Dataset const& data, Questions const& questions, Parts const& parts,
                 Sheet const& model, Evaluation& out) {
  auto const sheet = ask(*bundle_method(running, questions), questions);
  out.others.push_back(measure("running", sheet, parts));
  compare(model, sheet, out.others.back());
  auto const& bundle = running.bundle();
  out.has_running = true;
  auto& facts = out.running;
  facts.items = bundle.item_count();
  facts.bundle_bytes = bundle.bytes().size();
  facts.affinity_bytes = bundle.affinity_bytes();
  facts.data_to = bundle.info().data_to;
  facts.first_five = calibration_of(sheet);
  facts.first = calibration_of(sheet, 0);
  compare_unseen(bundle, data, questions, model, sheet, facts);
}

void ask_all(Ranker& ranker, Counts const& learned, Dataset const& data, Questions const& questions, Ranker* running,
             Evaluation& out) {
  auto const parts = part(questions);
  out.basket_sizes = parts.basket_sizes;
  out.popularity = parts.popularity;
  auto const model = ask(*bundle_method(ranker, questions), questions);
  out.model = measure("model", model, parts);
  out.calibration = calibration_of(model);
  for (std::size_t rank = 0; rank < kCalibratedRanks; ++rank) out.by_rank.push_back(calibration_of(model, rank));
  out.further = calibration_of_further(model);
  out.calibration_by_basket = calibration_by_basket(model, parts);
  auto const add = [&](std::string name, std::unique_ptr<Method> method) {
    auto const sheet = ask(*method, questions);
    out.others.push_back(measure(std::move(name), sheet, parts));
    compare(model, sheet, out.others.back());
  };
  add("popularity", popularity_baseline(questions));
  add("rules", rules_baseline(learned, questions));
  add("cosine", cosine_baseline(learned, questions));
  if (running != nullptr) ask_running(*running, data, questions, parts, model, out);
}

Result<Built> build_timed(Dataset const& early, BuildOptions const& build_options, EvaluationOptions const& options,
                          Progress const& progress, double& seconds) {
  Catalogue const nothing;
  auto const before = options.seconds ? options.seconds() : 0;
  auto built = build(early, options.catalogue != nullptr ? *options.catalogue : nothing, {}, build_options, progress);
  seconds = options.seconds ? options.seconds() - before : 0;
  return built;
}

}  // namespace

MethodReport const& Evaluation::other(std::string_view name) const {
  for (auto const& report : others) {
    if (report.name == name) return report;
  }
  return model;
}

Result<Evaluation> evaluate(Dataset const& data, BuildOptions const& build_options, EvaluationOptions const& options,
                            Progress const& progress) {
  auto const parted = part_in_two(data, build_options.recency, options.test_share);
  if (!parted) return tl::unexpected(parted.error());
  auto const& split = *parted;
  if (options.rebuild_every_days > 0) {
    auto const possible = can_watch_ageing(data, split.held, options.rebuild_every_days);
    if (!possible) return tl::unexpected(possible.error());
  }
  auto const early = part_of(data, split.train);
  Evaluation out;
  auto built = build_timed(early, build_options, options, progress, out.build_seconds);
  if (!built) return tl::unexpected(built.error());
  describe(data, *built, split.held, out);
  auto ranker = Ranker::open(std::move(built->bundle));
  if (!ranker) return tl::unexpected(ranker.error());
  describe(ranker->bundle(), out);
  tell(progress, "ask for the hidden items");
  auto const learned = count(early, build_options.training.threads);
  out.items_sold = learned.items_sold();
  auto const questions = make_questions(learned, data, split.held, options.most_queries);
  out.queries = questions.count;
  if (out.queries == 0) {
    tell(progress, "");
    return fail(Code::invalid, "evaluate: no test basket has two known items; give more transactions");
  }
  if (out.queries < kEnoughQuestions) {
    out.notes.insert(out.notes.begin(), "only " + counted(out.queries, "question") +
                                            ": so few say nothing about how good it is; give more transactions");
  }
  ask_all(*ranker, learned, data, questions, options.running, out);
  if (options.running != nullptr) {
    out.running.seen_baskets =
        static_cast<std::size_t>(std::count_if(split.held.begin(), split.held.end(), [&](auto n) {
          return may_have_seen(options.running->bundle(), data, n);
        }));
  }
  if (options.rebuild_every_days > 0) {
    auto ageing =
        watch_ageing({data, split, learned, *ranker}, options.rebuild_every_days, build_options, options, progress);
    if (!ageing) return tl::unexpected(ageing.error());
    out.ageing = std::move(*ageing);
  }
  tell(progress, "");
  return out;
}

}  // namespace tillcue::models
