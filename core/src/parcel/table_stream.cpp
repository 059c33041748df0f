#include "parcel/table_stream.hpp"

#include <algorithm>
#include <cmath>

#include "format/bytes.hpp"
#include "format/check_affinity.hpp"
#include "format/packed_row.hpp"
#include "pack_row.hpp"
#include "parcel/row_codec.hpp"
#include "parcel/unit_ratio.hpp"

namespace tillcue::parcel {
namespace {

constexpr std::size_t kMostHubs = 256;
constexpr std::uint32_t kHubShare = 32;  ///< a hub is a target of one row in so many

/// What the rows need to know beforehand.
struct Head {
  std::uint32_t entries = 0, ratio = 0;
  std::uint32_t weight_bits = 8, block_shift = 0;
  std::array<std::uint32_t, 4> widths{};
  std::vector<std::int32_t> levels;
  std::vector<std::uint32_t> hubs;
};

template <class Coder>
bool code_head(Coder& coder, Head& head, std::uint32_t items, Base const* base) {
  Number entries, ratio, small, hub;
  Difference level;
  head.entries = entries.code(coder, head.entries);
  head.ratio = ratio.code(coder, head.ratio);
  head.weight_bits = small.code(coder, head.weight_bits);
  head.block_shift = small.code(coder, head.block_shift);
  for (auto& width : head.widths) width = small.code(coder, width);
  if (head.weight_bits < format::kLeastWeightBits || head.weight_bits > format::kMostWeightBits) return false;
  if (head.block_shift > format::kMaxBlockShift) return false;
  for (auto const width : head.widths) {
    if (width > format::kMaxGapBits) return false;
  }
  head.levels.resize(std::size_t{1} << head.weight_bits);
  bool const like_base = base != nullptr && base->parts.affinity.weight_bits == head.weight_bits;
  std::int64_t before = 0;
  for (std::uint32_t n = 0; n < head.levels.size(); ++n) {
    if (like_base) before = format::level_of(base->parts.affinity, n);
    before += level.code(coder, head.levels[n] - before);
    if (std::abs(before) > format::kMaxLevel) return false;
    head.levels[n] = static_cast<std::int32_t>(before);
  }
  head.hubs.resize(std::min<std::size_t>(small.code(coder, static_cast<std::uint32_t>(head.hubs.size())), kMostHubs));
  std::uint64_t next = 0;
  for (auto& item : head.hubs) {
    next += hub.code(coder, static_cast<std::uint32_t>(item - next));
    if (next >= items) return false;
    item = static_cast<std::uint32_t>(next++);
  }
  return true;
}

/// Items that so many rows name that a bit in each row is less than their gaps.
std::vector<std::uint32_t> hubs_of(format::AffinityTable const& table) {
  std::vector<std::uint32_t> named(table.items, 0);
  std::uint32_t rows = 0;
  for (std::uint32_t n = 0; n < table.items; ++n) {
    auto const row = format::packed_row(table, n);
    rows += row.count > 0 ? 1 : 0;
    format::GapCursor cursor(row, n);
    for (std::uint32_t k = 0; k < row.count; ++k) {
      cursor.step(table, row.bits);
      ++named[cursor.item(table)];
    }
  }
  std::vector<std::uint32_t> hubs;
  for (std::uint32_t n = 0; n < table.items; ++n) {
    if (named[n] > 2 && std::uint64_t{named[n]} * kHubShare > rows) hubs.push_back(n);
  }
  std::stable_sort(hubs.begin(), hubs.end(), [&](auto a, auto b) { return named[a] > named[b]; });
  hubs.resize(std::min(hubs.size(), kMostHubs));
  std::sort(hubs.begin(), hubs.end());
  return hubs;
}

Head head_of(format::AffinityTable const& table) {
  Head head;
  head.entries = table.entries;
  head.weight_bits = table.weight_bits;
  head.block_shift = table.block_shift;
  std::copy(table.widths.begin(), table.widths.end(), head.widths.begin());
  for (std::uint32_t n = 0; n < 1U << table.weight_bits; ++n) head.levels.push_back(format::level_of(table, n));
  head.hubs = hubs_of(table);
  return head;
}

WeightLevels levels_of(Head const& head) {
  std::vector<std::byte> bytes(2 * head.levels.size());
  for (std::size_t n = 0; n < head.levels.size(); ++n) {
    format::store(bytes.data() + 2 * n, static_cast<std::int16_t>(head.levels[n]));
  }
  return {bytes.data(), head.weight_bits};
}

/// A row of a packed table by steps from its item.
void read(format::AffinityTable const& table, std::uint32_t item, Row& out) {
  out.scale_code = 0;
  out.entries.clear();
  auto const row = format::packed_row(table, item);
  if (row.count == 0) return;
  out.scale_code = std::to_integer<std::uint8_t>(table.rows[format::row_begin(table, item)]);
  format::GapCursor cursor(row, item);
  for (std::uint32_t k = 0; k < row.count; ++k) {
    cursor.step(table, row.bits);
    auto const code = format::bits_at(row.bits, k * row.weight_bits, row.weight_bits);
    out.entries.push_back({cursor.target - item - 1, static_cast<std::uint8_t>(code)});
  }
}

/// The base's row of a new item, in the new numbers.
class OldRows {
 public:
  OldRows(Base const* base, std::uint32_t items, std::uint32_t ratio) : base_(base), items_(items), ratio_(ratio) {}

