#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue::terminal {

/// The store's key for coupon serials and loyalty pseudonyms. Never logged, never sent.
class Secret {
 public:
  static constexpr std::size_t kLeast = 32;
  static constexpr std::size_t kMost = 4096;

  /// The file's bytes as they are.  Errors  not_found, io, invalid (shorter than kLeast or longer than kMost).
  static Result<Secret> load(std::filesystem::path const& file);
  /// 32 random bytes, kept nowhere.  Errors  io.
  static Result<Secret> make();
  /// Makes one of 32 random bytes, readable by its owner only, where there is none yet.  Errors  as load.
  static Result<Secret> load_or_make(std::filesystem::path const& file);

  /// Writes it, readable by its owner only.  Errors  io.
  [[nodiscard]] Result<void> keep(std::filesystem::path const& file) const;

  explicit Secret(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

  /// 32 hexadecimal digits under this key; `purpose` keeps the uses apart.
  [[nodiscard]] std::string digest(std::string_view purpose, std::string_view text) const;
  /// 64 bits of it.
  [[nodiscard]] std::uint64_t number(std::string_view purpose, std::string_view text) const;

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace tillcue::terminal
