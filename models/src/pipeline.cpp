#include "tillcue/models/pipeline.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <utility>

#include "calibration_splits.hpp"
#include "cooccurrence.hpp"
#include "delisted.hpp"
#include "observation.hpp"
#include "rounded_prices.hpp"
#include "selection.hpp"
#include "sold_prices.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/models/ranker.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::string_view kCalibrate = "calibrate on held-out baskets";

void tell(Progress const& progress, std::string_view step) {
  if (progress) progress(step);
}

/// Counts and fits, and returns cut(trainer); of the pairs nothing is left in memory.
template <class Cut>
Result<Weights> learn(Dataset const& data, WeighedBaskets const& weighed, TrainingOptions const& training,
                      Cut const& cut, Progress const& progress) {
  tell(progress, "count pairs");
  auto pairs = count_cooccurrence(data, weighed, training.min_baskets, training.threads, progress.advance());
  if (!pairs) return tl::unexpected(pairs.error());
  tell(progress, "fit weights");
  Trainer const trainer(weighed.items, std::move(*pairs), training, progress.advance());
  tell(progress, "fill the table");
  return cut(trainer);
}

/// The order of the bundle before takes a little more than the best one, and the table has to keep to its budget.
double room_for_old_order(double amount, CompileOptions const& options) {
  constexpr double kShare = 0.985;
  return options.previous == nullptr ? amount : kShare * amount;
}

/// The weights to serve, as many as the table has room for, which `options` tells afterwards. A blend keeps weights
/// that are nearly 0 in the linear model, so that its table may outgrow what was measured on that one; then it is made
/// again with fewer.
Result<Weights> weights_within(Trainer const& trainer, LearnedFrom const& from, BuildOptions& options) {
  constexpr int kMostTries = 4;
  auto& training = options.training;
  auto const entries = entries_within(trainer, from.counts, options);
  if (!entries) return tl::unexpected(entries.error());
  training.entries_per_item = room_for_old_order(*entries, options.compile);
  auto const sold = static_cast<double>(from.counts.items_sold());
  double const budget = room_for_old_order(options.bytes_per_item * sold, options.compile);
  for (int tries = 1;; ++tries) {
    auto weights = blended(trainer, from, training);
    trainer.mark_significant(weights);
    if (training.log_linear <= 0) return weights;
    auto const ranker = bare_ranker(from.counts, weights, options);
    if (!ranker) return tl::unexpected(ranker.error());
    auto const bytes = static_cast<double>(ranker->bundle().affinity_bytes());
    if (bytes <= budget || tries == kMostTries || training.entries_per_item <= 0) return weights;
    training.entries_per_item *= 0.995 * budget / bytes;
  }
}

struct Calibrated {
  Calibration calibration;
  std::string how;
  std::size_t queries = 0;
};

/// The maps of the model chosen, at the size that will be served: other weights would give other scores. `weights` are
/// those of the baskets.
Result<Calibrated> calibrate_chosen(Dataset const& data, BasketWeights weights, Catalogue const& catalogue,
                                    BuildOptions const& options, Progress const& progress) {
  Calibrated result;
  auto const splits = calibration_splits(data, options, result.how);
  auto const counts_as = split_weights(splits, weights);
  auto each = options;
  each.most_queries /= std::max<std::size_t>(1, splits.size());
  // One model more is told step by step, as the served one was; of many, how many are done.
  bool const one = splits.size() == 1;
  if (!one) tell(progress, kCalibrate);
  RankedObservations seen(kOfferedRanks);
  for (std::size_t n = 0; n < splits.size(); ++n) {
    auto const part = observe(data, splits[n], each, catalogue, one ? progress : Progress{});
    if (!part) return tl::unexpected(part.error());
    if (counts_as[n] > 0) append(seen, *part, counts_as[n]);
    if (!one && progress.advance()) progress.advance()(static_cast<double>(n + 1) / static_cast<double>(splits.size()));
  }
  result.calibration = calibrate(seen);
  result.queries = seen[0].size();
  if (result.calibration.maps.empty()) result = {uncalibrated(options.training.popularity_power), "none", 0};
  return result;
}

std::string note(BuildOptions const& options, Calibrated const& calibrated, Weighing const& weighing) {
  auto const& training = options.training;
  char text[512];
  std::snprintf(text, sizeof text,
                "builder=tillcue-models %s\nmethod=sparse_ice\nentries_per_item=%.1f\nsupport=%u..%u\nridge=%g\n"
                "refit_ridge=%g\nsignificance=%g\nlog_linear=%g\npopularity_power=%g\nmin_baskets=%u\ncalibration=%"
                "s\ncalibration_queries=%zu\n",
                TILLCUE_VERSION, training.entries_per_item, training.support, training.most_support, training.ridge,
                training.refit_ridge, training.significance, training.log_linear, training.popularity_power,
                training.min_baskets, calibrated.how.c_str(), calibrated.queries);
  return text + note_of(weighing) + options.compile.note;
}

/// Where sets are mined.
struct MineIn {
  Dataset const& data;
  BasketWeights weights;
};

