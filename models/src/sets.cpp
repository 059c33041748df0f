#include "tillcue/models/sets.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "sets_index.hpp"
#include "tillcue/models/parallel.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kMostPartners = 31;  // of one item; the bits of a mask
constexpr std::size_t kMostPerAnchor = 16;
constexpr std::size_t kAnchorsPerPiece = 16;

struct Edge {
  std::uint32_t partner = 0;
  std::uint32_t together = 0;
};

/// Chernoff's bound: P(X >= seen) <= exp(-surprise) for a Poisson X of mean `expected` < seen.
double surprise(double seen, double expected) {
  return seen > expected ? seen * std::log(seen / expected) - (seen - expected) : 0;
}

/// The surprise that all sets of `size` items together reach by chance with probability `error` at most.
double threshold(double items, int size, double error) {
  double sets = 1;
  for (int n = 0; n < size; ++n) sets *= std::max(1.0, (items - n) / (n + 1));
  return std::log(sets / error);
}

struct Found {
  std::array<std::uint32_t, 4> ranks{};  ///< rising
  std::size_t size = 0;
  std::uint32_t baskets = 0;  ///< in SetsIndex's units, and so what is expected
  double expected = 0;
  double gain = 0;
};

bool better(Found const& a, Found const& b) {
  if (a.gain != b.gain) return a.gain > b.gain;
  return a.ranks != b.ranks ? a.ranks < b.ranks : a.size < b.size;
}

class Miner {
 public:
  Miner(SetsIndex const& index, SetOptions const& options)
      : index_(index), options_(options), min_baskets_(options.min_baskets * index.unit()), edges_(index.size()) {
    for (int size = 2; size <= 4; ++size) {
      least_[static_cast<std::size_t>(size)] = threshold(index.size(), size, options.error) * index.unit();
    }
  }
  std::vector<Found> run();

 private:
  /// Which of the anchor's partners are in a basket, and what that counts.
  struct Mask {
    std::uint32_t partners, weight;
  };
  struct Worker {
    std::vector<std::uint32_t> sums;
    std::vector<std::uint32_t> touched;
    std::vector<std::int8_t> bit;  ///< per rank: place in the anchor's edges, or -1
    std::vector<Mask> masks;
  };
  using Square = std::array<std::array<std::uint32_t, kMostPartners>, kMostPartners>;

  void find_edges(std::uint32_t anchor, Worker& worker);
  [[nodiscard]] std::uint32_t pair(std::uint32_t a, std::uint32_t b) const;
  void collect_masks(std::uint32_t anchor, Worker& worker) const;
  void find_sets(std::uint32_t anchor, Worker& worker, std::vector<Found>& out) const;
  void find_fours(std::uint32_t anchor, Worker& worker, Square const& threes, std::vector<Found>& out) const;
  static void keep_best(std::vector<Found>& found);
  void judge(Found found, std::vector<Found>& out) const;
  [[nodiscard]] double by_chance(double a, double b) const { return a * b / index_.total(); }

  SetsIndex const& index_;
  SetOptions const& options_;
  std::uint32_t min_baskets_;             ///< in the index's units
  std::vector<std::vector<Edge>> edges_;  ///< per rank: its partners among the more popular, rising
  std::array<double, 5> least_{};         ///< surprise in the index's units, by size
};

/// The partners most surely bought with `anchor`, of those that are more popular.
void Miner::find_edges(std::uint32_t anchor, Worker& worker) {
  worker.sums.resize(index_.size(), 0);
  worker.touched.clear();
  for (auto const n : index_.baskets_of(anchor)) {
    for (auto const rank : index_.basket(n)) {
      if (rank >= anchor) break;
      if (worker.sums[rank] == 0) worker.touched.push_back(rank);
      worker.sums[rank] += index_.weight(n);
    }
  }
  std::vector<std::pair<double, Edge>> sure;
  for (auto const rank : worker.touched) {
    auto const together = std::exchange(worker.sums[rank], 0U);
    if (together < min_baskets_) continue;
    auto const sureness = surprise(together, by_chance(index_.count(anchor), index_.count(rank)));
    if (sureness >= least_[2]) sure.push_back({sureness, {rank, together}});
  }
  std::sort(sure.begin(), sure.end(), [](auto const& a, auto const& b) {
    return a.first != b.first ? a.first > b.first : a.second.partner < b.second.partner;
  });
  if (sure.size() > kMostPartners) sure.resize(kMostPartners);
  auto& edges = edges_[anchor];
  for (auto const& one : sure) edges.push_back(one.second);
  std::sort(edges.begin(), edges.end(), [](Edge a, Edge b) { return a.partner < b.partner; });
}

