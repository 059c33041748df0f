#include "format/check_affinity.hpp"

#include <algorithm>

#include "format/bytes.hpp"
#include "format/layout.hpp"
#include "format/packed_row.hpp"

namespace tillcue::format {
namespace {

Finding packed(Fault fault, std::uint64_t offset) noexcept { return {fault, kPacked, offset}; }

bool all_zero(std::byte const* begin, std::byte const* end) noexcept {
  return std::all_of(begin, end, [](std::byte b) { return b == std::byte{0}; });
}

Finding check_levels(AffinityTable const& table) noexcept {
  for (std::size_t n = 0; n < std::size_t{1} << table.weight_bits; ++n) {
    auto const level = level_of(table, static_cast<std::uint32_t>(n));
    if (level < -kMaxLevel || level > kMaxLevel) return packed(Fault::value, kPackedHeader + 2 * n);
  }
  return {};
}

Finding check_header(std::byte const* at, AffinityTable& out) noexcept {
  if (load<std::uint32_t>(at) != out.items) return packed(Fault::count, 0);
  out.entries = load<std::uint32_t>(at + 4);
  out.weight_bits = load<std::uint8_t>(at + 8);
  out.block_shift = load<std::uint8_t>(at + 9);
  if (out.weight_bits < kLeastWeightBits || out.weight_bits > kMostWeightBits) return packed(Fault::value, 8);
  if (out.block_shift > kMaxBlockShift) return packed(Fault::value, 9);
  if (load<std::uint16_t>(at + 10) != 0) return packed(Fault::value, 10);
  for (std::size_t n = 0; n < out.widths.size(); ++n) {
    out.widths[n] = load<std::uint8_t>(at + 12 + n);
    if (out.widths[n] > kMaxGapBits || (n > 0 && out.widths[n] < out.widths[n - 1])) {
      return packed(Fault::value, 12 + n);
    }
  }
  return {};
}

/// Every rule of one row's bytes; its entries are added to `entries`.
Fault check_row(AffinityTable const& table, std::uint32_t source, RowBytes bytes, std::uint64_t& entries) noexcept {
  auto const size = bytes.end - bytes.begin;
  if (size == 0) return Fault::none;
  if (size < 2 || (std::to_integer<unsigned>(bytes.begin[1]) == kLongCount && size < 4)) return Fault::bounds;
  auto const scale = std::to_integer<unsigned>(bytes.begin[0]);
  if (scale == 0 || scale > kMaxScaleCode) return Fault::value;
  auto const row = read_row(table, bytes.begin, bytes.end);
  if (row.count == 0 || row.count > kMaxRow) return Fault::count;
  auto const room = static_cast<std::uint32_t>(bytes.end - row.bits) * 8;
  if (row.first_gap() > room) return Fault::bounds;
  std::uint64_t target = source;
  auto at_gap = row.first_gap();
  for (std::uint32_t n = 0; n < row.count; ++n) {
    auto const width = table.widths[bits_at(row.bits, row.first_class() + 2 * n, 2)];
    if (width > room - at_gap) return Fault::bounds;
    target += bits_at(row.bits, at_gap, width) + std::uint64_t{1};
    at_gap += width;
  }
  // Past all the others it would come back to the source.
  if (target >= std::uint64_t{source} + table.items) return Fault::reference;
  if (room - at_gap >= 8 || bits_at(row.bits, at_gap, room - at_gap) != 0) return Fault::bounds;
  entries += row.count;
  return Fault::none;
}

/// The byte range of a row must follow the one before it within `end` bytes.
Finding check_rows(AffinityTable const& table, std::uint64_t end, std::uint64_t begins_at) noexcept {
  std::uint64_t entries = 0, before = 0;
  for (std::uint32_t row = 0; row < table.items; ++row) {
    auto const where = begins_at + 2 * std::uint64_t{row};
    auto const begin = row_begin(table, row), stop = row_end(table, row);
    if (begin != before || stop < begin || stop > end) return packed(Fault::order, where);
    if (auto const fault = check_row(table, row, {table.rows + begin, table.rows + stop}, entries);
        fault != Fault::none) {
      return packed(fault, where);
    }
    before = stop;
  }
  if (before != end) return packed(Fault::bounds, begins_at);
  return entries == table.entries ? Finding{} : packed(Fault::count, 4);
}

Finding check_plain_row(AffinityTable const& table, std::uint32_t source) noexcept {
  auto const begin = load<std::uint32_t>(table.row_ends + 4 * std::size_t{source});
  auto const end = load<std::uint32_t>(table.row_ends + 4 * (std::size_t{source} + 1));
  auto const where = kAffinityHeader + 4ULL * source;
  if (end < begin || end > table.entries) return {Fault::order, kAffinity, where};
  if (end - begin > kMaxRow) return {Fault::count, kAffinity, where};
  if (load<std::uint16_t>(table.row_scales + 2 * std::size_t{source}) > kMaxRowScale) {
    return {Fault::value, kAffinity, where};
  }
  auto const* ids = table.row_ids + std::size_t{begin} * table.id_bytes;
  for (std::uint32_t n = 0; n < end - begin; ++n) {
    auto const target = plain_target(ids, table.id_bytes, n);
    if (target >= table.items || target == source) return {Fault::reference, kAffinity, where};
    if (n > 0 && target <= plain_target(ids, table.id_bytes, n - 1)) return {Fault::order, kAffinity, where};
  }
  return {};
}

}  // namespace

Finding check_packed(std::span<std::byte const> bytes, AffinityTable& out) noexcept {
  out.packed = true;
  if (bytes.size() < kPackedHeader) return packed(Fault::bounds, bytes.size());
  if (auto found = check_header(bytes.data(), out); !found.ok()) return found;
  std::uint64_t const blocks = (std::uint64_t{out.items} + (1U << out.block_shift) - 1) >> out.block_shift;
  std::uint64_t const blocks_at = kPackedHeader + (std::uint64_t{2} << out.weight_bits);
  std::uint64_t const begins_at = blocks_at + 4 * (blocks + 1);
  std::uint64_t const rows_at = begins_at + 2 * std::uint64_t{out.items};
  if (rows_at + kPackedTail > bytes.size()) return packed(Fault::bounds, bytes.size());
  out.levels = bytes.data() + kPackedHeader;
  out.blocks = bytes.data() + blocks_at;
  out.row_begins = bytes.data() + begins_at;
  out.rows = bytes.data() + rows_at;
  auto const end = bytes.size() - kPackedTail - rows_at;
  if (auto found = check_levels(out); !found.ok()) return found;
  if (load<std::uint32_t>(out.blocks + 4 * blocks) != end) return packed(Fault::bounds, blocks_at + 4 * blocks);
  if (!all_zero(bytes.data() + rows_at + end, bytes.data() + bytes.size())) {
    return packed(Fault::value, rows_at + end);
  }
  return check_rows(out, end, begins_at);
}

Finding check_evidence(std::span<std::byte const> bytes, AffinityTable& out) noexcept {
  if (bytes.size() != (std::size_t{1} << out.weight_bits) / 8) return {Fault::bounds, kEvidence, bytes.size()};
  out.evidence = bytes.data();
  return {};
}

Finding check_plain(std::span<std::byte const> bytes, AffinityTable& out) noexcept {
  if (bytes.size() < kAffinityHeader) return {Fault::bounds, kAffinity, bytes.size()};
  auto const rows = load<std::uint32_t>(bytes.data());
  out.entries = load<std::uint32_t>(bytes.data() + 4);
  auto const id_bytes = load<std::uint32_t>(bytes.data() + 8);
  if (rows != out.items) return {Fault::count, kAffinity, 0};
  if (id_bytes != (rows <= kMaxWideIds ? 2U : 3U)) return {Fault::value, kAffinity, 8};
  std::uint64_t const scales = kAffinityHeader + 4 * (std::uint64_t{rows} + 1);
  std::uint64_t const ids = scales + 2 * std::uint64_t{rows};
  std::uint64_t const weights = ids + std::uint64_t{id_bytes} * out.entries;
  if (weights + out.entries != bytes.size()) return {Fault::bounds, kAffinity, 4};
  out.id_bytes = static_cast<std::uint8_t>(id_bytes);
  out.row_ends = bytes.data() + kAffinityHeader;
  out.row_scales = bytes.data() + scales;
  out.row_ids = bytes.data() + ids;
  out.row_weights = bytes.data() + weights;
  if (load<std::uint32_t>(out.row_ends) != 0) return {Fault::order, kAffinity, kAffinityHeader};
  for (std::uint32_t source = 0; source < rows; ++source) {
    if (auto found = check_plain_row(out, source); !found.ok()) return found;
  }
  auto const end = load<std::uint32_t>(out.row_ends + 4 * std::size_t{rows});
  return end == out.entries ? Finding{} : Finding{Fault::count, kAffinity, kAffinityHeader + 4ULL * rows};
}

}  // namespace tillcue::format