/// A bag or a deposit that is in all baskets would be the first suggestion everywhere.
void note_everywhere(Counts const& counts, BundleSource const& source, std::vector<std::string>& notes) {
  constexpr std::uint64_t kEnough = 50;
  constexpr std::size_t kShown = 3;
  std::size_t found_so_far = 0;
  constexpr auto kSilent =
      static_cast<std::uint16_t>(ItemFlag::excluded) | static_cast<std::uint16_t>(ItemFlag::not_for_sale);
  if (counts.baskets < kEnough) return;
  for (auto const& item : counts.items) {
    if (item.baskets * 10 < counts.baskets * 9) continue;
    auto const found = std::find_if(source.items.begin(), source.items.end(),
                                    [&](ItemSource const& known) { return known.sku == item.sku; });
    if (found == source.items.end() || (found->flags & kSilent) != 0 || ++found_so_far > kShown) continue;
    notes.push_back("'" + item.sku + "' is in " +
                    percent(static_cast<double>(item.baskets) / static_cast<double>(counts.baskets)) +
                    " of the baskets; if it is a bag or a deposit, flag it not_for_sale in the items file");
  }
  if (found_so_far <= kShown) return;
  notes.push_back(counted(found_so_far - kShown, "item") +
                  " more are in nine of ten baskets: is basket_id the number of a receipt, not of a store or a day?");
}

/// The budget is for what was learned: rows that are borrowed, and items nobody bought, take no weight from those that
/// have sales. What they add is told as soon as the figure, as it is written, is above the budget.
void note_beyond_budget(BundleSource const& source, Counts const& counts, std::span<std::byte const> bytes,
                        double budget, std::vector<std::string>& notes) {
  auto const bundle = Bundle::from_bytes(bytes);
  auto const sold = counts.items_sold();
  if (!bundle || sold == 0) return;
  auto const each = static_cast<double>(bundle->affinity_bytes()) / static_cast<double>(sold);
  if (each < budget + 0.05) return;
  auto const borrowed = std::count_if(source.items.begin(), source.items.end(), [](ItemSource const& item) {
    return (item.flags & static_cast<std::uint16_t>(ItemFlag::borrowed_row)) != 0;
  });
  std::string added;
  if (borrowed > 0) added = counted(static_cast<std::size_t>(borrowed), "row") + " borrowed by rarely sold items";
  if (auto const unsold = bundle->item_count() - sold; unsold > 0) {
    added += (added.empty() ? "" : ", ") + counted(unsold, "item") + " without sales";
  }
  notes.push_back("the served table takes " + decimals(each, 1) + " bytes an item sold, more than --bytes-per-item" +
                  (added.empty() ? "" : ", which is for what was learned; on top of that come " + added));
}

Result<Built> compile(Counts const& counts, Weighing const& weighing, Weights const& weights,
                      Calibrated const& calibrated, Catalogue const& catalogue, Campaigns const& campaigns,
                      BuildOptions const& options, MineIn const* mine_in, Progress const& progress) {
  Built built;
  built.calibration = calibrated.how;
  built.calibration_queries = calibrated.queries;
  auto how = options.compile;
  how.note = note(options, calibrated, weighing);
  how.cold = cold_start_options(options);
  auto source = assemble(counts, weights, catalogue, campaigns, calibrated.calibration, how, built.notes);
  if (mine_in != nullptr) {
    tell(progress, "mine sets");
    auto sets = options.sets;
    sets.threads = options.training.threads;
    add_sets(mine_in->data, sets, source, built.notes, mine_in->weights);
  } else if (options.sets.most > 0) {
    built.notes.push_back("no sets: counts hold pairs only; build from transactions to have sets mined");
  }
  tell(progress, "write bundle");
  if (calibrated.how == "none") {
    built.notes.push_back("no baskets to calibrate on: the probabilities are rough; give more transactions");
  } else if (calibrated.queries < kFewQuestions) {
    built.notes.push_back("only " + counted(calibrated.queries, "question") +
                          " to calibrate on: the probabilities are rough; give more transactions");
  }
  note_everywhere(counts, source, built.notes);
  note_rounded_prices(catalogue, counts, options.compile.currency, built.notes);
  note_sold_prices(catalogue, counts, options.compile.currency, built.notes);
  auto bytes = write_bundle(source);
  if (!bytes) return tl::unexpected(bytes.error());
  if (options.review) {
    auto const lines = options.review(*bytes);
    if (!lines) return tl::unexpected(lines.error());
    source.note += *lines;
    bytes = write_bundle(source);
    if (!bytes) return tl::unexpected(bytes.error());
  }
  note_beyond_budget(source, counts, *bytes, options.bytes_per_item, built.notes);
  built.bundle = std::move(*bytes);
  tell(progress, "");
  return built;
}

}  // namespace

ColdStartOptions cold_start_options(BuildOptions const& options) {
  auto cold = options.compile.cold;
  cold.popularity_power = options.training.popularity_power;
  cold.log_linear = options.training.log_linear;
  cold.min_baskets = options.training.min_baskets;
  cold.threads = options.training.threads;
  return cold;
}

