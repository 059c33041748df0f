#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/models/bad_rows.hpp"
#include "tillcue/models/csv.hpp"

namespace tillcue::models {

struct Column {
  std::string_view name;
  bool required = false;
};

/// A CSV file with a header: the wanted columns in any order, others ignored.
/// Owns  the source.  Threads  one.
class Table {
 public:
  /// Reads the header. `name` is the file as error texts call it.
  /// Errors  invalid (empty, a required column missing, a wanted column twice), and those of the source.
  static Result<Table> open(std::unique_ptr<ByteSource> source, std::string name, std::span<Column const> columns);
  static Result<Table> open(std::string const& path, std::span<Column const> columns);

  /// Called for a row that is no row, while field() tells what stood before the fault. Its words end the complaint.
  using Refused = std::function<std::string()>;

  /// The next good row; false at the end. Rows that are no rows go to `bad` and are skipped.
  /// Errors  of the source.
  Result<bool> next(BadRows& bad, Refused const& refused = {});

  /// Field of the row by position in the wanted columns; empty when the file or the row has no such column.
  [[nodiscard]] std::string_view field(std::size_t column) const noexcept;
  [[nodiscard]] std::uint64_t line() const noexcept { return reader_->line(); }
  [[nodiscard]] std::string const& name() const noexcept { return name_; }

 private:
  Table() = default;
  Result<void> read_header(std::span<Column const> columns);

  std::string name_;
  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<CsvReader> reader_;
  std::vector<std::size_t> place_;  ///< wanted column -> field, kAbsent when there is none
  std::size_t width_ = 0;
};

}  // namespace tillcue::models
