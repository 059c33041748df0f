#include "star_status.hpp"

namespace tillcue::pos {
namespace {

/// 0x0F: 7 bytes, 0x21: 8, 0x23: 9, ...; none of these bits stands for less than a whole block.
std::size_t length_of(std::uint8_t first) {
  if ((first & 0x91U) != 0x01) return 0;
  auto const length = (first & 0x0EU) >> 1U | (first & 0x20U) >> 2U;
  return length < 7 ? 0 : length;
}

StarStatus read(std::span<std::uint8_t const> block) {
  auto const bit = [&](std::size_t at, unsigned mask) { return (block[at] & mask) != 0; };
  StarStatus out;
  if (bit(2, 0x20)) {
    out.trouble = "cover open";
  } else if (bit(5, 0x08)) {
    out.trouble = "paper out";
  } else if (bit(3, 0x08)) {
    out.trouble = "cutter jammed";
  } else if (bit(3, 0x64)) {
    out.trouble = "error light is on";
  } else if (bit(2, 0x08)) {
    out.trouble = "offline";
  }
  out.paper_near_end = bit(5, 0x06);
  if (block.size() > 7) out.printed = (block[7] & 0x40U) >> 2U | (block[7] & 0x0EU) >> 1U;
  return out;
}

}  // namespace

std::optional<StarStatus> StarStatusReader::take(std::span<std::byte const> bytes) {
  std::optional<StarStatus> out;
  for (auto const b : bytes) {
    auto const value = std::to_integer<std::uint8_t>(b);
    if (held_ == 0 && length_of(value) == 0) continue;
    block_.at(held_++) = value;
    if (held_ < length_of(block_[0])) continue;
    out = read(std::span(block_).first(held_));
    held_ = 0;
  }
  return out;
}

}  // namespace tillcue::pos
