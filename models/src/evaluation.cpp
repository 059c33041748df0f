#include "tillcue/models/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tillcue/models/ranker.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kDepth = 10;
constexpr std::size_t kCalibrated = 5;
constexpr std::size_t kBins = 20;

/// Adds up hits of one ranking.
class Tally {
 public:
  explicit Tally(std::size_t items) : suggested_(items, 0) {}

  void suggest(ItemIx item) { suggested_[index(item)] = 1; }
  /// `rank` from 0; kDepth or more when the hidden item was not found.
  void found_at(std::size_t rank) {
    ++queries_;
    quality_.hit_rate_1 += rank < 1 ? 1 : 0;
    quality_.hit_rate_3 += rank < 3 ? 1 : 0;
    quality_.hit_rate_5 += rank < 5 ? 1 : 0;
    quality_.hit_rate_10 += rank < kDepth ? 1 : 0;
    quality_.mrr_10 += rank < kDepth ? 1.0 / static_cast<double>(rank + 1) : 0;
  }
  [[nodiscard]] RankingQuality result() const {
    auto quality = quality_;
    auto const n = static_cast<double>(std::max<std::size_t>(1, queries_));
    for (auto* const sum :
         {&quality.hit_rate_1, &quality.hit_rate_3, &quality.hit_rate_5, &quality.hit_rate_10, &quality.mrr_10}) {
      *sum /= n;
    }
    auto const covered = std::count(suggested_.begin(), suggested_.end(), 1);
    quality.coverage_10 =
        static_cast<double>(covered) / static_cast<double>(std::max<std::size_t>(1, suggested_.size()));
    return quality;
  }

 private:
  std::vector<char> suggested_;
  RankingQuality quality_;
  std::size_t queries_ = 0;
};

void ask_model(Ranker& ranker, Dataset const& data, std::vector<std::uint32_t> const& held, std::size_t most,
               Evaluation& out) {
  Tally model(ranker.bundle().item_count());
  std::vector<Prediction> predictions;
  out.queries = leave_one_out(ranker, data, held, most, kDepth, [&](ItemIx hidden, std::span<Scored const> top) {
    std::size_t place = kDepth;
    for (std::size_t rank = 0; rank < top.size(); ++rank) {
      model.suggest(top[rank].item);
      bool const hit = top[rank].item == hidden;
      if (hit) place = rank;
      if (rank < kCalibrated) predictions.push_back({ranker.bundle().probability(top[rank].score, rank).ppm, hit});
    }
    model.found_at(place);
  });
  out.model = model.result();
  out.calibration = measure_calibration(std::move(predictions), kBins);
}

/// The same queries answered by the most bought items. Items of the bundle stand by falling popularity.
void ask_popularity(Bundle const& bundle, Dataset const& data, std::vector<std::uint32_t> const& held, std::size_t most,
                    Evaluation& out) {
  Tally popularity(bundle.item_count());
  std::vector<char> inside(bundle.item_count(), 0);
  std::size_t asked = 0;
  for (auto const& basket : known_baskets(bundle, data, held)) {
    if (asked >= most) break;
    asked += basket.size();
    for (auto const item : basket) inside[index(item)] = 1;
    for (auto const hidden : basket) {
      std::size_t place = kDepth;
      std::size_t rank = 0;
      for (std::uint32_t n = 0; n < bundle.item_count() && rank < kDepth; ++n) {
        if (inside[n] != 0 && ItemIx{n} != hidden) continue;
        popularity.suggest(ItemIx{n});
        if (ItemIx{n} == hidden) place = rank;
        ++rank;
      }
      popularity.found_at(place);
    }
    for (auto const item : basket) inside[index(item)] = 0;
  }
  out.popularity = popularity.result();
}

/// The given baskets and only the items in them, so that what was never seen is no question.
Dataset part_of(Dataset const& data, std::vector<std::uint32_t> const& baskets) {
  Dataset part;
  part.time_kind = data.time_kind;
  std::vector<std::uint32_t> renamed(data.items.size(), 0);
  for (auto const n : baskets) {
    for (auto const item : data.basket(n)) {
      if (renamed[item] == 0) {
        part.items.push_back(data.items[item]);
        renamed[item] = static_cast<std::uint32_t>(part.items.size());
      }
      part.basket_items.push_back(renamed[item] - 1);
    }
    part.begin.push_back(part.basket_items.size());
    part.times.push_back(data.times[n]);
    part.keys.push_back(data.keys[n]);
  }
  return part;
}

}  // namespace

CalibrationQuality measure_calibration(std::vector<Prediction> predictions, std::size_t bins) {
  CalibrationQuality quality;
  if (predictions.empty() || bins == 0) return quality;
  std::stable_sort(predictions.begin(), predictions.end(), [](auto const& a, auto const& b) { return a.ppm < b.ppm; });
  auto const total = static_cast<double>(predictions.size());
  for (std::size_t bin = 0; bin < bins; ++bin) {
    auto const begin = predictions.size() * bin / bins;
    auto const end = predictions.size() * (bin + 1) / bins;
    double predicted = 0;
    double observed = 0;
    for (auto n = begin; n < end; ++n) {
      predicted += predictions[n].ppm / 1e6;
      observed += predictions[n].bought ? 1 : 0;
    }
    quality.ece += std::fabs(predicted - observed) / total;
    quality.predicted += predicted / total;
    quality.observed += observed / total;
  }
  return quality;
}

Result<Evaluation> evaluate(Dataset const& data, BuildOptions const& build_options, EvaluationOptions const& options,
                            Progress const& progress) {
  auto const split = hold_out(data, options.test_share);
  auto const early = part_of(data, split.train);
  auto built = build(early, {}, {}, build_options, progress);
  if (!built) return tl::unexpected(built.error());
  Evaluation out;
  out.bundle_bytes = built->bundle.size();
  auto ranker = Ranker::open(std::move(built->bundle));
  if (!ranker) return tl::unexpected(ranker.error());
  if (progress) progress("ask for the hidden items");
  out.split = data.time_kind == TimeKind::calendar ? "by_time" : "by_hash";
  out.train_baskets = split.train.size();
  out.test_baskets = split.held.size();
  out.items = ranker->bundle().item_count();
  out.affinity_bytes = ranker->bundle().affinity_bytes();
  ask_model(*ranker, data, split.held, options.most_queries, out);
  ask_popularity(ranker->bundle(), data, split.held, options.most_queries, out);
  if (progress) progress("");
  if (out.queries == 0) {
    return fail(Code::invalid, "evaluate: no test basket has two known items; give more transactions");
  }
  return out;
}

}  // namespace tillcue::models
