#include "observation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "log_linear.hpp"

namespace tillcue::models {
namespace {

/// Hits a question, each worth weight(rank from 0).
template <class Weight>
double hits(RankedObservations const& seen, std::size_t ranks, Weight const& weight) {
  if (seen.empty() || seen[0].empty()) return 0;
  double sum = 0;
  for (std::size_t rank = 0; rank < std::min(ranks, seen.size()); ++rank) {
    for (auto const& one : seen[rank]) sum += one.bought ? weight(rank) : 0;
  }
  return sum / static_cast<double>(seen[0].size());
}

}  // namespace

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
                                std::size_t most, std::size_t ranks) {
  constexpr std::size_t kOneIn = 8;
  RankedObservations seen(ranks);
  double const unit = ranker.bundle().info().score_unit;
  std::size_t question = 0;
  leave_one_out(ranker, data, baskets, most, ranks, [&](ItemIx hidden, std::span<Scored const> top) {
    auto const left = static_cast<std::uint16_t>(ranker.scorer().basket_size());
    auto const told = question++ % kOneIn == 0 ? top.size() : std::min(top.size(), kObservedRanks);
    for (std::size_t rank = 0; rank < told; ++rank) {
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
  return hits(seen, 5, [](std::size_t) { return 1.0; });
}

double discounted_hits(RankedObservations const& seen) {
  return hits(seen, kObservedRanks, [](std::size_t rank) { return 1 / std::log2(static_cast<double>(rank + 2)); });
}

}  // namespace tillcue::models
