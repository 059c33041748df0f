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
  bool steady = false;  ///< often the same as in the row before
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

  /// CsvReader::quick_rows(), without counting them.
  std::size_t quick_rows(std::span<QuickRow> rows, std::size_t end) noexcept {
    return reader_->quick_rows(rows, end, width_, lead_);
  }
  /// Where a wanted column stands in the rows of the file; beyond all fields when it is not there.
  [[nodiscard]] std::size_t place(std::size_t column) const noexcept { return place_[column]; }
  /// Field of a row that quick_rows() took.
  [[nodiscard]] std::string_view quick_field(QuickRow const& row, std::size_t column) const noexcept {
    auto const place = place_[column];
    return place < width_ ? row.field(place) : std::string_view{};
  }

  /// Field of the row by position in the wanted columns; empty when the file or the row has no such column.
  [[nodiscard]] std::string_view field(std::size_t column) const noexcept {
    auto const place = place_[column];
    return place < reader_->fields().size() ? reader_->fields()[place] : std::string_view{};
  }
  [[nodiscard]] bool has(std::size_t column) const noexcept { return place_[column] < width_; }

  /// All bytes of the file where they are there at once (ByteSource::whole), and where the next row starts in them.
  [[nodiscard]] std::string_view whole() const noexcept { return source_ ? source_->whole() : std::string_view{}; }
  [[nodiscard]] std::size_t position() const noexcept { return reader_->position(); }
  /// ByteSource::part().
  [[nodiscard]] Result<std::string_view> part(std::size_t begin, std::size_t end, std::vector<char>& buffer) const;
  /// The same columns in bytes of the file from where a row starts on, as if it ended with them; lines and positions
  /// are counted from there.  Borrows  `text`.
  [[nodiscard]] Table rows_of(std::string_view text) const;
  [[nodiscard]] std::uint64_t line() const noexcept { return reader_->line(); }
  [[nodiscard]] std::uint64_t lines() const noexcept { return reader_->lines(); }
  [[nodiscard]] std::string const& name() const noexcept { return name_; }

 private:
  Table() = default;
  Result<void> read_header(std::span<Column const> columns);
  [[nodiscard]] std::size_t lead_of(std::span<Column const> columns) const;

  std::string name_;
  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<CsvReader> reader_;
  std::vector<std::size_t> place_;  ///< wanted column -> field, kAbsent when there is none
  std::size_t width_ = 0;
  std::size_t lead_ = 0;  ///< the first fields, with all steady ones among them; 0 where others stand between
};

}  // namespace tillcue::models
