#include "tillcue/models/pipeline.hpp"

#include <cstdio>
#include <numeric>
#include <utility>

#include "log_linear.hpp"
#include "observation.hpp"
#include "selection.hpp"
#include "tillcue/models/ranker.hpp"

namespace tillcue::models {
namespace {

void tell(Progress const& progress, std::string_view step) {
  if (progress) progress(step);
}

struct Calibrated {
  std::vector<CalibrationSource> maps;
  std::string how;
  std::size_t queries = 0;
};

/// The maps by what was seen while choosing; where the winner was not tried at full size, by one more model.
Result<Calibrated> calibrate_selected(Dataset const& data, Selected& selected, BuildOptions const& options) {
  if (selected.seen.empty() || selected.seen[0].empty()) {
    selected.seen.clear();
    for (auto const& split : selection_splits(data, options.held_share, options.enough_queries, selected.how)) {
      auto const part = observe(data, split, options);
      if (!part) return tl::unexpected(part.error());
      append(selected.seen, *part);
    }
  }
  Calibrated result{calibrate(selected.seen), selected.how, selected.seen.empty() ? 0 : selected.seen[0].size()};
  if (result.maps.empty()) result = {uncalibrated(options.training.popularity_power), "none", 0};
  return result;
}

/// The order of the bundle before takes a little more than the best one, and the table has to keep to its budget.
double room_for_old_order(double entries, CompileOptions const& options) {
  constexpr double kShare = 0.985;
  return options.previous == nullptr ? entries : kShare * entries;
}

std::string recency_note(Recency const& recency) {
  char text[96] = "";
  if (recency.is_on()) {
    std::snprintf(text, sizeof text, "half_life_days=%g\nwindow_days=%u\n", recency.half_life_days,
                  recency.window_days);
  }
  return text;
}

std::string note(BuildOptions const& options, Calibrated const& calibrated) {
  auto const& training = options.training;
  char text[512];
  std::snprintf(text, sizeof text,
                "builder=tillcue-models %s\nmethod=sparse_ice\nentries_per_item=%.1f\nsupport=%u..%u\nridge=%g\n"
                "refit_ridge=%g\nsignificance=%g\nlog_linear=%g\npopularity_power=%g\nmin_baskets=%u\ncalibration=%"
                "s\ncalibration_queries=%zu\n",
                TILLCUE_VERSION, training.entries_per_item, training.support, training.most_support, training.ridge,
                training.refit_ridge, training.significance, training.log_linear, training.popularity_power,
                training.min_baskets, calibrated.how.c_str(), calibrated.queries);
  return text + recency_note(options.recency) + options.compile.note;
}

Result<Built> compile(Counts const& counts, Weights const& weights, Calibrated const& calibrated,
                      Catalogue const& catalogue, Campaigns const& campaigns, BuildOptions const& options,
                      Dataset const* mine_in, Progress const& progress) {
  Built built;
  built.calibration = calibrated.how;
  built.calibration_queries = calibrated.queries;
  auto how = options.compile;
  how.note = note(options, calibrated);
  how.cold = cold_start_options(options);
  auto source = assemble(counts, weights, catalogue, campaigns, calibrated.maps, how, built.notes);
  if (mine_in != nullptr) {
    tell(progress, "mine sets");
    auto sets = options.sets;
    sets.threads = options.training.threads;
    add_sets(*mine_in, sets, source, built.notes);
  } else if (options.sets.most > 0) {
    built.notes.push_back("no sets: counts hold pairs only; build from transactions to have sets mined");
  }
  tell(progress, "write bundle");
  if (calibrated.how == "none") {
    built.notes.push_back("no baskets to calibrate on: the probabilities are rough; give more transactions");
  }
  auto bytes = write_bundle(source);
  if (!bytes) return tl::unexpected(bytes.error());
  if (options.review) {
    auto const lines = options.review(*bytes);
    if (!lines) return tl::unexpected(lines.error());
    source.note += *lines;
    bytes = write_bundle(source);
    if (!bytes) return tl::unexpected(bytes.error());
  }
  built.bundle = std::move(*bytes);
  tell(progress, "");
  return built;
}

}  // namespace

ColdStartOptions cold_start_options(BuildOptions const& options) {
  auto cold = options.compile.cold;
  cold.popularity_power = options.training.popularity_power;
  cold.min_baskets = options.training.min_baskets;
  cold.threads = options.training.threads;
  return cold;
}

Result<RankedObservations> observe(Dataset const& data, Split const& split, BuildOptions const& options) {
  if (split.train.empty() || split.held.empty()) return RankedObservations(kObservedRanks);
  auto const recent = count_recent(data, split.train, options.recency, options.training.threads);
  if (!recent) return tl::unexpected(recent.error());
  auto const& counts = recent->counts;
  auto ranker = bare_ranker(counts, learn(counts, data, split.train, options.training), options);
  if (!ranker) return tl::unexpected(ranker.error());
  return observations(*ranker, data, split.held, options.most_queries);
}

Result<Built> build(Dataset const& data, Catalogue const& catalogue, Campaigns const& campaigns,
                    BuildOptions const& given, Progress const& progress) {
  auto options = given;
  std::vector<std::uint32_t> all(data.baskets());
  std::iota(all.begin(), all.end(), 0U);
  tell(progress, "count pairs");
  auto const recent = count_recent(data, all, options.recency, options.training.threads);
  if (!recent) return tl::unexpected(recent.error());
  auto const& counts = recent->counts;
  tell(progress, "choose the model");
  auto selected = select_model(data, options);
  if (!selected) return tl::unexpected(selected.error());
  options.training = selected->training;
  tell(progress, "fit weights");
  Trainer const trainer(counts, options.training);
  auto const entries = entries_within(trainer, counts, options);
  if (!entries) return tl::unexpected(entries.error());
  options.training.entries_per_item = room_for_old_order(*entries, options.compile);
  auto weights = trainer.weights(options.training.entries_per_item);
  if (options.training.log_linear > 0) {
    weights = blend(weights, log_linear(counts, data, all, weights, options.training.popularity_power),
                    options.training.log_linear);
  }
  tell(progress, "calibrate on held-out baskets");
  auto const calibrated = calibrate_selected(data, *selected, options);
  if (!calibrated) return tl::unexpected(calibrated.error());
  auto built = compile(counts, weights, *calibrated, catalogue, campaigns, options, &data, progress);
  if (built) built->notes.insert(built->notes.begin(), recent->notes.begin(), recent->notes.end());
  return built;
}

Result<Built> build_from_counts(Counts const& counts, Dataset const* calibrate_on, Catalogue const& catalogue,
                                Campaigns const& campaigns, BuildOptions const& given, Progress const& progress) {
  auto options = given;
  tell(progress, "fit weights");
  Trainer const trainer(counts, options.training);
  auto const entries = entries_within(trainer, counts, options);
  if (!entries) return tl::unexpected(entries.error());
  options.training.entries_per_item = *entries;
  auto const weights = trainer.weights(*entries);
  Calibrated calibrated{uncalibrated(options.training.popularity_power), "none", 0};
  if (calibrate_on != nullptr) {
    tell(progress, "calibrate on the baskets given");
    auto ranker = bare_ranker(counts, weights, options);
    if (!ranker) return tl::unexpected(ranker.error());
    std::vector<std::uint32_t> all(calibrate_on->baskets());
    std::iota(all.begin(), all.end(), 0U);
    auto const seen = observations(*ranker, *calibrate_on, all, options.most_queries);
    if (auto maps = calibrate(seen); !maps.empty()) calibrated = {std::move(maps), "baskets_given", seen[0].size()};
  }
  return compile(counts, weights, calibrated, catalogue, campaigns, options, nullptr, progress);
}

}  // namespace tillcue::models
