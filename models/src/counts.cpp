#include "tillcue/models/counts.hpp"

#include <algorithm>
#include <numeric>

#include "tillcue/models/parallel.hpp"

namespace tillcue::models {
namespace {

struct Pair {
  std::uint32_t partner;
  std::uint32_t together;
};

/// The chosen baskets over items renamed to their popularity rank, and for each item the baskets that hold it.
struct Ranked {
  std::vector<std::uint32_t> item;  ///< rank -> position in the data set
  std::vector<std::uint64_t> basket_begin{0};
  std::vector<std::uint32_t> basket_ranks;  ///< rising within a basket
  std::vector<std::uint64_t> item_begin;
  std::vector<std::uint32_t> item_baskets;
};

std::vector<std::uint32_t> by_popularity(std::vector<std::uint32_t> const& occurrences) {
  std::vector<std::uint32_t> order(occurrences.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return occurrences[a] > occurrences[b]; });
  return order;
}

Ranked rank_items(Dataset const& data, std::span<std::uint32_t const> baskets,
                  std::vector<std::uint32_t> const& occurrences) {
  Ranked ranked;
  ranked.item = by_popularity(occurrences);
  std::vector<std::uint32_t> rank_of(ranked.item.size());
  for (std::uint32_t rank = 0; rank < ranked.item.size(); ++rank) rank_of[ranked.item[rank]] = rank;
  ranked.item_begin.assign(ranked.item.size() + 1, 0);
  for (std::uint32_t rank = 0; rank < ranked.item.size(); ++rank) {
    ranked.item_begin[rank + 1] = ranked.item_begin[rank] + occurrences[ranked.item[rank]];
  }
  ranked.item_baskets.resize(ranked.item_begin.back());
  auto next = ranked.item_begin;
  for (std::uint32_t n = 0; n < baskets.size(); ++n) {
    auto const start = ranked.basket_ranks.size();
    for (auto const item : data.basket(baskets[n])) {
      ranked.basket_ranks.push_back(rank_of[item]);
      ranked.item_baskets[next[rank_of[item]]++] = n;
    }
    std::sort(ranked.basket_ranks.begin() + static_cast<std::ptrdiff_t>(start), ranked.basket_ranks.end());
    ranked.basket_begin.push_back(ranked.basket_ranks.size());
  }
  return ranked;
}

/// One row of X^T X: how often `rank` meets each more popular item. `sums` is all zero before and after.
void count_row(Ranked const& ranked, std::uint32_t rank, std::vector<std::uint32_t>& sums,
               std::vector<std::uint32_t>& touched, std::vector<Pair>& out) {
  touched.clear();
  for (auto at = ranked.item_begin[rank]; at < ranked.item_begin[rank + 1]; ++at) {
    auto const basket = ranked.item_baskets[at];
    for (auto place = ranked.basket_begin[basket]; ranked.basket_ranks[place] < rank; ++place) {
      if (sums[ranked.basket_ranks[place]]++ == 0) touched.push_back(ranked.basket_ranks[place]);
    }
  }
  for (auto const partner : touched) {
    out.push_back({partner, sums[partner]});
    sums[partner] = 0;
  }
}

/// Pairs of a run of rows; `sizes` has one entry per row.
struct Piece {
  std::vector<Pair> pairs;
  std::vector<std::uint32_t> sizes;
};

constexpr std::size_t kRowsPerPiece = 64;

std::vector<Piece> count_pairs(Ranked const& ranked, unsigned threads) {
  auto const items = ranked.item.size();
  std::vector<Piece> pieces((items + kRowsPerPiece - 1) / kRowsPerPiece);
  struct Worker {
    std::vector<std::uint32_t> sums;
    std::vector<std::uint32_t> touched;
  };
  std::vector<Worker> workers(threads);
  in_pieces(items, kRowsPerPiece, threads, [&](std::size_t begin, std::size_t end, unsigned number) {
    auto& worker = workers[number];
    worker.sums.resize(items, 0);
    auto& piece = pieces[begin / kRowsPerPiece];
    for (auto rank = begin; rank < end; ++rank) {
      auto const before = piece.pairs.size();
      count_row(ranked, static_cast<std::uint32_t>(rank), worker.sums, worker.touched, piece.pairs);
      piece.sizes.push_back(static_cast<std::uint32_t>(piece.pairs.size() - before));
    }
    piece.pairs.shrink_to_fit();
  });
  return pieces;
}

void for_each_pair(std::vector<Piece> const& pieces, auto const& visit) {
  std::uint32_t rank = 0;
  for (auto const& piece : pieces) {
    std::size_t at = 0;
    for (auto const size : piece.sizes) {
      for (auto const end = at + size; at < end; ++at) visit(rank, piece.pairs[at]);
      ++rank;
    }
  }
}

/// Renames ranks to canonical positions and files every pair under its earlier item. `place`: rank -> position.
void file_pairs(std::vector<Piece> const& pieces, std::vector<std::uint32_t> const& place, Counts& counts) {
  counts.row.assign(counts.items.size() + 1, 0);
  for_each_pair(pieces, [&](std::uint32_t rank, Pair const& pair) {
    ++counts.row[std::min(place[rank], place[pair.partner]) + 1];
  });
  std::partial_sum(counts.row.begin(), counts.row.end(), counts.row.begin());
  std::vector<Pair> filed(counts.row.back());
  auto next = counts.row;
  for_each_pair(pieces, [&](std::uint32_t rank, Pair const& pair) {
    auto const [low, high] = std::minmax(place[rank], place[pair.partner]);
    filed[next[low]++] = {high, pair.together};
  });
  counts.partner.resize(filed.size());
  counts.together.resize(filed.size());
  for (std::size_t n = 0; n + 1 < counts.row.size(); ++n) {
    auto const begin = filed.begin() + static_cast<std::ptrdiff_t>(counts.row[n]);
    auto const end = filed.begin() + static_cast<std::ptrdiff_t>(counts.row[n + 1]);
    std::sort(begin, end, [](Pair a, Pair b) { return a.partner < b.partner; });
  }
  for (std::size_t n = 0; n < filed.size(); ++n) {
    counts.partner[n] = filed[n].partner;
    counts.together[n] = filed[n].together;
  }
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

Counts count(Dataset const& data, std::span<std::uint32_t const> baskets, unsigned threads) {
  Counts counts;
  counts.baskets = baskets.size();
  note_times(data, baskets, counts);
  std::vector<std::uint32_t> occurrences(data.items.size(), 0);
  for (auto const n : baskets) {
    for (auto const item : data.basket(n)) ++occurrences[item];
  }
  auto const ranked = rank_items(data, baskets, occurrences);
  std::vector<std::uint32_t> canonical(data.items.size());
  std::iota(canonical.begin(), canonical.end(), 0U);
  std::sort(canonical.begin(), canonical.end(), [&](auto a, auto b) { return data.items[a].sku < data.items[b].sku; });
  std::vector<std::uint32_t> position(data.items.size());
  for (std::uint32_t n = 0; n < canonical.size(); ++n) {
    auto const& item = data.items[canonical[n]];
    position[canonical[n]] = n;
    counts.items.push_back({item.sku, occurrences[canonical[n]], item.quantity_milli, item.prices});
  }
  std::vector<std::uint32_t> place(ranked.item.size());
  for (std::size_t rank = 0; rank < place.size(); ++rank) place[rank] = position[ranked.item[rank]];
  file_pairs(count_pairs(ranked, thread_count(threads)), place, counts);
  return counts;
}

Counts count(Dataset const& data, unsigned threads) {
  std::vector<std::uint32_t> all(data.baskets());
  std::iota(all.begin(), all.end(), 0U);
  return count(data, all, threads);
}

}  // namespace tillcue::models
