#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fresh_pages.hpp"
#include "reached.hpp"
#include "sorted_columns.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/parallel.hpp"

namespace tillcue::models {

/// Baskets as lists of rising ranks, one behind the other: most fit one cache line. With weights each is led by its
/// own. Behind each place kReachedSums cells can be read.
/// Cell  an unsigned type that holds every rank and every weight.
template <class Cell>
class PackedBaskets {
 public:
  static constexpr std::size_t kAlign = 4;  ///< baskets start at multiples, so that 32 bits address 2^34 cells

  /// `rank_of`: item of `data` -> rank, `none` where it has none; all others are less.
  PackedBaskets(Dataset const& data, std::span<std::uint32_t const> baskets, std::span<std::uint16_t const> weights,
                std::span<std::uint32_t const> rank_of, std::uint32_t none, unsigned threads)
      : weighted_(!weights.empty()), none_(static_cast<Cell>(none)) {
    begin_.reserve(baskets.size() + 1);
    begin_.push_back(0);
    for (auto const n : baskets) {
      begin_.push_back(begin_.back() + units_of(data.basket(n).size()));
    }
    auto const room = std::size_t{begin_.back()} * kAlign;
    cells_ = std::make_unique_for_overwrite<Cell[]>(room + kReachedSums);
    ask_for_pages(cells_.get(), room * sizeof(Cell));
    std::fill_n(cells_.get() + room, kReachedSums, none_);
    std::vector<Cell> const cell_of(rank_of.begin(), rank_of.end());
    std::vector<Packer> packers(threads);
    in_pieces(baskets.size(), kBasketsPerPiece, threads, [&](std::size_t from, std::size_t to, unsigned worker) {
      auto& packer = packers[worker];
      for (auto n = from; n < to; ++n) {
        auto* const first = cells_.get() + std::size_t{begin_[n]} * kAlign;
        if (weighted_) *first = weights[baskets[n]];
        auto const items = data.basket(baskets[n]);
        packer.add(items, begin_[n + 1] - begin_[n], first + (weighted_ ? 1 : 0));
      }
      pack(packer, cell_of);
    });
  }

  [[nodiscard]] bool weighted() const noexcept { return weighted_; }
  [[nodiscard]] std::size_t size() const noexcept { return begin_.size() - 1; }
  [[nodiscard]] std::uint32_t place(std::size_t n) const noexcept { return begin_[n]; }
  /// The ranks of basket n, with the one that is none behind them where the next one does not begin at once.
  [[nodiscard]] Cell const* ranks(std::size_t n) const noexcept { return at(begin_[n]) + (weighted_ ? 1 : 0); }
  /// What lies at a place: the weight where there are weights, then the ranks.
  [[nodiscard]] Cell const* at(std::uint32_t place) const noexcept {
    return cells_.get() + std::size_t{place} * kAlign;
  }

 private:
  static constexpr std::size_t kBasketsPerPiece = 2048;
  static constexpr std::size_t kMostUnits = SortedColumns<Cell>::kMostRows / kAlign;

  [[nodiscard]] std::uint32_t units_of(std::size_t items) const noexcept {
    return static_cast<std::uint32_t>((items + (weighted_ ? 1 : 0) + kAlign - 1) / kAlign);
  }

  struct List {
    std::uint32_t const* items = nullptr;
    std::uint32_t size = 0;
    std::uint32_t units = 0;  ///< of kAlign cells, with the weight
    Cell* out = nullptr;
  };
  /// Baskets by the room they take: those that take the same are written by the same steps.
  struct Packer {
    std::array<std::vector<List>, kMostUnits + 1> by_units;  ///< the first one: those of no items or too many
    SortedColumns<Cell> columns;

    void add(std::span<std::uint32_t const> items, std::uint32_t units, Cell* out) {
      // They will be needed in another order than they lie.
      __builtin_prefetch(items.data());
      __builtin_prefetch(items.data() + 16);
      bool const usual = !items.empty() && units <= kMostUnits;
      auto& list =
          by_units[usual ? units : 0].emplace_back();  // written where it stays: a copy would wait for its parts
      list.items = items.data();
      list.size = static_cast<std::uint32_t>(items.size());
      list.units = units;
      list.out = out;
    }
  };

  void pack(Packer& packer, std::span<Cell const> cell_of) const {
    for (auto const& list : packer.by_units[0]) put(list, cell_of);
    packer.by_units[0].clear();
    for (std::size_t units = 1; units <= kMostUnits; ++units) {
      auto& lists = packer.by_units[units];
      auto const rows = units * kAlign - (weighted_ ? 1 : 0);
      for (std::size_t n = 0; n < lists.size(); n += SortedColumns<Cell>::kColumns) {
        auto const some = std::min(lists.size() - n, SortedColumns<Cell>::kColumns);
        put_together(std::span(lists).subspan(n, some), rows, cell_of, packer.columns);
      }
      lists.clear();
    }
  }

  /// Writes the ranks of the items in rising order, and behind them the one that is none, which items without a rank
  /// have too. All lists fill `rows` cells to less than a unit.
  void put_together(std::span<List const> lists, std::size_t rows, std::span<Cell const> cell_of,
                    SortedColumns<Cell>& columns) const {
    auto const full = rows - (kAlign - 1);
    for (std::size_t column = 0; column < lists.size(); ++column) {
      auto const& list = lists[column];
      for (std::size_t n = 0; n < full; ++n) columns.row(n)[column] = cell_of[list.items[n]];
      for (std::size_t n = full; n < rows; ++n) {
        auto const rank = cell_of[list.items[std::min<std::size_t>(n, list.size - 1)]];
        columns.row(n)[column] = n < list.size ? rank : none_;
      }
    }
    columns.sort(rows);
    for (std::size_t column = 0; column < lists.size(); ++column) {
      auto* const out = lists[column].out;
      for (std::size_t n = 0; n < rows; ++n) out[n] = columns.row(n)[column];
    }
  }
  void put(List const& list, std::span<Cell const> cell_of) const {
    auto const room = list.units * kAlign - (weighted_ && list.units > 0 ? 1 : 0);
    std::fill_n(list.out, room, none_);
    for (std::uint32_t n = 0; n < list.size; ++n) list.out[n] = cell_of[list.items[n]];
    std::sort(list.out, list.out + list.size);
  }

  bool weighted_;
  Cell none_;
  std::vector<std::uint32_t> begin_;  ///< in units of kAlign cells
  std::unique_ptr<Cell[]> cells_;
};

}  // namespace tillcue::models
