#include "tillcue/models/pair_rows.hpp"

#include <algorithm>
#include <bit>
#include <condition_variable>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>
#include <type_traits>

#include "packed_baskets.hpp"
#include "reached.hpp"
#include "tillcue/models/parallel.hpp"

namespace tillcue::models {
namespace {

/// Lets threads that work on consecutive pieces hand in their results in the order of the pieces.
class Turns {
 public:
  /// Calls `hand_in` when all pieces before `piece` have had their turn; not at all once one has failed.
  void take(std::size_t piece, auto const& hand_in) {
    std::unique_lock lock(mutex_);
    turn_.wait(lock, [&] { return next_ == piece; });
    if (outcome_) outcome_ = hand_in();
    ++next_;
    turn_.notify_all();
  }
  [[nodiscard]] bool good() {
    std::lock_guard const lock(mutex_);
    return outcome_.has_value();
  }
  Result<void> outcome() { return outcome_; }

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  std::size_t next_ = 0;
  Result<void> outcome_;
};

/// Rows of a piece, until it is their turn.
struct Rows {
  std::vector<std::uint32_t> partner;   ///< as far as size; never made smaller, which would mean writing it anew
  std::vector<std::uint32_t> together;  ///< likewise
  std::size_t size = 0;
  std::vector<std::pair<std::uint32_t, std::size_t>> ends;  ///< item, and where its row ends

  void clear() {
    size = 0;
    ends.clear();
  }
  /// Room for so many more.
  void expect(std::size_t pairs) {
    if (partner.size() >= size + pairs) return;
    partner.resize(std::max(size + pairs, partner.size() * 2));
    together.resize(partner.size());
  }
  /// Writes the next pair, which stays if it is to be kept.  Requires  room.
  void put(std::uint32_t other, std::uint32_t sum, bool kept) noexcept {
    partner[size] = other;
    together[size] = sum;
    size += kept ? 1 : 0;
  }
};

/// As small as the largest sum of a row allows: most rows then stay in the nearest cache. All zero between rows.
struct Sums {
  std::vector<std::uint8_t> small;
  std::vector<std::uint16_t> middle;
  std::vector<std::uint32_t> large;

  template <class Sum>
  Sum* of() noexcept {
    if constexpr (std::is_same_v<Sum, std::uint8_t>) return small.data();
    if constexpr (std::is_same_v<Sum, std::uint16_t>) return middle.data();
    if constexpr (std::is_same_v<Sum, std::uint32_t>) return large.data();
  }
  void expect(std::size_t items) {
    small.resize(items, 0);
    middle.resize(items, 0);
    large.resize(items, 0);
  }
};

struct Worker {
  Sums sums;
  std::vector<std::uint32_t> touched;
  Rows rows;
};

/// Ranks whose lists of baskets are in memory at the same time.
struct Range {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};

/// One pass over ranks: for each the places of the baskets in which it is not the first.
template <class Cell>
class BasketLists {
 public:
  BasketLists(PackedBaskets<Cell> const& packed, std::span<std::uint32_t const> occurrences, Range range)
      : low_(range.low), begin_(range.high - range.low + 1, 0) {
    for (auto rank = range.low; rank < range.high; ++rank) {
      begin_[rank - low_ + 1] = begin_[rank - low_] + occurrences[rank];
    }
    places_ = std::make_unique_for_overwrite<std::uint32_t[]>(begin_.back());
    auto next = begin_;
    for (std::size_t n = 0; n < packed.size(); ++n) {
      auto const place = packed.place(n);
      auto const* cell = packed.ranks(n) + 1;
      auto const* const end = packed.at(packed.place(n + 1));
      if (cell > end) continue;
      for (; cell != end && *cell < low_; ++cell) {
      }
      for (; cell != end && *cell < range.high; ++cell) places_[next[*cell - low_]++] = place;
    }
  }
  [[nodiscard]] std::span<std::uint32_t const> of(std::uint32_t rank) const noexcept {
    return {places_.get() + begin_[rank - low_], begin_[rank - low_ + 1] - begin_[rank - low_]};
  }

