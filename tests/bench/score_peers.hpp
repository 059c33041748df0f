#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tillcue/core/candidates.hpp"

namespace bench {

/// The floor: reading every byte of the basket's rows once, eight at a time.
std::uint64_t sum_bytes(tillcue::Bundle const& bundle, std::span<tillcue::ItemIx const> basket);

/// The same neighbours as most would store them: compressed sparse rows, 32-bit ids and 32-bit float weights, a dense
/// array of sums that begin at the intercepts, a list of what was touched, and a heap for the best.
class Csr {
 public:
  explicit Csr(tillcue::Bundle const& bundle);

  void assign(std::span<tillcue::ItemIx const> basket);
  struct Place {
    std::uint32_t item;
    float score;
  };
  std::size_t top(std::span<Place> out);
  [[nodiscard]] std::size_t bytes() const { return begins_.size() * 4 + targets_.size() * 8; }

 private:
  void clear();

  tillcue::Bundle const& bundle_;
  std::vector<std::uint32_t> begins_, targets_;
  std::vector<float> weights_, bias_, sums_;
  std::vector<std::uint8_t> marks_;
  std::vector<std::uint32_t> touched_;
  std::size_t touched_count_ = 0;
};

/// Out of every cache: the basket's rows, its index entries and the first sums of their targets.
void flush_rows(tillcue::Bundle const& bundle, std::span<tillcue::ItemIx const> basket);
void flush(void const* begin, std::size_t size);

}  // namespace bench