Result<RankedObservations> observe(Dataset const& data, Split const& split, BuildOptions const& options,
                                   Catalogue const& catalogue, Progress const& progress) {
  if (split.train.empty() || split.held.empty()) return RankedObservations(kOfferedRanks);
  auto const weighed = weigh_baskets(data, split.train, options.recency);
  if (!weighed) return tl::unexpected(weighed.error());
  auto const cut = [&](Trainer const& trainer) -> Result<Weights> {
    auto weights =
        blended(trainer, {weighed->items, data, split.train, weighed->weights, &weighed->recent}, options.training);
    trainer.mark_significant(weights);  // which shares the levels out as in what is served
    return weights;
  };
  auto const weights = learn(data, *weighed, options.training, cut, progress);
  if (!weights) return tl::unexpected(weights.error());
  tell(progress, kCalibrate);
  auto ranker = bare_ranker(weighed->items, *weights, options, catalogue);
  if (!ranker) return tl::unexpected(ranker.error());
  return observations(*ranker, data, split.held, options.most_queries, kOfferedRanks);
}

Result<Built> build(Dataset const& whole, Catalogue const& catalogue, Campaigns const& campaigns,
                    BuildOptions const& given, Progress const& progress) {
  auto options = given;
  auto const known = up_to_day(whole, options.recency);
  if (!known) return tl::unexpected(known.error());
  auto const& data = known->data ? *known->data : whole;
  std::vector<std::uint32_t> all(data.baskets());
  std::iota(all.begin(), all.end(), 0U);
  if (options.recency.half_life_days <= 0 && options.recency.window_days == 0) options.recency.as_of.reset();
  auto const weighed = weigh_baskets(data, all, options.recency);
  if (!weighed) return tl::unexpected(weighed.error());
  // Models that answer for baskets kept back are of the day before these.
  options.recency.as_of.reset();
  tell(progress, "choose the model");
  auto const chosen = select_model(data, options);
  if (!chosen) return tl::unexpected(chosen.error());
  options.training = *chosen;
  auto const cut = [&](Trainer const& trainer) -> Result<Weights> {
    return weights_within(trainer, {weighed->items, data, all, weighed->weights, &weighed->recent}, options);
  };
  auto const weights = learn(data, *weighed, options.training, cut, progress);
  if (!weights) return tl::unexpected(weights.error());
  auto const calibrated = calibrate_chosen(data, weighed->weights, catalogue, options, progress);
  if (!calibrated) return tl::unexpected(calibrated.error());
  MineIn const mine_in{data, weighed->weights};
  auto built = compile(weighed->items, weighed->weighing, *weights, *calibrated, catalogue, campaigns, options,
                       &mine_in, progress);
  if (!built) return built;
  note_delisted(data, catalogue, built->notes);
  built->baskets = weighed->baskets.size();
  built->from = weighed->items.from;
  built->to = weighed->items.to;
  built->notes.insert(built->notes.begin(), weighed->notes.begin(), weighed->notes.end());
  built->notes.insert(built->notes.begin(), known->notes.begin(), known->notes.end());
  return built;
}

Result<Built> build_from_counts(RecentCounts const& learned, Dataset const* calibrate_on, Catalogue const& catalogue,
                                Campaigns const& campaigns, BuildOptions const& given, Progress const& progress) {
  auto options = given;
  auto const& counts = learned.counts;
  Dataset const nothing;
  auto const& later = calibrate_on != nullptr ? *calibrate_on : nothing;
  LearnedFrom const from{counts, later, {}, {}, &learned.recent};
  std::vector<std::uint32_t> all(later.baskets());
  std::iota(all.begin(), all.end(), 0U);
  tell(progress, "fit weights");
  auto trainer = std::make_unique<Trainer const>(counts, options.training, progress.advance());
  tell(progress, "choose the model");
  auto const chosen = select_model(from, *trainer, {later, all}, options);
  if (!chosen) return tl::unexpected(chosen.error());
  bool const other_fit = chosen->ridge < options.training.ridge || chosen->ridge > options.training.ridge;
  options.training = *chosen;
  if (other_fit) trainer = std::make_unique<Trainer const>(counts, options.training, progress.advance());
  auto const weights = weights_within(*trainer, from, options);
  if (!weights) return tl::unexpected(weights.error());
  Calibrated calibrated{uncalibrated(options.training.popularity_power), "none", 0};
  if (calibrate_on != nullptr) {
    tell(progress, "calibrate on the baskets given");
    auto ranker = bare_ranker(counts, *weights, options, catalogue);
    if (!ranker) return tl::unexpected(ranker.error());
    auto const seen = observations(*ranker, later, all, options.most_queries, kOfferedRanks);
    if (auto its = calibrate(seen); !its.maps.empty()) calibrated = {std::move(its), "baskets_given", seen[0].size()};
  }
  return compile(counts, learned.weighing, *weights, calibrated, catalogue, campaigns, options, nullptr, progress);
}

}  // namespace tillcue::models