/// In how many baskets two items are, when that is significant; else 0.
std::uint32_t Miner::pair(std::uint32_t a, std::uint32_t b) const {
  auto const& edges = edges_[std::max(a, b)];
  auto const partner = std::min(a, b);
  auto const at =
      std::lower_bound(edges.begin(), edges.end(), partner, [](Edge e, std::uint32_t p) { return e.partner < p; });
  return at != edges.end() && at->partner == partner ? at->together : 0;
}

/// Which partners are in each of the anchor's baskets, where there are two or more. Leaves worker.bit set.
void Miner::collect_masks(std::uint32_t anchor, Worker& worker) const {
  worker.bit.resize(index_.size(), -1);
  worker.masks.clear();
  auto const& edges = edges_[anchor];
  for (std::size_t n = 0; n < edges.size(); ++n) worker.bit[edges[n].partner] = static_cast<std::int8_t>(n);
  for (auto const n : index_.baskets_of(anchor)) {
    std::uint32_t mask = 0;
    for (auto const rank : index_.basket(n)) {
      if (rank >= anchor) break;
      if (worker.bit[rank] >= 0) mask |= 1U << static_cast<unsigned>(worker.bit[rank]);
    }
    if ((mask & (mask - 1)) != 0) worker.masks.push_back({mask, index_.weight(n)});
  }
}

/// Keeps `found` when no split of it explains it. Of a four the splits into a three with the anchor and one item are
/// found.expected already.
void Miner::judge(Found found, std::vector<Found>& out) const {
  if (found.baskets < min_baskets_) return;
  auto const& r = found.ranks;
  auto const one = [&](std::size_t n) { return static_cast<double>(index_.count(r[n])); };
  auto const two = [&](std::size_t a, std::size_t b) { return static_cast<double>(pair(r[a], r[b])); };
  auto const likelier = [&](double expected) { found.expected = std::max(found.expected, expected); };
  auto const enough = [&] { return surprise(found.baskets, found.expected) >= least_[found.size]; };
  if (found.size == 3) {
    likelier(by_chance(two(0, 1), one(2)));
    likelier(by_chance(two(0, 2), one(1)));
    likelier(by_chance(two(1, 2), one(0)));
  } else {
    likelier(by_chance(two(0, 1), two(2, 3)));
    likelier(by_chance(two(0, 2), two(1, 3)));
    likelier(by_chance(two(0, 3), two(1, 2)));
    if (enough()) likelier(by_chance(index_.together(r[0], r[1], r[2]), one(3)));
  }
  if (!enough()) return;
  found.gain = found.baskets * std::log(found.baskets / found.expected);
  out.push_back(found);
}

