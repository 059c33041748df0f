#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"

struct gzFile_s;

namespace tillcue::sync {

/// Records of an RFC 4180 file, plain or gzip.  Threads  one.
class CsvRecords {
 public:
  explicit CsvRecords(std::string const& file);
  [[nodiscard]] bool open() const { return file_ != nullptr; }
  /// FILE:LINE, where the last record began.
  [[nodiscard]] std::string where() const { return name_ + ':' + std::to_string(line_); }

  using Record = std::vector<std::string>;
  /// nullopt at the end.  Errors  invalid, with where: a field without end, or longer than 10,000 bytes.
  Result<std::optional<Record>> next();
  /// All that follow, but for empty lines.  Errors  those of next; invalid: fewer than `columns`.
  Result<void> rest(std::size_t columns, std::function<void(Record&)> const& take);

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };

  [[nodiscard]] tl::unexpected<Error> broken(std::string const& why) const;

  std::string name_;
  std::unique_ptr<gzFile_s, Close> file_;
  std::size_t line_ = 1, next_line_ = 1;
  bool closed_ = false;
};

/// Where the column of that name stands in a header.
std::optional<std::size_t> csv_column(std::vector<std::string> const& header, std::string_view name);

}  // namespace tillcue::sync
