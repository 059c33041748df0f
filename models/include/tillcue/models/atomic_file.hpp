#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "tillcue/core/result.hpp"

namespace tillcue::models {

/// Replaces the file at `path` as a whole: written beside it, forced to the disk, then renamed over it. A failure or a
/// power cut leaves the old file, or none where none was. A link stays one: what it leads to is replaced. What is no
/// regular file (a device, a FIFO) is written into.
/// Errors  io, in the system's words.
Result<void> write_file(std::string const& path, std::span<std::byte const> bytes);
Result<void> write_file(std::string const& path, std::string_view bytes);

/// The same for what is too long to have in memory: nothing is at `path` before finish(), and without it nothing
/// changes.
class FileReplacement {
 public:
  /// Errors  io, in the system's words; of all.
  static Result<FileReplacement> open(std::string const& path);
  FileReplacement(FileReplacement&& other) noexcept;
  FileReplacement& operator=(FileReplacement&&) = delete;
  ~FileReplacement();
  Result<void> write(std::string_view bytes);
  Result<void> finish();

 private:
  FileReplacement(std::string target, std::string beside, int file);

  std::string target_;
  std::string beside_;  ///< where it is written; empty when that is the target itself
  int file_;
};

/// The whole file. Errors  not_found, io, and invalid when it is larger than `most` bytes.
Result<std::string> read_file(std::string const& path, std::size_t most);

}  // namespace tillcue::models
