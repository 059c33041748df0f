#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tillcue/models/byte_source.hpp"

namespace tillcue::models {

/// Lines of a stream, LF or CRLF, UTF-8 byte order mark skipped.
/// Borrows  the source.  Threads  one.
class LineSource {
 public:
  LineSource(ByteSource& source, std::size_t most) : source_(&source), most_(most) {}

  /// The next line without its end, good until the next call; false at the end. A line longer than `most` is cut there
  /// and too_long() says so.
  /// Errors  of the source.
  Result<bool> next(std::string_view& line);
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] bool too_long() const noexcept { return too_long_; }

 private:
  Result<bool> fill();
  Result<void> skip_rest();

  ByteSource* source_;
  std::size_t most_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t number_ = 0;
  bool skip_ = false;  ///< what is left of a line that was too long
  bool too_long_ = false;
};

}  // namespace tillcue::models
