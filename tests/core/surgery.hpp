#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "format/bytes.hpp"
#include "format/crc32c.hpp"
#include "format/layout.hpp"

/// Changes a bundle's bytes and makes its checksums right again: what an attacker could sign off as "not damaged".
class Surgery {
 public:
  explicit Surgery(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

  template <class T>
  Surgery& set(std::uint32_t tag, std::size_t offset, T value) {
    tillcue::format::store(bytes_.data() + offset_of(tag) + offset, value);
    return *this;
  }
  template <class T>
  [[nodiscard]] T get(std::uint32_t tag, std::size_t offset) const {
    return tillcue::format::load<T>(bytes_.data() + offset_of(tag) + offset);
  }
  template <class T>
  Surgery& set_entry(std::uint32_t tag, std::size_t field, T value) {
    tillcue::format::store(bytes_.data() + entry_of(tag) + field, value);
    return *this;
  }
  template <class T>
  [[nodiscard]] T get_entry(std::uint32_t tag, std::size_t field) const {
    return tillcue::format::load<T>(bytes_.data() + entry_of(tag) + field);
  }
  template <class T>
  Surgery& set_header(std::size_t field, T value) {
    tillcue::format::store(bytes_.data() + field, value);
    return *this;
  }
  [[nodiscard]] std::size_t length_of(std::uint32_t tag) const {
    namespace entry = tillcue::format::entry;
    return tillcue::format::load<std::uint64_t>(bytes_.data() + entry_of(tag) + entry::kLengthAt);
  }

  /// The bytes with every checksum that can be computed computed.
  [[nodiscard]] std::vector<std::byte> sealed() {
    namespace f = tillcue::format;
    if (bytes_.size() < f::header::kBytes) return bytes_;
    auto const table = sections() * f::entry::kBytes;
    if (table > bytes_.size() - f::header::kBytes) return bytes_;
    for (std::uint32_t n = 0; n < sections(); ++n) {
      auto* const entry = bytes_.data() + f::header::kBytes + n * f::entry::kBytes;
      auto const offset = f::load<std::uint64_t>(entry + f::entry::kOffsetAt);
      auto const length = f::load<std::uint64_t>(entry + f::entry::kLengthAt);
      if (offset > bytes_.size() || length > bytes_.size() - offset) continue;
      f::store(entry + f::entry::kChecksumAt, f::crc32c(std::span<std::byte const>(bytes_).subspan(
                                                  static_cast<std::size_t>(offset), static_cast<std::size_t>(length))));
    }
    std::span<std::byte const> const all(bytes_);
    auto const head = f::crc32c(all.first(f::header::kChecksumAt));
    f::store(bytes_.data() + f::header::kChecksumAt, f::crc32c(all.subspan(f::header::kBytes, table), head));
    return bytes_;
  }

  /// Every record of the section longer by `extra` bytes of 0xEE, everything behind it moved.
  Surgery& widen(std::uint32_t tag, std::uint32_t extra);
  /// A section more at the end of the file, with one entry more in the table.
  Surgery& append(std::uint32_t tag, std::uint16_t flags, std::vector<std::byte> const& content);

 private:
  [[nodiscard]] std::uint32_t sections() const {
    return tillcue::format::load<std::uint32_t>(bytes_.data() + tillcue::format::header::kSectionsAt);
  }
  [[nodiscard]] std::size_t entry_of(std::uint32_t tag) const {
    namespace f = tillcue::format;
    for (std::uint32_t n = 0; n < sections(); ++n) {
      auto const at = f::header::kBytes + n * f::entry::kBytes;
      if (f::load<std::uint32_t>(bytes_.data() + at) == tag) return at;
    }
    return f::header::kBytes;
  }
  [[nodiscard]] std::size_t offset_of(std::uint32_t tag) const {
    namespace entry = tillcue::format::entry;
    return tillcue::format::load<std::uint64_t>(bytes_.data() + entry_of(tag) + entry::kOffsetAt);
  }

  std::vector<std::byte> bytes_;
};

inline Surgery& Surgery::append(std::uint32_t tag, std::uint16_t flags, std::vector<std::byte> const& content) {
  namespace f = tillcue::format;
  auto const count = sections();
  for (std::uint32_t n = 0; n < count; ++n) {
    auto* const at = bytes_.data() + f::header::kBytes + n * f::entry::kBytes + f::entry::kOffsetAt;
    f::store(at, f::load<std::uint64_t>(at) + f::entry::kBytes);
  }
  auto const place = static_cast<std::ptrdiff_t>(f::header::kBytes + count * f::entry::kBytes);
  bytes_.insert(bytes_.begin() + place, f::entry::kBytes, std::byte{0});
  auto const offset = bytes_.size();
  bytes_.insert(bytes_.end(), content.begin(), content.end());
  bytes_.resize(f::aligned8(bytes_.size()));
  auto* const entry = bytes_.data() + place;
  f::store(entry + f::entry::kTagAt, tag);
  f::store(entry + f::entry::kVersionAt, std::uint16_t{1});
  f::store(entry + f::entry::kFlagsAt, flags);
  f::store(entry + f::entry::kOffsetAt, std::uint64_t{offset});
  f::store(entry + f::entry::kLengthAt, std::uint64_t{content.size()});
  set_header(f::header::kSectionsAt, count + 1);
  return set_header(f::header::kFileBytesAt, std::uint64_t{bytes_.size()});
}

inline Surgery& Surgery::widen(std::uint32_t tag, std::uint32_t extra) {
  namespace f = tillcue::format;
  std::size_t const offset = offset_of(tag), length = length_of(tag);
  auto const end = static_cast<std::size_t>(f::aligned8(offset + length));
  auto const record = f::load<std::uint32_t>(bytes_.data() + entry_of(tag) + f::entry::kRecordAt);
  std::vector<std::byte> content;
  for (std::size_t at = 0; at < length; at += record) {
    auto const begin = bytes_.begin() + static_cast<std::ptrdiff_t>(offset + at);
    content.insert(content.end(), begin, begin + record);
    content.resize(content.size() + extra, std::byte{0xEE});
  }
  set_entry(tag, f::entry::kLengthAt, std::uint64_t{content.size()});
  set_entry(tag, f::entry::kRecordAt, record + extra);
  content.resize(f::aligned8(content.size()));
  auto const moved = content.size() - (end - offset);
  for (std::uint32_t n = 0; n < sections(); ++n) {
    auto* const at = bytes_.data() + f::header::kBytes + n * f::entry::kBytes + f::entry::kOffsetAt;
    auto const place = f::load<std::uint64_t>(at);
    if (place > offset) f::store(at, place + moved);
  }
  auto const first = bytes_.begin() + static_cast<std::ptrdiff_t>(offset);
  auto const kept = bytes_.erase(first, first + static_cast<std::ptrdiff_t>(end - offset));
  bytes_.insert(kept, content.begin(), content.end());
  return set_header(f::header::kFileBytesAt, std::uint64_t{bytes_.size()});
}
