#pragma once

#include <filesystem>
#include <utility>

#include "tillcue/core/result.hpp"

namespace tillcue::terminal {

/// Holds a data folder against a second daemon, for as long as it lives. The kernel lets go when the process dies.
class DataLock {
 public:
  /// A folder that cannot be written to is not locked: the till must run all the same.
  /// Errors  busy (another process holds it).
  static Result<DataLock> take(std::filesystem::path const& folder);

  DataLock() = default;
  DataLock(DataLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  DataLock& operator=(DataLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~DataLock();

 private:
  explicit DataLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace tillcue::terminal
