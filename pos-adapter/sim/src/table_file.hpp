#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue::pos::sim {

/// A CSV file with a header, plain or gzip, read row by row.
/// Owns the open file.  Threads  one.
class TableFile {
 public:
  /// Errors  not_found (cannot be opened), invalid (a required column is missing; the text names it).
  static Result<TableFile> open(std::string const& path, std::vector<std::string> const& required);
  TableFile(TableFile&& other) noexcept;
  TableFile& operator=(TableFile&&) = delete;
  ~TableFile();

  /// The next row that is not empty; none at the end of the file.
  /// Errors  invalid or corrupt, naming file and line.
  Result<bool> next();
  /// Cell of the row read last; empty when the row is short or the column is not in the file.
  [[nodiscard]] std::string_view cell(std::string_view column) const;
  /// "FILE:LINE" of the row read last.
  [[nodiscard]] std::string place() const;

 private:
  TableFile() = default;
  Result<bool> read_line(std::string& line);

  void* file_ = nullptr;  // gzFile: keeps zlib out of this header
  std::string path_;
  std::size_t line_ = 0;
  std::vector<std::string> header_;
  std::vector<std::string> row_;
};

}  // namespace tillcue::pos::sim