 private:
  std::uint32_t low_;
  std::vector<std::uint64_t> begin_;
  std::unique_ptr<std::uint32_t[]> places_;
};

constexpr std::size_t kAhead = 24;  ///< baskets asked for before they are needed
constexpr std::size_t kCacheLine = 64;

/// Calls each(cells) for every place.
template <class Cell, class Each>
void each_basket(PackedBaskets<Cell> const& packed, std::span<std::uint32_t const> places, Each const& each) {
  for (std::size_t n = 0; n < places.size(); ++n) {
    if (n + kAhead < places.size()) {
      // Most baskets are shorter than a cache line, and many lie on two.
      auto const* const ahead = packed.at(places[n + kAhead]);
      __builtin_prefetch(ahead);
      __builtin_prefetch(ahead + (kCacheLine - 2) / sizeof(Cell));
    }
    each(packed.at(places[n]));
  }
}

/// Counts every rank below `rank` in every basket that holds it: one row of X^T X.
template <class Sum, class Cell>
void count_up(PackedBaskets<Cell> const& packed, std::span<std::uint32_t const> places, std::uint32_t rank, Sum* sums) {
  each_basket(packed, places, [&](Cell const* cell) {
    for (; *cell < rank; ++cell) ++sums[*cell];
  });
}

/// Sums weights, and notes the ranks that were met.
template <bool kWeighted, class Cell>
void add_up_noting(PackedBaskets<Cell> const& packed, std::span<std::uint32_t const> places, std::uint32_t rank,
                   Worker& worker) {
  auto* const sums = worker.sums.of<std::uint32_t>();
  std::size_t found = 0;
  each_basket(packed, places, [&](Cell const* cell) {
    std::uint32_t const weight = kWeighted ? *cell++ : 1;
    for (; *cell < rank; ++cell) {
      if (worker.touched.size() <= found) worker.touched.resize(found * 2 + 64);
      worker.touched[found] = *cell;
      // A basket of weight 0 leaves a sum at 0: its items may be noted twice, and are dropped below.
      found += sums[*cell] == 0 ? 1 : 0;
      sums[*cell] += weight;
    }
  });
  worker.touched.resize(found);
}

/// Sums weights.
template <class Cell>
void add_up_weights(PackedBaskets<Cell> const& packed, std::span<std::uint32_t const> places, std::uint32_t rank,
                    std::uint32_t* sums) {
  each_basket(packed, places, [&](Cell const* cell) {
    std::uint32_t const weight = *cell++;
    for (; *cell < rank; ++cell) sums[*cell] += weight;
  });
}

/// Moves what reached `least` from the sums to the row, by rising rank.
template <class Sum>
void collect_all(Rows& rows, Sum* sums, std::uint32_t rank, std::uint32_t least) {
  constexpr int kMany = 6;  ///< of a block: then all are looked at, without a branch for each
  rows.expect(rank);
  auto const enough = static_cast<Sum>(least);
  std::uint32_t first = 0;
  if (enough != least) first = rank;  // no sum of this row can be that large
  for (; first + kReachedSums <= rank; first += kReachedSums) {
    auto marks = reached(sums + first, enough);
    if (marks == 0) continue;
    if (std::popcount(marks) > kMany) {
      for (std::uint32_t n = 0; n < kReachedSums; ++n) {
        rows.put(first + n, sums[first + n], ((marks >> n) & 1U) != 0);
      }
      continue;
    }
    for (; marks != 0; marks &= marks - 1) {
      auto const other = first + static_cast<std::uint32_t>(std::countr_zero(marks));
      rows.put(other, sums[other], true);
    }
  }
  for (; first < rank; ++first) rows.put(first, sums[first], sums[first] >= enough);
  std::fill_n(sums, rank, Sum{0});
}

void collect_touched(Worker& worker, std::uint32_t least) {
  std::sort(worker.touched.begin(), worker.touched.end());
  worker.rows.expect(worker.touched.size());
  for (auto const other : worker.touched) {
    auto& sum = worker.sums.large[other];
    worker.rows.put(other, sum, sum >= least);
    sum = 0;
  }
}

template <class Cell>
class Counting {
 public:
  Counting(PackedBaskets<Cell> packed, std::vector<std::uint32_t> occurrences, PairOptions const& options,
           PairSink& sink)
      : packed_(std::move(packed)),
        occurrences_(std::move(occurrences)),
        options_(options),
        sink_(sink),
        items_(static_cast<std::uint32_t>(occurrences_.size())),
        workers_(thread_count(options.threads)) {}

  Result<void> run() {
    for (auto const& range : passes()) {
      if (auto const counted = pass(range); !counted) return counted;
    }
    return {};
  }

 private:
  static constexpr std::size_t kOccurrencesPerPiece = 32'768;

  /// Positions by SKU are turned round, so that the earlier items, whose rows hold the later ones, have the high ranks.
  [[nodiscard]] bool turned() const { return options_.order == RowOrder::by_sku; }
  [[nodiscard]] std::uint32_t name(std::uint32_t rank) const { return turned() ? items_ - 1 - rank : rank; }

