#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace tillcue::models {

/// The lower triangle of a table of pairs, row by row, in 4 bytes a pair: the low halves of the partners, one segment
/// for each 65,536 of them, and the counts; the few counts beyond 16 bits are beside it.
/// Threads  any number of readers once all rows are in.
class PackedPairs {
 public:
  /// The row of `row`, which is larger than those before; `partner` rises and is below `row`.
  void add_row(std::uint32_t row, std::span<std::uint32_t const> partner, std::span<std::uint32_t const> together);

  /// visit(partner, together) for the whole row, by rising partner.
  template <class Visit>
  void each(std::uint32_t row, Visit const& visit) const {
    for (std::uint32_t part = 0; part < parts(row); ++part) {
      auto const at = first_segment(row) + part;
      if (at >= segments_.size()) return;
      auto const segment = segments_[at];
      for (std::uint32_t n = 0; n < segment.size; ++n) {
        auto const partner = (part << kBits) + segment.cells[n];
        visit(partner, whole(row, partner, segment.cells[segment.size + n]));
      }
    }
  }
  /// visit(n, together) for those of `wanted`, rising partners below `row`, that are in the row.
  template <class Visit>
  void each_of(std::uint32_t row, std::span<std::uint32_t const> wanted, Visit const& visit) const {
    std::size_t n = 0;
    for (std::uint32_t part = 0; part < parts(row) && n < wanted.size(); ++part) {
      auto const number = first_segment(row) + part;
      if (number >= segments_.size()) return;
      auto const segment = segments_[number];
      std::uint32_t at = 0;
      for (; n < wanted.size() && wanted[n] >> kBits == part; ++n) {
        auto const low = static_cast<std::uint16_t>(wanted[n]);
        at = reach(segment, at, low);
        if (at == segment.size || segment.cells[at] != low) continue;
        visit(n, whole(row, wanted[n], segment.cells[segment.size + at]));
      }
    }
  }

 private:
  static constexpr unsigned kBits = 16;
  static constexpr std::uint16_t kBeside = 0xFFFF;

  struct Segment {
    std::uint16_t const* cells = nullptr;  ///< partners, then as many counts
    std::uint32_t size = 0;
  };

  static std::uint32_t parts(std::uint32_t row) { return (row >> kBits) + 1; }
  static std::size_t first_segment(std::uint32_t row) {
    std::size_t const full = row >> kBits;
    return (full * (full + 1) / 2 << kBits) + (row & 0xFFFFU) * (full + 1);
  }
  /// The first place from `at` on that holds `low` or more: a few doubled steps, for the next one wanted is near.
  static std::uint32_t reach(Segment segment, std::uint32_t at, std::uint16_t low) {
    std::uint32_t step = 1;
    for (; at + step < segment.size && segment.cells[at + step] < low; step *= 2) at += step;
    auto const* const end = segment.cells + std::min(at + step + 1, segment.size);
    return static_cast<std::uint32_t>(std::lower_bound(segment.cells + at, end, low) - segment.cells);
  }
  [[nodiscard]] std::uint32_t whole(std::uint32_t row, std::uint32_t partner, std::uint16_t count) const {
    return count == kBeside ? beside(row, partner) : count;
  }
  [[nodiscard]] std::uint32_t beside(std::uint32_t row, std::uint32_t partner) const;
  std::uint16_t* room(std::size_t cells);

  std::vector<Segment> segments_;
  std::vector<std::unique_ptr<std::uint16_t[]>> blocks_;
  std::size_t left_ = 0;
  std::uint16_t* free_ = nullptr;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> large_;  ///< by row and partner
};

}  // namespace tillcue::models
