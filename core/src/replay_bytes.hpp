#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tillcue::replay {

/// Numbers as unsigned LEB128, signed ones zigzag; texts with their length in front.
class Writer {
 public:
  void number(std::uint64_t value);
  void whole(std::int64_t value) {
    number(static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63U));
  }
  void fixed(std::uint32_t value);
  void text(std::string_view text);
  [[nodiscard]] std::string const& bytes() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads the same; past the end or after fail() everything is 0 and ok() false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept : rest_(bytes) {}
  std::uint64_t number() noexcept;
  std::int64_t whole() noexcept {
    auto const value = number();
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
  }
  /// The same; beyond +-`limit` it fails.
  std::int64_t within(std::int64_t limit) noexcept {
    auto const value = whole();
    if (value > limit || value < -limit) fail();
    return ok_ ? value : 0;
  }
  std::uint32_t fixed() noexcept;
  std::string text();
  /// A number of things that follow, each at least a byte.
  std::uint64_t count() noexcept;
  void fail() noexcept { ok_ = false; }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

/// Base64 with - and _ and without padding (RFC 4648, section 5).
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Nothing when it is none.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace tillcue::replay