  /// Ranks in the order of their rows, cut where `most` occurrences are full.
  std::vector<Range> cut(Range whole, std::uint64_t most) const {
    std::vector<Range> ranges;
    std::uint64_t full = 0;
    Range open{whole.low, whole.low};
    if (turned()) open = {whole.high, whole.high};
    for (std::uint32_t n = 0; n < whole.high - whole.low; ++n) {
      auto const rank = turned() ? whole.high - 1 - n : whole.low + n;
      if (full > 0 && full + occurrences_[rank] > most) {
        ranges.push_back(open);
        full = 0;
        open = turned() ? Range{open.low, open.low} : Range{open.high, open.high};
      }
      full += occurrences_[rank];
      (turned() ? open.low : open.high) = turned() ? rank : rank + 1;
    }
    if (open.low < open.high) ranges.push_back(open);
    return ranges;
  }
  [[nodiscard]] std::vector<Range> passes() const {
    return cut({0, items_}, std::max<std::uint64_t>(options_.memory / sizeof(std::uint32_t), 1));
  }

  Result<void> pass(Range range) {
    BasketLists<Cell> const lists(packed_, occurrences_, range);
    auto const pieces = cut(range, kOccurrencesPerPiece);
    Turns turns;
    in_pieces(pieces.size(), 1, static_cast<unsigned>(workers_.size()),
              [&](std::size_t n, std::size_t, unsigned number) {
                auto& worker = workers_[number];
                if (turns.good()) count_piece(lists, pieces[n], worker);
                turns.take(n, [&] { return hand_in(pieces[n], worker.rows); });
              });
    return turns.outcome();
  }

  void count_piece(BasketLists<Cell> const& lists, Range piece, Worker& worker) const {
    worker.sums.expect(items_);
    worker.rows.clear();
    for (std::uint32_t n = 0; n < piece.high - piece.low; ++n) {
      auto const rank = turned() ? piece.high - 1 - n : piece.low + n;
      auto const size = worker.rows.size;
      count_row(lists.of(rank), rank, worker);
      if (turned()) turn(worker.rows, size);
      worker.rows.ends.emplace_back(name(rank), worker.rows.size);
    }
  }

  void count_row(std::span<std::uint32_t const> places, std::uint32_t rank, Worker& worker) const {
    // Weights may leave a pair at 0, which is no pair.
    auto const least = std::max(options_.least, 1U);
    // Looking through all sums costs a fraction of a step each; noting and sorting those touched, many.
    if (places.size() * 512 < rank) {
      packed_.weighted() ? add_up_noting<true>(packed_, places, rank, worker)
                         : add_up_noting<false>(packed_, places, rank, worker);
      return collect_touched(worker, least);
    }
    if (packed_.weighted()) {
      add_up_weights(packed_, places, rank, worker.sums.of<std::uint32_t>());
      return collect_all(worker.rows, worker.sums.of<std::uint32_t>(), rank, least);
    }
    auto const count_in = [&]<class Sum>(Sum* sums) {
      count_up(packed_, places, rank, sums);
      collect_all(worker.rows, sums, rank, least);
    };
    if (places.size() <= std::numeric_limits<std::uint8_t>::max()) return count_in(worker.sums.of<std::uint8_t>());
    if (places.size() <= std::numeric_limits<std::uint16_t>::max()) return count_in(worker.sums.of<std::uint16_t>());
    count_in(worker.sums.of<std::uint32_t>());
  }

  void turn(Rows& rows, std::size_t begin) const {
    auto const from = static_cast<std::ptrdiff_t>(begin);
    auto const to = static_cast<std::ptrdiff_t>(rows.size);
    std::reverse(rows.partner.begin() + from, rows.partner.begin() + to);
    std::reverse(rows.together.begin() + from, rows.together.begin() + to);
    for (auto n = begin; n < rows.size; ++n) rows.partner[n] = name(rows.partner[n]);
  }

  Result<void> hand_in(Range piece, Rows const& rows) {
    std::size_t begin = 0;
    for (auto const& [item, end] : rows.ends) {
      auto const size = end - begin;
      auto const taken =
          sink_.row(item, std::span(rows.partner).subspan(begin, size), std::span(rows.together).subspan(begin, size));
      if (!taken) return taken;
      begin = end;
    }
    done_ += piece.high - piece.low;
    if (options_.advance) options_.advance(static_cast<double>(done_) / items_);
    return {};
  }

