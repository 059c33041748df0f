#pragma once

#include <span>
#include <vector>

#include "tillcue/models/evaluation.hpp"
#include "tillcue/models/pipeline.hpp"
#include "tillcue/models/ranker.hpp"

namespace tillcue::models {

/// What models are chosen by.
inline constexpr std::size_t kObservedRanks = 10;
/// How far down the till looks for something that may be offered (Ranking::kDepth of core): all of it is calibrated.
inline constexpr std::size_t kOfferedRanks = kFurtherRanks.back().last;

/// A bundle for measuring only: no rules, rough probabilities; the rows that cold items borrow by the catalogue's names
/// are in it, for they are in the scores.
Result<Ranker> bare_ranker(Counts const& counts, Weights const& weights, BuildOptions const& options,
                           Catalogue const& catalogue = {});

/// What the till's own scorer suggests for the hidden items of `baskets` in the first `ranks` places, in the trainer's
/// units; those behind kObservedRanks of every eighth question, for there are many and they say much the same.
RankedObservations observations(Ranker& ranker, Dataset const& data, std::span<std::uint32_t const> baskets,
                                std::size_t most, std::size_t ranks);

/// Adds the observations of `more`, rank by rank; they count `weight` each.
void append(RankedObservations& seen, RankedObservations const& more, float weight = 1);

/// The share of the questions whose answer was among the first five.
double hit_rate_5(RankedObservations const& seen);
/// The same of all ranks observed, each hit counting 1 / log2(1 + rank): it tells models apart with fewer questions.
/// Source  Järvelin & Kekäläinen, ACM TOIS 20, 2002 (NDCG, of one relevant item).
double discounted_hits(RankedObservations const& seen);

}  // namespace tillcue::models
