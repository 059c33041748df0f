#include "tillcue/models/evaluation.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "baseline.hpp"
#include "measures.hpp"

namespace tillcue::models {
namespace {

void tell(Progress const& progress, std::string_view step) {
  if (progress) progress(step);
}

void date(Dataset const& data, Split const& split, Evaluation& out) {
  if (data.time_kind != TimeKind::calendar || split.train.empty() || split.held.empty()) return;
  auto const range = [&](std::vector<std::uint32_t> const& baskets, std::int64_t& from, std::int64_t& to) {
    from = to = data.times[baskets.front()];
    for (auto const n : baskets) {
      from = std::min(from, data.times[n]);
      to = std::max(to, data.times[n]);
    }
  };
  range(split.train, out.train_from, out.train_to);
  range(split.held, out.test_from, out.test_to);
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

Result<Ranker> build_timed(Dataset const& early, BuildOptions const& build_options, EvaluationOptions const& options,
                           Progress const& progress, double& seconds) {
  Catalogue const nothing;
  auto const before = options.seconds ? options.seconds() : 0;
  auto built = build(early, options.catalogue != nullptr ? *options.catalogue : nothing, {}, build_options, progress);
  if (!built) return tl::unexpected(built.error());
  seconds = options.seconds ? options.seconds() - before : 0;
  return Ranker::open(std::move(built->bundle));
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
  auto const split = hold_out(data, options.test_share);
  auto const early = part_of(data, split.train);
  Evaluation out;
  auto ranker = build_timed(early, build_options, options, progress, out.build_seconds);
  if (!ranker) return tl::unexpected(ranker.error());
  out.split = data.time_kind == TimeKind::calendar ? "by_time" : "by_hash";
  out.train_baskets = split.train.size();
  out.test_baskets = split.held.size();
  date(data, split, out);
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
  ask_all(*ranker, learned, data, questions, options.running, out);
  if (options.running != nullptr) {
    out.running.seen_baskets =
        static_cast<std::size_t>(std::count_if(split.held.begin(), split.held.end(), [&](auto n) {
          return may_have_seen(options.running->bundle(), data, n);
        }));
  }
  tell(progress, "");
  return out;
}

}  // namespace tillcue::models