  OldRow const& of(std::uint32_t item) {
    out_.entries.clear();
    out_.known = base_ != nullptr && base_->old_of[item] != kNoItem;
    if (!out_.known) return out_;
    auto const& table = base_->parts.affinity;
    auto const old = base_->old_of[item];
    read(table, old, row_);
    out_.scale = in_new_units(16 * std::int64_t{format::scale_of_code(row_.scale_code)}, ratio_);
    for (auto const& entry : row_.entries) {
      auto const place = old + 1 + entry.step;
      auto const target = base_->new_of[place < table.items ? place : place - table.items];
      if (target == kNoItem) continue;
      auto const step = (target > item ? target - item : target + items_ - item) - 1;
      out_.entries.push_back({step, format::level_of(table, entry.code)});
    }
    return out_;
  }

 private:
  Base const* base_;
  std::uint32_t items_, ratio_;
  Row row_;
  OldRow out_;
};

Base const* with_packed_table(Base const* base) {
  return base != nullptr && base->parts.affinity.packed ? base : nullptr;
}

/// Writes within a section; what does not fit is counted only.
class Section {
 public:
  Section(std::span<std::byte> bytes, std::size_t at) noexcept : bytes_(bytes), at_(at) {}
  void put(std::uint8_t value) noexcept {
    if (at_ < bytes_.size()) bytes_[at_] = static_cast<std::byte>(value);
    ++at_;
  }
  void put(std::uint16_t value) noexcept {
    put(static_cast<std::uint8_t>(value));
    put(static_cast<std::uint8_t>(value >> 8U));
  }
  [[nodiscard]] std::size_t at() const noexcept { return at_; }

 private:
  std::span<std::byte> bytes_;
  std::size_t at_;
};

/// Where the parts of a packed section lie.
struct Places {
  std::size_t blocks, begins, rows;

  Places(Head const& head, std::uint32_t items)
      : blocks(format::kPackedHeader + 2 * head.levels.size()),
        begins(blocks + 4 * (((std::size_t{items} + (1U << head.block_shift) - 1) >> head.block_shift) + 1)),
        rows(begins + 2 * std::size_t{items}) {}
};

void put_head(Head const& head, std::uint32_t items, std::span<std::byte> section) {
  format::store(section.data(), items);
  format::store(section.data() + 4, head.entries);
  format::store(section.data() + 8, static_cast<std::uint8_t>(head.weight_bits));
  format::store(section.data() + 9, static_cast<std::uint8_t>(head.block_shift));
  for (std::size_t n = 0; n < 4; ++n) {
    format::store(section.data() + 12 + n, static_cast<std::uint8_t>(head.widths[n]));
  }
  for (std::size_t n = 0; n < head.levels.size(); ++n) {
    format::store(section.data() + format::kPackedHeader + 2 * n, static_cast<std::int16_t>(head.levels[n]));
  }
}

bool decode_rows(Decoder& coder, Head const& head, std::uint32_t items, Base const* base, std::span<std::byte> section,
                 std::uint16_t version, std::stop_token const& stop) {
  Places const places(head, items);
  auto const end = section.size() - format::kPackedTail;
  auto const levels = levels_of(head);
  RowCodec<Decoder> codec(coder, levels, items, head.hubs, version);
  OldRows old(base, items, head.ratio);
  GapWidths widths{};
  std::copy(head.widths.begin(), head.widths.end(), widths.begin());
  Section out(section.first(end), places.rows);
  std::size_t block = 0;
  Row row;
  for (std::uint32_t n = 0; n < items; ++n) {
    if (n % 256 == 0 && stop.stop_requested()) return false;
    auto const begin = out.at() - places.rows;
    if ((n & ((1U << head.block_shift) - 1)) == 0) {
      block = begin;
      format::store(section.data() + places.blocks + 4 * (std::size_t{n} >> head.block_shift),
                    static_cast<std::uint32_t>(begin));
    }
    if (begin - block > 0xFFFF) return false;
    format::store(section.data() + places.begins + 2 * std::size_t{n}, static_cast<std::uint16_t>(begin - block));
    if (!codec.code(row, n, old.of(n)) || coder.exhausted()) return false;
    auto const gap = [&](std::uint32_t k) { return row.entries[k].step - (k > 0 ? row.entries[k - 1].step + 1 : 0); };
    pack_row(
        row.scale_code, static_cast<std::uint32_t>(row.entries.size()),
        [&](std::uint32_t k) { return row.entries[k].code; }, gap, widths, head.weight_bits, out);
    if (out.at() > end) return false;
  }
  format::store(section.data() + places.begins - 4, static_cast<std::uint32_t>(out.at() - places.rows));
  return out.at() == end && coder.finished();
}

}  // namespace

std::vector<std::byte> encode_table(std::span<std::byte const> section, std::uint32_t items, double score_unit,
                                    Base const* base, std::uint16_t version) {
  base = with_packed_table(base);
  format::AffinityTable table;
  table.items = items;
  if (!format::check_packed(section, table).ok()) return {};
  auto head = head_of(table);
  if (base != nullptr) head.ratio = unit_ratio(base->parts, score_unit);
  Encoder coder;
  if (!code_head(coder, head, items, base)) return {};
  auto const levels = levels_of(head);
  RowCodec<Encoder> codec(coder, levels, items, head.hubs, version);
  OldRows old(base, items, head.ratio);
  Row row;
  for (std::uint32_t n = 0; n < items; ++n) {
    read(table, n, row);
    if (!codec.code(row, n, old.of(n))) return {};
  }
  return coder.finish();
}

bool decode_table(std::span<std::byte const> stream, std::uint32_t items, Base const* base,
                  std::span<std::byte> section, std::uint16_t version, std::stop_token const& stop) {
  base = with_packed_table(base);
  Decoder coder(stream);
  Head head;
  if (!code_head(coder, head, items, base)) return false;
  if (Places(head, items).rows + format::kPackedTail > section.size()) return false;
  put_head(head, items, section);
  return decode_rows(coder, head, items, base, section, version, stop);
}

}  // namespace tillcue::parcel