/// Fourth items for the best threes: a four without a good three in it is no better.
void Miner::find_fours(std::uint32_t anchor, Worker& worker, Square const& threes, std::vector<Found>& out) const {
  auto const& edges = edges_[anchor];
  auto const& bit = worker.bit;
  std::vector<std::uint32_t> wanted;
  for (auto const& three : out) {
    auto const a = static_cast<unsigned>(bit[three.ranks[0]]), b = static_cast<unsigned>(bit[three.ranks[1]]);
    for (unsigned c = 0; c < edges.size(); ++c) {
      auto const likely = [&](unsigned x) { return threes[std::min(x, c)][std::max(x, c)] >= min_baskets_; };
      if (c != a && c != b && likely(a) && likely(b)) wanted.push_back(1U << a | 1U << b | 1U << c);
    }
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (auto const all : wanted) {
    std::uint32_t count = 0;
    for (auto const& mask : worker.masks) count += (mask.partners & all) == all ? mask.weight : 0;
    Found four{{0, 0, 0, anchor}, 4, count};
    std::array<std::size_t, 3> at{};
    std::size_t n = 0;
    for (auto rest = all; rest != 0; rest &= rest - 1) at[n++] = static_cast<std::size_t>(__builtin_ctz(rest));
    for (n = 0; n < at.size(); ++n) {
      four.ranks[n] = edges[at[n]].partner;
      auto const with_anchor = threes[at[n == 0 ? 1 : 0]][at[n == 2 ? 1 : 2]];
      four.expected = std::max(four.expected, by_chance(with_anchor, index_.count(four.ranks[n])));
    }
    judge(four, out);
  }
}

void Miner::keep_best(std::vector<Found>& found) {
  std::sort(found.begin(), found.end(), better);
  if (found.size() > kMostPerAnchor) found.resize(kMostPerAnchor);
}

/// All sets of which `anchor` is the rarest item.
void Miner::find_sets(std::uint32_t anchor, Worker& worker, std::vector<Found>& out) const {
  auto const& edges = edges_[anchor];
  if (edges.size() < 2) return;
  collect_masks(anchor, worker);
  Square threes{};
  for (auto const& mask : worker.masks) {
    for (auto rest = mask.partners; rest != 0; rest &= rest - 1) {
      auto const a = static_cast<std::size_t>(__builtin_ctz(rest));
      for (auto more = rest & (rest - 1); more != 0; more &= more - 1) {
        threes[a][static_cast<std::size_t>(__builtin_ctz(more))] += mask.weight;
      }
    }
  }
  std::vector<Found> found;
  for (std::size_t a = 0; a < edges.size(); ++a) {
    for (std::size_t b = a + 1; b < edges.size(); ++b) {
      // Without a sure pair of the two they add nothing to each other.
      if (pair(edges[a].partner, edges[b].partner) == 0) threes[a][b] = 0;
      judge({{edges[a].partner, edges[b].partner, anchor, 0}, 3, threes[a][b]}, found);
    }
  }
  keep_best(found);
  find_fours(anchor, worker, threes, found);
  keep_best(found);
  for (auto const& edge : edges) worker.bit[edge.partner] = -1;
  out.insert(out.end(), found.begin(), found.end());
}

std::vector<Found> Miner::run() {
  auto const threads = thread_count(options_.threads);
  std::vector<Worker> workers(threads);
  in_pieces(index_.size(), kAnchorsPerPiece, threads, [&](std::size_t begin, std::size_t end, unsigned number) {
    for (auto anchor = begin; anchor < end; ++anchor) find_edges(static_cast<std::uint32_t>(anchor), workers[number]);
  });
  std::vector<std::vector<Found>> pieces((index_.size() + kAnchorsPerPiece - 1) / kAnchorsPerPiece);
  in_pieces(index_.size(), kAnchorsPerPiece, threads, [&](std::size_t begin, std::size_t end, unsigned number) {
    auto& piece = pieces[begin / kAnchorsPerPiece];
    for (auto anchor = begin; anchor < end; ++anchor) {
      find_sets(static_cast<std::uint32_t>(anchor), workers[number], piece);
    }
  });
  std::vector<Found> all;
  for (auto const& piece : pieces) all.insert(all.end(), piece.begin(), piece.end());
  std::sort(all.begin(), all.end(), better);
  return all;
}

/// Best first, without those that share half of their items or more with a better one.
std::vector<Found> distinct(std::vector<Found> const& sorted, std::size_t items, std::size_t most) {
  std::vector<Found> kept;
  std::vector<std::vector<std::uint32_t>> with(items);  ///< per rank: kept sets that hold it
  std::vector<std::uint32_t> near;
  for (auto const& found : sorted) {
    if (kept.size() == most) break;
    near.clear();
    for (std::size_t n = 0; n < found.size; ++n) {
      auto const& sets = with[found.ranks[n]];
      near.insert(near.end(), sets.begin(), sets.end());
    }
    std::sort(near.begin(), near.end());
    bool fresh = true;
    for (std::size_t n = 0; n < near.size() && fresh;) {
      auto end = n;
      while (end < near.size() && near[end] == near[n]) ++end;
      auto const shared = end - n;
      fresh = 2 * shared < found.size + kept[near[n]].size - shared;
      n = end;
    }
    if (!fresh) continue;
    for (std::size_t n = 0; n < found.size; ++n) {
      with[found.ranks[n]].push_back(static_cast<std::uint32_t>(kept.size()));
    }
    kept.push_back(found);
  }
  return kept;
}

}  // namespace

MinedSets mine_sets(Dataset const& data, std::vector<char> const& usable, SetOptions const& options,
                    BasketWeights weights) {
  MinedSets result;
  if (options.most == 0) return result;
  SetsIndex const index(data, usable, options, weights);
  auto const unit = index.unit();
  auto const whole = [unit](std::uint32_t parts) { return (parts + unit / 2) / unit; };
  result.baskets = index.baskets();
  result.sampled = index.sampled();
  for (auto const& found : distinct(Miner(index, options).run(), index.size(), options.most)) {
    MinedSet set;
    for (std::size_t n = 0; n < found.size; ++n) {
      set.items.push_back(index.item(found.ranks[n]));
      set.alone.push_back(whole(index.count(found.ranks[n])));
    }
    set.baskets = whole(found.baskets);
    set.expected = found.expected / unit;
    set.gain = found.gain / unit;
    result.sets.push_back(std::move(set));
  }
  return result;
}

}  // namespace tillcue::models
