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

  /// Takes the next row if it is of the common kind (CsvReader::quick), without counting it.
  bool quick() noexcept { return reader_->quick(width_, lead_); }
  /// Field of a row that quick() took.
  [[nodiscard]] std::string_view quick_field(std::size_t column) const noexcept {
    auto const place = place_[column];
    return place < width_ ? reader_->quick_field(place) : std::string_view{};
  }
  /// Whether all steady fields of the row that quick() just took are those of the row it took before.
  [[nodiscard]] bool repeats() const noexcept { return reader_->repeats(); }

  /// Field of the row by position in the wanted columns; empty when the file or the row has no such column.
  [[nodiscard]] std::string_view field(std::size_t column) const noexcept {
    auto const place = place_[column];
    return place < reader_->fields().size() ? reader_->fields()[place] : std::string_view{};
  }
  [[nodiscard]] bool has(std::size_t column) const noexcept { return place_[column] < width_; }

  /// All bytes of the file where they are there at once (ByteSource::whole), and where the next row starts in them.
  [[nodiscard]] std::string_view whole() const noexcept { return source_ ? source_->whole() : std::string_view{}; }
  [[nodiscard]] std::size_t position() const noexcept { return reader_->position(); }
  /// The same columns from a row that starts at `begin` of whole(), as if the file ended at `end`; lines are counted
  /// from there.  Borrows  this table.
  [[nodiscard]] Table rows_between(std::size_t begin, std::size_t end) const;
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
