#include "parcel/section_forms.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "format/bytes.hpp"
#include "format/check.hpp"
#include "format/layout.hpp"
#include "parcel/base_items.hpp"
#include "parcel/parcel_layout.hpp"

namespace tillcue::parcel {
namespace {

using format::load;
using format::store;

/// References stand in the first fields of both arrays that are written as columns.
std::size_t differing(std::uint32_t record) noexcept { return record == format::kCodeBytes ? 1 : 2; }

}  // namespace

std::vector<Placed> sections_of(std::span<std::byte const> file, std::uint32_t count, std::uint64_t size) {
  namespace entry = format::entry;
  std::vector<Placed> sections;
  std::uint64_t next = format::header::kBytes + std::uint64_t{count} * entry::kBytes;
  for (std::uint32_t n = 0; n < count; ++n) {
    auto const* const at = file.data() + format::header::kBytes + n * entry::kBytes;
    Placed const placed{load<std::uint32_t>(at + entry::kTagAt), load<std::uint32_t>(at + entry::kRecordAt),
                        load<std::uint64_t>(at + entry::kOffsetAt), load<std::uint64_t>(at + entry::kLengthAt)};
    if (placed.offset != next || placed.length > size || placed.offset > size - placed.length) return {};
    next = format::aligned8(placed.offset + placed.length);
    sections.push_back(placed);
  }
  if (next != size) return {};
  return sections;
}

Form form_of(std::uint32_t tag) noexcept {
  if (tag == format::kPacked) return Form::rows;
  if (tag == format::kBias) return Form::values;
  if (tag == format::kPopular) return Form::ranking;
  if (tag == format::kItems) return Form::columns;
  if (tag == format::kCodes) return Form::codes;
  return Form::plain;
}

bool may_be(Form form, std::uint32_t tag, std::uint16_t version) noexcept {
  if (form == Form::plain || form == form_of(tag)) return true;
  if (version < kTextsSince) return false;
  return form == Form::texts ? tag == format::kStrings : form == Form::weighted_rows && tag == format::kPacked;
}

std::vector<std::byte> to_columns(std::span<std::byte const> records, std::uint32_t record) {
  std::vector<std::byte> columns(records.size());
  auto const count = records.size() / record;
  for (std::size_t field = 0; field < record / 4; ++field) {
    std::uint32_t before = 0;
    for (std::size_t n = 0; n < count; ++n) {
      auto const value = load<std::uint32_t>(records.data() + n * record + 4 * field);
      auto const written = field < differing(record) ? value - before : value;
      before = value;
      for (std::size_t b = 0; b < 4; ++b) {
        columns[(4 * field + b) * count + n] = static_cast<std::byte>(static_cast<std::uint8_t>(written >> (8 * b)));
      }
    }
  }
  return columns;
}

void from_columns(std::span<std::byte const> columns, std::uint32_t record, std::span<std::byte> out) {
  auto const count = columns.size() / record;
  for (std::size_t field = 0; field < record / 4; ++field) {
    std::uint32_t before = 0;
    for (std::size_t n = 0; n < count; ++n) {
      std::uint32_t value = 0;
      for (std::size_t b = 0; b < 4; ++b) {
        value |= std::to_integer<std::uint32_t>(columns[(4 * field + b) * count + n]) << (8 * b);
      }
      if (field < differing(record)) value += before;
      before = value;
      store(out.data() + n * record + 4 * field, value);
    }
  }
}

std::vector<std::byte> extra_codes(std::span<std::byte const> index, std::span<std::byte const> items,
                                   std::uint32_t item_record) {
  std::vector<std::byte> extra;
  for (std::size_t at = 0; at + format::kCodeBytes <= index.size(); at += format::kCodeBytes) {
    auto const item = load<std::uint32_t>(index.data() + at + 4);
    auto const* const sku = items.data() + std::size_t{item} * item_record + format::item::kSku;
    if (std::size_t{item} < items.size() / item_record &&
        load<std::uint32_t>(sku) == load<std::uint32_t>(index.data() + at)) {
      continue;
    }
    extra.insert(extra.end(), index.begin() + static_cast<std::ptrdiff_t>(at),
                 index.begin() + static_cast<std::ptrdiff_t>(at + format::kCodeBytes));
  }
  return to_columns(extra, format::kCodeBytes);
}

bool code_index(std::span<std::byte const> extra, std::span<std::byte const> items, std::uint32_t item_record,
                std::span<std::byte const> strings, std::span<std::byte> out) {
  struct Code {
    std::string_view text;
    std::uint32_t ref, item;
  };
  auto const count = items.size() / item_record;
  if (extra.size() % format::kCodeBytes != 0 || extra.size() + count * format::kCodeBytes != out.size()) return false;
  std::vector<Code> codes;
  codes.reserve(out.size() / format::kCodeBytes);
  auto const add = [&](std::uint32_t ref, std::uint32_t item) {
    auto const text = text_at(strings, ref);
    codes.push_back({text, ref, item});
    return !text.empty();
  };
  for (std::uint32_t n = 0; n < count; ++n) {
    if (!add(load<std::uint32_t>(items.data() + std::size_t{n} * item_record + format::item::kSku), n)) return false;
  }
  std::vector<std::byte> records(extra.size());
  from_columns(extra, format::kCodeBytes, records);
  for (std::size_t at = 0; at < records.size(); at += format::kCodeBytes) {
    if (!add(load<std::uint32_t>(records.data() + at), load<std::uint32_t>(records.data() + at + 4))) return false;
  }
  std::sort(codes.begin(), codes.end(), [](Code const& a, Code const& b) {
    auto const order = a.text.compare(b.text);
    return order != 0 ? order < 0 : a.item < b.item;
  });
  for (std::size_t n = 0; n < codes.size(); ++n) {
    store(out.data() + n * format::kCodeBytes, codes[n].ref);
    store(out.data() + n * format::kCodeBytes + 4, codes[n].item);
  }
  return true;
}

bool ranking(std::span<std::byte const> bias, std::span<std::byte> out) {
  if (bias.size() < format::kBiasHeader) return false;
  auto const items = (bias.size() - format::kBiasHeader) / 2;
  auto const count = std::min<std::size_t>(items, format::kMaxPopular);
  if (out.size() != count * format::kPopularBytes) return false;
  auto const scale = std::int64_t{load<std::uint32_t>(bias.data())};
  auto const of = [&](std::uint32_t n) {
    return scale * load<std::int16_t>(bias.data() + format::kBiasHeader + 2 * std::size_t{n});
  };
  std::vector<std::uint32_t> order(items);
  std::iota(order.begin(), order.end(), 0U);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](auto a, auto b) { return of(a) != of(b) ? of(a) > of(b) : a < b; });
  for (std::size_t n = 0; n < count; ++n) store(out.data() + n * format::kPopularBytes, order[n]);
  return true;
}

}  // namespace tillcue::parcel
