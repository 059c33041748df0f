#pragma once

#include <cstdint>
#include <string_view>

namespace tillcue::pos {

/// A hash that tells texts and numbers apart as long as nobody forges them: FNV-1a of 64 bits.
class Digest {
 public:
  void add(std::string_view text) {
    for (char const c : text) put(static_cast<unsigned char>(c));
    put(0);
  }
  void add(std::int64_t value) {
    for (int n = 0; n < 8; ++n) put(static_cast<unsigned char>(static_cast<std::uint64_t>(value) >> (8 * n)));
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  void put(unsigned char byte) { value_ = (value_ ^ byte) * 1099511628211U; }
  std::uint64_t value_ = 14695981039346656037U;
};

}  // namespace tillcue::pos
