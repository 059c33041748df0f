#include "tillcue/models/pair_rows.hpp"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <numeric>

#include "basket_lists.hpp"
#include "hot_pairs.hpp"
#include "packed_baskets.hpp"
#include "pair_sums.hpp"
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
        hot_(turned() ? 0 : std::min(items_, kMostHot)),
        workers_(thread_count(options.threads)) {}

  Result<void> run() {
    if (hot_ > 0) {
      if (auto const counted = count_hot(); !counted) return counted;
    }
    for (auto const& range : passes()) {
      if (auto const counted = pass(range); !counted) return counted;
    }
    return {};
  }

 private:
  static constexpr std::size_t kOccurrencesPerPiece = 32'768;
  static constexpr std::size_t kBytesPerPlace = 4096;  ///< that are looked through while a basket's items are noted
  static constexpr std::uint32_t kMostHot = 1024;      ///< a triangle of 2 MiB, of which little is used often

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
    return cut({hot_, items_}, std::max<std::uint64_t>(options_.memory / sizeof(std::uint32_t), 1));
  }

  /// Rows of the most popular ranks.
  Result<void> count_hot() {
    HotPairs<Cell> const pairs(packed_, hot_, static_cast<unsigned>(workers_.size()));
    auto& rows = workers_[0].rows;
    for (std::uint32_t rank = 0; rank < hot_; ++rank) {
      rows.clear();
      rows.expect(rank);
      std::uint32_t other = 0;
      for (auto const sum : pairs.row(rank)) rows.put(other++, sum, sum >= least());
      rows.done.push_back({rank, 0, rows.size});
      if (auto const taken = give(rows.done.begin(), rows.done.end(), rows); !taken) return taken;
    }
    advance(hot_);
    return {};
  }

  Result<void> pass(Range range) {
    BasketLists<Cell> const lists(packed_, occurrences_, range);
    auto const pieces = cut(range, kOccurrencesPerPiece);
    Turns turns;
    in_pieces(pieces.size(), 1, static_cast<unsigned>(workers_.size()),
              [&](std::size_t n, std::size_t, unsigned number) {
                auto& worker = workers_[number];
                if (turns.good()) count_piece(lists, pieces[n], worker);
                turns.take(n, [&] {
                  auto const& done = worker.rows.done;
                  return turned() ? hand_in(pieces[n], done.begin(), done.end(), worker.rows)
                                  : hand_in(pieces[n], done.rbegin(), done.rend(), worker.rows);
                });
              });
    return turns.outcome();
  }

  /// Pairs together less often are dropped. Weights may leave a pair at 0, which is no pair.
  [[nodiscard]] std::uint32_t least() const { return std::max(options_.least, 1U); }

  /// By falling rank: sums beyond the rank counted mean nothing.
  void count_piece(BasketLists<Cell> const& lists, Range piece, RowWorker& worker) const {
    // The rank behind the last is that of the padding.
    worker.sums.expect(std::size_t{items_} + 1, piece.low, piece.high);
    worker.rows.clear();
    for (auto rank = piece.high; rank-- > piece.low;) {
      auto const begin = worker.rows.size;
      count_row(lists.of(rank), rank, worker);
      if (turned()) turn(worker.rows, begin);
      worker.rows.done.push_back({name(rank), begin, worker.rows.size});
    }
  }

  void count_row(std::span<std::uint32_t const> places, std::uint32_t rank, RowWorker& worker) const {
    // Looking through all sums costs a fraction of a step a byte; noting and sorting those touched, many each.
    auto const bytes = rank * (packed_.weighted() ? sizeof(std::uint32_t) : sizeof(std::uint8_t));
    if (places.size() * kBytesPerPlace < bytes) {
      packed_.weighted() ? add_up_noting<true>(packed_, places, rank, worker)
                         : add_up_noting<false>(packed_, places, rank, worker);
      return collect_touched(worker, least());
    }
    if (packed_.weighted()) {
      add_up_weights(packed_, places, rank, worker.sums.of<std::uint32_t>());
      return collect_all(worker.rows, worker.sums.of<std::uint32_t>(), rank, least());
    }
    auto const count_in = [&]<class Sum>(Sum* sums) {
      count_up(packed_, places, rank, sums);
      collect_all(worker.rows, sums, rank, least());
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

  Result<void> hand_in(Range piece, auto row, auto const end, Rows const& rows) {
    if (auto const taken = give(row, end, rows); !taken) return taken;
    advance(piece.high - piece.low);
    return {};
  }
  Result<void> give(auto row, auto const end, Rows const& rows) {
    for (; row != end; ++row) {
      auto const size = row->end - row->begin;
      auto const taken = sink_.row(row->item, std::span(rows.partner).subspan(row->begin, size),
                                   std::span(rows.together).subspan(row->begin, size));
      if (!taken) return taken;
    }
    return {};
  }
  void advance(std::uint32_t rows) {
    done_ += rows;
    if (options_.advance) options_.advance(static_cast<double>(done_) / items_);
  }

  PackedBaskets<Cell> packed_;
  std::vector<std::uint32_t> occurrences_;  ///< by rank
  PairOptions const& options_;
  PairSink& sink_;
  std::uint32_t items_;
  std::uint32_t hot_;  ///< ranks counted by HotPairs
  std::vector<RowWorker> workers_;
  std::uint64_t done_ = 0;
};

constexpr std::uint32_t kAbsent = 0xFFFF'FFFF;

/// The items of `data` by rising SKU.
std::vector<std::uint32_t> by_sku(Dataset const& data) {
  // Mostly the first bytes tell, which are compared as one number.
  struct Sku {
    std::uint64_t first;
    std::uint32_t item;
  };
  std::vector<Sku> skus;
  skus.reserve(data.items.size());
  for (auto const& item : data.items) {
    std::uint64_t first = 0;
    for (std::size_t n = 0; n < sizeof first; ++n) {
      first = first << 8U | (n < item.sku.size() ? static_cast<unsigned char>(item.sku[n]) : 0U);
    }
    skus.push_back({first, static_cast<std::uint32_t>(skus.size())});
  }
  std::sort(skus.begin(), skus.end(), [&](Sku const& a, Sku const& b) {
    return a.first != b.first ? a.first < b.first : data.items[a.item].sku < data.items[b.item].sku;
  });
  std::vector<std::uint32_t> order;
  order.reserve(skus.size());
  for (auto const& sku : skus) order.push_back(sku.item);
  return order;
}

/// Positions in `items` of the items of `data`; kAbsent for those dropped there because they are in no basket.
std::vector<std::uint32_t> positions(Dataset const& data, Counts const& items) {
  std::vector<std::uint32_t> position(data.items.size(), kAbsent);
  std::uint32_t n = 0;
  for (auto const item : by_sku(data)) {
    if (n < items.items.size() && items.items[n].sku == data.items[item].sku) position[item] = n++;
  }
  return position;
}

/// In how many of the baskets each item is.
std::vector<std::uint64_t> sums_of(Dataset const& data, std::span<std::uint32_t const> baskets) {
  std::vector<std::uint64_t> sums(data.items.size(), 0);
  for (std::size_t n = 0; n < baskets.size();) {
    // Those that lie one behind the other at once: where a basket ends nobody could foresee.
    auto const first = baskets[n];
    auto behind = std::size_t{first} + 1;
    for (++n; n < baskets.size() && baskets[n] == behind; ++n) ++behind;
    for (auto at = data.begin[first]; at < data.begin[behind]; ++at) ++sums[data.basket_items[at]];
  }
  return sums;
}

/// With what weight.
std::vector<std::uint64_t> sums_of(Dataset const& data, std::span<std::uint32_t const> baskets,
                                   std::span<std::uint16_t const> weights) {
  std::vector<std::uint64_t> sums(data.items.size(), 0);
  for (auto const n : baskets) {
    for (auto const item : data.basket(n)) sums[item] += weights[n];
  }
  return sums;
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
  auto const sums = weights.empty() ? sums_of(data, baskets) : sums_of(data, baskets, weights);
  for (auto const n : baskets) counts.baskets += weights.empty() ? 1 : weights[n];
  counts.items.reserve(data.items.size());
  for (auto const n : by_sku(data)) {
    auto const& item = data.items[n];
    if (sums[n] > std::numeric_limits<std::uint32_t>::max()) {
      return fail(Code::unsupported,
                  "count: '" + item.sku + "' is in too many baskets for 32 bits; count fewer baskets at a time");
    }
    counts.items.push_back(
        {item.sku, static_cast<std::uint32_t>(sums[n]), item.quantity_milli, item.prices, item.lately});
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
  for (auto& place : rank_of) place = place == kAbsent ? size : rank[place];
  std::vector<std::uint32_t> by_rank(size, 0);
  if (weights.empty()) {
    for (std::uint32_t n = 0; n < size; ++n) by_rank[rank[n]] = items.items[n].baskets;
  } else {
    auto const sums = sums_of(data, baskets);
    for (std::size_t n = 0; n < rank_of.size(); ++n) {
      if (rank_of[n] != size) by_rank[rank_of[n]] = static_cast<std::uint32_t>(sums[n]);
    }
  }
  auto const count_with = [&]<class Cell>(Cell) {
    PackedBaskets<Cell> packed(data, baskets, weights, rank_of, size, thread_count(options.threads));
    // A basket's first rank has no pair in its row.
    for (std::size_t n = 0; n < packed.size(); ++n) {
      if (packed.place(n) == packed.place(n + 1)) continue;
      if (auto const first = *packed.ranks(n); first < size) --by_rank[first];
    }
    return Counting<Cell>(std::move(packed), std::move(by_rank), options, sink).run();
  };
  // One rank more marks the padding.
  return size < std::numeric_limits<std::uint16_t>::max() ? count_with(std::uint16_t{}) : count_with(std::uint32_t{});
}

}  // namespace tillcue::models