  PackedBaskets<Cell> packed_;
  std::vector<std::uint32_t> occurrences_;  ///< by rank
  PairOptions const& options_;
  PairSink& sink_;
  std::uint32_t items_;
  std::vector<Worker> workers_;
  std::uint64_t done_ = 0;
};

constexpr std::uint32_t kAbsent = 0xFFFF'FFFF;

/// Positions in `items` of the items of `data`; kAbsent for those dropped there because they are in no basket.
std::vector<std::uint32_t> positions(Dataset const& data, Counts const& items) {
  std::vector<std::uint32_t> order(data.items.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return data.items[a].sku < data.items[b].sku; });
  std::vector<std::uint32_t> position(order.size(), kAbsent);
  std::uint32_t n = 0;
  for (auto const item : order) {
    if (n < items.items.size() && items.items[n].sku == data.items[item].sku) position[item] = n++;
  }
  return position;
}

/// In how many of the baskets each item is.
std::vector<std::uint32_t> occurrences_of(Dataset const& data, std::span<std::uint32_t const> baskets) {
  std::vector<std::uint32_t> occurrences(data.items.size(), 0);
  for (auto const n : baskets) {
    for (auto const item : data.basket(n)) ++occurrences[item];
  }
  return occurrences;
}

void note_times(Dataset const& data, std::span<std::uint32_t const> baskets, Counts& counts) {
  counts.time_kind = data.time_kind;
  bool any = false;
  for (auto const n : baskets) {
    auto const time = data.times[n];
    if (time == kNoTime) continue;
    counts.from = any ? std::min(counts.from, time) : time;
    counts.to = any ? std::max(counts.to, time) : time;
    any = true;
  }
  if (!any) counts.time_kind = TimeKind::none;
}

}  // namespace

std::vector<std::uint32_t> by_falling_baskets(Counts const& items) {
  std::vector<std::uint32_t> order(items.items.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return items.items[a].baskets > items.items[b].baskets; });
  return order;
}

Result<Counts> count_items(Dataset const& data, std::span<std::uint32_t const> baskets,
                           std::span<std::uint16_t const> weights) {
  Counts counts;
  note_times(data, baskets, counts);
  std::vector<std::uint64_t> sums(data.items.size(), 0);
  for (auto const n : baskets) {
    std::uint64_t const weight = weights.empty() ? 1 : weights[n];
    counts.baskets += weight;
    for (auto const item : data.basket(n)) sums[item] += weight;
  }
  std::vector<std::uint32_t> order(data.items.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return data.items[a].sku < data.items[b].sku; });
  counts.items.reserve(order.size());
  for (auto const n : order) {
    auto const& item = data.items[n];
    if (sums[n] > std::numeric_limits<std::uint32_t>::max()) {
      return fail(Code::unsupported,
                  "count: '" + item.sku + "' is in too many baskets for 32 bits; count fewer baskets at a time");
    }
    counts.items.push_back({item.sku, static_cast<std::uint32_t>(sums[n]), item.quantity_milli, item.prices});
  }
  counts.row.assign(counts.items.size() + 1, 0);
  return counts;
}

Result<void> count_pairs(Dataset const& data, std::span<std::uint32_t const> baskets,
                         std::span<std::uint16_t const> weights, Counts const& items, PairOptions const& options,
                         PairSink& sink) {
  auto const size = static_cast<std::uint32_t>(items.items.size());
  std::vector<std::uint32_t> rank(size);  // by position
  if (options.order == RowOrder::by_sku) {
    for (std::uint32_t n = 0; n < size; ++n) rank[n] = size - 1 - n;
  } else {
    auto const order = by_falling_baskets(items);
    for (std::uint32_t n = 0; n < size; ++n) rank[order[n]] = n;
  }
  auto rank_of = positions(data, items);
  for (auto& place : rank_of) place = place == kAbsent ? kAbsent : rank[place];
  std::vector<std::uint32_t> by_rank(size, 0);
  if (weights.empty()) {
    for (std::uint32_t n = 0; n < size; ++n) by_rank[rank[n]] = items.items[n].baskets;
  } else {
    auto const occurrences = occurrences_of(data, baskets);
    for (std::size_t n = 0; n < rank_of.size(); ++n) {
      if (rank_of[n] != kAbsent) by_rank[rank_of[n]] = occurrences[n];
    }
  }
  auto const count_with = [&]<class Cell>(Cell) {
    PackedBaskets<Cell> packed(data, baskets, weights, rank_of, thread_count(options.threads));
    // A basket's first rank has no pair in its row.
    for (std::size_t n = 0; n < packed.size(); ++n) {
      if (packed.place(n) == packed.place(n + 1)) continue;
      if (auto const first = *packed.ranks(n); first < size) --by_rank[first];
    }
    return Counting<Cell>(std::move(packed), std::move(by_rank), options, sink).run();
  };
  // The largest rank marks the padding.
  return size < std::numeric_limits<std::uint16_t>::max() ? count_with(std::uint16_t{}) : count_with(std::uint32_t{});
}

}  // namespace tillcue::models
