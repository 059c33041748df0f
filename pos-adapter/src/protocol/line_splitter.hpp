#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tillcue::pos {

/// Cuts a byte stream into lines, however it was split in transport. Holds at most one line and one read.
/// A line ends with \n; a \r before it does not belong to the line.
class LineSplitter {
 public:
  enum class Next { line, more, oversized };

  explicit LineSplitter(std::size_t max_line) : max_line_(max_line) {}

  void append(std::string_view bytes);
  /// `line` is valid until the next append(). Once oversized, it stays so.
  Next next(std::string_view& line);

 private:
  std::size_t max_line_;
  std::string held_;
  std::size_t start_ = 0;    ///< of the line being collected
  std::size_t scanned_ = 0;  ///< no line end before it
};

}  // namespace tillcue::pos
