#include "cooccurrence.hpp"

#include <algorithm>

namespace tillcue::models {
namespace {

// The popular items have long rows and are in most supports: a look-up must cost one load. 6144 items are 75 MB.
constexpr std::uint32_t kHead = 6144;
constexpr std::uint32_t kAbsent = 0xFFFF'FFFF;
// Pairs turned round at a time.
constexpr std::uint64_t kAtOnce = std::uint64_t{32} << 20U;

struct Pair {
  std::uint32_t partner, together;
};

/// Goes through counts by rows of SKUs and hands them on by rows of popularity.
class Turn {
 public:
  Turn(Counts const& counts, Cooccurrence const& wanted) : counts_(counts), rank_(counts.items.size(), kAbsent) {
    for (std::uint32_t rank = 0; rank < wanted.size(); ++rank) rank_[wanted.item(rank)] = rank;
    length_.assign(wanted.size(), 0);
    each([&](std::uint32_t high, std::uint32_t, std::uint32_t) { ++length_[high]; });
  }

  void into(PairSink& sink) {
    for (std::uint32_t low = 0; low < length_.size();) {
      auto high = low;
      for (std::uint64_t full = 0; high < length_.size() && (full == 0 || full + length_[high] <= kAtOnce); ++high) {
        full += length_[high];
      }
      hand_on(low, high, sink);
      low = high;
    }
  }

 private:
  /// visit(less popular, more popular, together)
  void each(auto const& visit) const {
    for (std::uint32_t item = 0; item < counts_.items.size(); ++item) {
      auto const a = rank_[item];
      if (a == kAbsent) continue;
      for (auto at = counts_.row[item]; at < counts_.row[item + 1]; ++at) {
        auto const b = rank_[counts_.partner[at]];
        if (b != kAbsent) visit(std::max(a, b), std::min(a, b), counts_.together[at]);
      }
    }
  }

  void hand_on(std::uint32_t low, std::uint32_t high, PairSink& sink) const {
    std::vector<std::uint64_t> end(high - low + 1, 0);
    for (auto rank = low; rank + 1 < high; ++rank) end[rank - low + 1] = end[rank - low] + length_[rank];
    std::vector<Pair> pairs(end[high - low - 1] + length_[high - 1]);
    each([&](std::uint32_t a, std::uint32_t b, std::uint32_t together) {
      if (a >= low && a < high) pairs[end[a - low]++] = {b, together};
    });
    std::vector<std::uint32_t> partner, together;
    for (auto rank = low; rank < high; ++rank) {
      auto const row = std::span(pairs).subspan(end[rank - low] - length_[rank], length_[rank]);
      std::sort(row.begin(), row.end(), [](Pair a, Pair b) { return a.partner < b.partner; });
      partner.clear();
      together.clear();
      for (auto const pair : row) {
        partner.push_back(pair.partner);
        together.push_back(pair.together);
      }
      (void)sink.row(rank, partner, together);
    }
  }

  Counts const& counts_;
  std::vector<std::uint32_t> rank_;
  std::vector<std::uint32_t> length_;  ///< by rank
};

}  // namespace

Cooccurrence::Cooccurrence(Counts const& items, std::uint32_t min_baskets)
    : unit_(items.unit()), total_(static_cast<double>(items.baskets) * unit_) {
  for (auto const item : by_falling_baskets(items)) {
    double const baskets = items.items[item].baskets * unit_;
    if (baskets < std::max(1U, min_baskets)) break;
    item_.push_back(item);
    n_.push_back(baskets);
  }
  head_ = std::min(size(), kHead);
  triangle_.assign(packed(head_, 0), 0.0F);
}

std::unique_ptr<Cooccurrence> Cooccurrence::of(Counts const& counts, std::uint32_t min_baskets) {
  auto pairs = std::make_unique<Cooccurrence>(counts, min_baskets);
  Turn(counts, *pairs).into(*pairs);
  return pairs;
}

Result<void> Cooccurrence::row(std::uint32_t rank, std::span<std::uint32_t const> partner,
                               std::span<std::uint32_t const> together) {
  if (rank >= size()) return {};
  if (rank >= head_) {
    pairs_.add_row(rank, partner, together);
    return {};
  }
  auto* const row = triangle_.data() + packed(rank, 0);
  for (std::size_t n = 0; n < partner.size(); ++n) row[partner[n]] = in_baskets(together[n]);
  return {};
}

template <class Put>
void Cooccurrence::each_of(std::uint32_t rank, std::span<std::uint32_t const> wanted, Put const& put) const {
  if (rank >= head_) {
    pairs_.each_of(rank, wanted, [&](std::size_t n, std::uint32_t count) { put(n, in_baskets(count)); });
    return;
  }
  auto const* const row = triangle_.data() + packed(rank, 0);
  for (std::size_t n = 0; n < wanted.size(); ++n) put(n, row[wanted[n]]);
}

void Cooccurrence::gather(std::uint32_t target, double ridge, Regression& regression) const {
  std::span<std::uint32_t const> const support = regression.support;
  auto const count = support.size();
  if (regression.gram.size() < count * count) regression.gram.resize(count * count);
  regression.right.resize(count);
  auto& sizes = regression.sizes;
  sizes.clear();
  for (auto const rank : support) sizes.push_back(n_[rank]);
  // G between `rank` and the first `many` of the support, all of them more popular.
  auto const fill = [&](std::uint32_t rank, std::size_t many, float* out) {
    double const share = n_[rank] / total_;
    for (std::size_t n = 0; rank >= head_ && n < many; ++n) out[n] = static_cast<float>(-share * sizes[n]);
    each_of(rank, support.first(many),
            [&](std::size_t n, float together) { out[n] = static_cast<float>(together - share * sizes[n]); });
  };
  auto* const right = regression.right.data();
  auto const less =
      static_cast<std::size_t>(std::lower_bound(support.begin(), support.end(), target) - support.begin());
  fill(target, less, right);
  for (std::size_t k = 0; k < support.size(); ++k) {
    auto const a = support[k];
    auto* const column = regression.gram.data() + k * count;
    fill(a, k, column);
    column[k] = static_cast<float>(centred(a, a, n_[a]) + ridge);
    if (k < less) continue;
    right[k] = static_cast<float>(centred(a, target, 0));
    each_of(a, std::span(&target, 1),
            [&](std::size_t, float together) { right[k] = static_cast<float>(centred(a, target, together)); });
  }
}

Result<std::unique_ptr<Cooccurrence>> count_cooccurrence(Dataset const& data, WeighedBaskets const& weighed,
                                                         std::uint32_t min_baskets, unsigned threads,
                                                         Advance const& advance) {
  auto pairs = std::make_unique<Cooccurrence>(weighed.items, min_baskets);
  PairOptions options;
  options.order = RowOrder::by_popularity;
  options.threads = threads;
  options.advance = advance;
  auto const counted = count_pairs(data, weighed.baskets, weighed.weights, weighed.items, options, *pairs);
  if (!counted) return tl::unexpected(counted.error());
  return pairs;
}

}  // namespace tillcue::models
