#include "packed_pairs.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 21U;  // cells

std::uint64_t key(std::uint32_t row, std::uint32_t partner) { return std::uint64_t{row} << 32U | partner; }

}  // namespace

std::uint16_t* PackedPairs::room(std::size_t cells) {
  if (cells > left_) {
    left_ = std::max(cells, kBlock);
    blocks_.emplace_back(new std::uint16_t[left_]);  // not zeroed: untouched pages cost nothing
    free_ = blocks_.back().get();
  }
  auto* const begin = free_;
  free_ += cells;
  left_ -= cells;
  return begin;
}

void PackedPairs::add_row(std::uint32_t row, std::span<std::uint32_t const> partner,
                          std::span<std::uint32_t const> together) {
  segments_.resize(first_segment(row));
  std::size_t n = 0;
  for (std::uint32_t part = 0; part < parts(row); ++part) {
    auto const begin = n;
    while (n < partner.size() && partner[n] >> kBits == part) ++n;
    auto const size = n - begin;
    auto* const cells = room(size * 2);
    for (std::size_t k = 0; k < size; ++k) {
      auto const count = together[begin + k];
      cells[k] = static_cast<std::uint16_t>(partner[begin + k]);
      cells[size + k] = static_cast<std::uint16_t>(std::min<std::uint32_t>(count, kBeside));
      if (count >= kBeside) large_.emplace_back(key(row, partner[begin + k]), count);
    }
    segments_.push_back({cells, static_cast<std::uint32_t>(size)});
  }
}

std::uint32_t PackedPairs::beside(std::uint32_t row, std::uint32_t partner) const {
  auto const wanted = key(row, partner);
  auto const before = [](auto const& entry, std::uint64_t value) { return entry.first < value; };
  return std::lower_bound(large_.begin(), large_.end(), wanted, before)->second;
}

}  // namespace tillcue::models
