#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "tillcue/core/result.hpp"

namespace tillcue::terminal {

/// A file that somebody may replace at any time, looked at by its time and size. Threads one.
class LiveFile {
 public:
  explicit LiveFile(std::filesystem::path file) : file_(std::move(file)) {}

  /// Its text when it has changed since the last look. None of one that is not there, or no longer.
  /// Errors  io, invalid (larger than LiveState::kMaxBytes): told once a change.
  Result<std::optional<std::string>> changed();
  /// At the last look.
  [[nodiscard]] bool is_there() const noexcept { return seen_.size >= 0; }
  [[nodiscard]] std::filesystem::path const& path() const noexcept { return file_; }

 private:
  struct Stamp {
    std::int64_t seconds = 0, nanoseconds = 0, size = -1;
    std::uint64_t inode = 0;
    friend bool operator==(Stamp const&, Stamp const&) = default;
  };

  std::filesystem::path file_;
  Stamp seen_;
};

}  // namespace tillcue::terminal
