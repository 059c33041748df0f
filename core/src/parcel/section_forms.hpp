#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tillcue::parcel {

/// How a section lies in a parcel.
enum class Form : std::uint8_t {
  plain = 0,    ///< its bytes
  rows = 1,     ///< AFFP, in the range coder's stream
  values = 2,   ///< BIAS, in the range coder's other stream
  ranking = 3,  ///< POPU: nothing, BIAS says it
  columns = 4,  ///< ITEM, field by field
  codes = 5,    ///< CODE: what is not an item's SKU
  // Since version 3, which tells both ways to write rows apart by their form instead of its number:
  texts = 6,          ///< STRS: numbers apart from texts
  weighted_rows = 7,  ///< AFFP with gaps by weight, as in version 2; rows are by items then
};

/// One section of a bundle's table.
struct Placed {
  std::uint32_t tag = 0, record = 0;
  std::uint64_t offset = 0, length = 0;
};

/// The section table that begins at byte 32 of `file`, which has `count` entries; every section lies within `size`
/// bytes, in order. Empty when that is not so: also for a checked file never.
[[nodiscard]] std::vector<Placed> sections_of(std::span<std::byte const> file, std::uint32_t count, std::uint64_t size);

/// The form a section is written in when it comes back unchanged from it.
[[nodiscard]] Form form_of(std::uint32_t tag) noexcept;
/// Whether a parcel of that version may have the section in that form.
[[nodiscard]] bool may_be(Form form, std::uint32_t tag, std::uint16_t version) noexcept;

/// An array's fields, 4 bytes each, one after the other instead of record by record, and each as four runs of bytes;
/// of the first two fields (references to strings) the difference to the record before. And back; sizes are equal.
[[nodiscard]] std::vector<std::byte> to_columns(std::span<std::byte const> records, std::uint32_t record);
void from_columns(std::span<std::byte const> columns, std::uint32_t record, std::span<std::byte> out);

/// The entries of a code index that are not an item's own SKU, as columns of 8-byte records.
[[nodiscard]] std::vector<std::byte> extra_codes(std::span<std::byte const> index, std::span<std::byte const> items,
                                                 std::uint32_t item_record);
/// The whole index, sorted by text. false: references that lead nowhere, or another number of bytes.
[[nodiscard]] bool code_index(std::span<std::byte const> extra, std::span<std::byte const> items,
                              std::uint32_t item_record, std::span<std::byte const> strings, std::span<std::byte> out);

/// The popular items by the intercepts of a section BIAS. false: another number of bytes.
[[nodiscard]] bool ranking(std::span<std::byte const> bias, std::span<std::byte> out);

}  // namespace tillcue::parcel
