#include "observation.hpp"

#include <utility>

#include "log_linear.hpp"

namespace tillcue::models {

Result<Ranker> bare_ranker(Counts const& counts, Weights const& weights, BuildOptions const& options,
                           Catalogue const& catalogue) {
  std::vector<std::string> notes;
  auto how = options.compile;
  how.cold = cold_start_options(options);
  how.ladders.mine = false;
  auto const source =
      assemble(counts, weights, catalogue, {}, uncalibrated(options.training.popularity_power), how, notes);
  auto bytes = write_bundle(source);
  if (!bytes) return tl::unexpected(bytes.error());
  return Ranker::open(std::move(*bytes));
}

RankedObservations observations(Ranker& ranker, Dataset const& data, std::span<std::uint32_t const> baskets,
                                std::size_t most) {
  RankedObservations seen(kObservedRanks);
  double const unit = ranker.bundle().info().score_unit;
  leave_one_out(ranker, data, baskets, most, kObservedRanks, [&](ItemIx hidden, std::span<Scored const> top) {
    auto const left = static_cast<std::uint16_t>(ranker.scorer().basket_size());
    for (std::size_t rank = 0; rank < top.size(); ++rank) {
      seen[rank].push_back({static_cast<float>(top[rank].score * unit), top[rank].item == hidden, left});
    }
  });
  return seen;
}

void append(RankedObservations& seen, RankedObservations const& more, float weight) {
  if (seen.size() < more.size()) seen.resize(more.size());
  for (std::size_t rank = 0; rank < more.size(); ++rank) {
    for (auto one : more[rank]) {
      one.weight = weight;
      seen[rank].push_back(one);
    }
  }
}

double hit_rate_5(RankedObservations const& seen) {
  if (seen.empty() || seen[0].empty()) return 0;
  double hits = 0;
  for (std::size_t rank = 0; rank < std::min<std::size_t>(5, seen.size()); ++rank) {
    for (auto const& one : seen[rank]) hits += one.bought ? 1 : 0;
  }
  return hits / static_cast<double>(seen[0].size());
}

}  // namespace tillcue::models
