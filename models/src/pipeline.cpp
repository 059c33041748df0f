#include "tillcue/models/pipeline.hpp"

#include <cstdio>
#include <iterator>
#include <numeric>
#include <utility>

#include "tillcue/models/ranker.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kObservedRanks = 10;
constexpr std::uint64_t kFolds = 5;

void tell(Progress const& progress, std::string_view step) {
  if (progress) progress(step);
}

/// A bundle for measuring only: no names, no rules.
Result<Ranker> bare_ranker(Counts const& counts, Weights const& weights, BuildOptions const& options) {
  std::vector<std::string> notes;
  auto const source =
      assemble(counts, weights, {}, {}, uncalibrated(options.training.popularity_power), options.compile, notes);
  auto bytes = write_bundle(source);
  if (!bytes) return tl::unexpected(bytes.error());
  return Ranker::open(std::move(*bytes));
}

RankedObservations observations(Ranker& ranker, Dataset const& data, std::span<std::uint32_t const> baskets,
                                std::size_t most) {
  RankedObservations seen(kObservedRanks);
  double const unit = ranker.bundle().info().score_unit;
  leave_one_out(ranker, data, baskets, most, kObservedRanks, [&](ItemIx hidden, std::span<Scored const> top) {
    for (std::size_t rank = 0; rank < top.size(); ++rank) {
      seen[rank].push_back({static_cast<float>(top[rank].score * unit), top[rank].item == hidden});
    }
  });
  return seen;
}

struct Calibrated {
  std::vector<CalibrationSource> maps;
  std::string how;
  std::size_t queries = 0;
};

Result<Calibrated> calibrate_by_splits(Dataset const& data, BuildOptions const& options) {
  auto const by_time = data.time_kind == TimeKind::calendar;
  auto seen = observe(data, hold_out(data, options.held_share), options);
  if (!seen) return tl::unexpected(seen.error());
  std::string how = by_time ? "held_out_by_time" : "held_out_by_hash";
  if ((*seen)[0].size() < options.enough_queries) {
    how = "five_folds";
    RankedObservations all(kObservedRanks);
    for (std::uint64_t fold = 0; fold < kFolds; ++fold) {
      auto const part = observe(data, fold_out(data, fold, kFolds), options);
      if (!part) return tl::unexpected(part.error());
      for (std::size_t rank = 0; rank < kObservedRanks; ++rank) {
        all[rank].insert(all[rank].end(), (*part)[rank].begin(), (*part)[rank].end());
      }
    }
    seen = std::move(all);
  }
  Calibrated result{calibrate(*seen), std::move(how), (*seen)[0].size()};
  if (result.maps.empty()) result = {uncalibrated(options.training.popularity_power), "none", 0};
  return result;
}

std::string note(BuildOptions const& options, Calibrated const& calibrated) {
  auto const& training = options.training;
  char text[512];
  std::snprintf(text, sizeof text,
                "builder=tillcue-models %s\nmethod=sparse_ice\nneighbours=%u\nsupport=%u\nridge=%g\nrefit_ridge=%g\n"
                "popularity_power=%g\nmin_baskets=%u\ncalibration=%s\ncalibration_queries=%zu\n",
                TILLCUE_VERSION, training.neighbours, training.support, training.ridge, training.refit_ridge,
                training.popularity_power, training.min_baskets, calibrated.how.c_str(), calibrated.queries);
  return text + options.compile.note;
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
  auto const counts = count(data, split.train, options.training.threads);
  auto ranker = bare_ranker(counts, train(counts, options.training), options);
  if (!ranker) return tl::unexpected(ranker.error());
  return observations(*ranker, data, split.held, options.most_queries);
}

Result<Built> build(Dataset const& data, Catalogue const& catalogue, Campaigns const& campaigns,
                    BuildOptions const& options, Progress const& progress) {
  tell(progress, "calibrate on held-out baskets");
  auto const calibrated = calibrate_by_splits(data, options);
  if (!calibrated) return tl::unexpected(calibrated.error());
  tell(progress, "count pairs");
  auto const counts = count(data, options.training.threads);
  tell(progress, "fit weights");
  auto const weights = train(counts, options.training);
  return compile(counts, weights, *calibrated, catalogue, campaigns, options, &data, progress);
}

Result<Built> build_from_counts(Counts const& counts, Dataset const* calibrate_on, Catalogue const& catalogue,
                                Campaigns const& campaigns, BuildOptions const& options, Progress const& progress) {
  tell(progress, "fit weights");
  auto const weights = train(counts, options.training);
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
