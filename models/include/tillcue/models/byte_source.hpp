#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue::models {

/// Where bytes come from, in order.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills the front of `out`; returns how many bytes, 0 at the end.
  /// Errors  io (the system's words), corrupt (a gzip stream that is damaged or cut short).
  virtual Result<std::size_t> read(std::span<char> out) = 0;
  /// Everything at once, where that costs nothing: a plain file is mapped, memory is lent. Empty: read() it.
  /// Good for as long as the source, and as nobody shortens the file.
  [[nodiscard]] virtual std::string_view whole() const noexcept { return {}; }
  /// Bytes begin to end of whole(): as they lie there, or copied to `buffer` where that is sooner done than bringing
  /// mapped pages in.  Threads  any.  Errors  io.
  [[nodiscard]] virtual Result<std::string_view> part(std::size_t begin, std::size_t end,
                                                      std::vector<char>& buffer) const;
};

/// A file; unpacked while reading when its name ends in ".gz".
/// Errors  not_found, io, invalid (a folder), corrupt (named .gz without being gzip).
Result<std::unique_ptr<ByteSource>> open_file(std::string const& path);

/// Bytes already in memory, handed out at most `step` at a time (0: all at once).
std::unique_ptr<ByteSource> from_memory(std::string bytes, std::size_t step = 0);

}  // namespace tillcue::models
