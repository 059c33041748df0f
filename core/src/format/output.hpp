#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "format/bytes.hpp"

namespace tillcue::format {

/// Bytes under construction, little-endian.
class Output {
 public:
  template <class T>
  void put(T value) {
    bytes_.resize(bytes_.size() + sizeof value);
    store(bytes_.data() + bytes_.size() - sizeof value, value);
  }
  void zeros(std::size_t count) { bytes_.resize(bytes_.size() + count); }
  void append(std::vector<std::byte> const& bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void align8() { bytes_.resize(aligned8(bytes_.size())); }

  [[nodiscard]] std::byte* at(std::size_t offset) noexcept { return bytes_.data() + offset; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] std::vector<std::byte> const& bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::vector<std::byte> take() noexcept { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

/// The string pool: every text once, the empty one at 0.
class StringPool {
 public:
  StringPool() { add({}); }
  std::uint32_t add(std::string_view text) {
    auto const [place, fresh] = refs_.try_emplace(std::string(text), static_cast<std::uint32_t>(out_.size()));
    if (fresh) {
      out_.put(static_cast<std::uint16_t>(text.size()));
      for (char c : text) out_.put(static_cast<std::uint8_t>(c));
    }
    return place->second;
  }
  [[nodiscard]] Output const& output() const noexcept { return out_; }

 private:
  std::unordered_map<std::string, std::uint32_t> refs_;
  Output out_;
};

/// Sections and header of one file, in the order they are added.
class FileOutput {
 public:
  /// `record` 0: not an array of records.
  void add(std::uint32_t tag, std::uint32_t record, Output content, bool required = true);
  /// The finished file: table, offsets, checksums.
  [[nodiscard]] std::vector<std::byte> finish() const;

 private:
  struct Part {
    std::uint32_t tag;
    std::uint32_t record;
    Output content;
    bool required;
  };
  std::vector<Part> parts_;
};

}  // namespace tillcue::format
