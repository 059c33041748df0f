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

  /// Where what is wanted stands in the rows.
  struct Layout {
    std::vector<std::size_t> place;  ///< wanted column -> field, beyond all where there is none
    std::size_t width = 0;
    std::size_t lead = 0;  ///< the first fields, with all steady ones among them; 0 where others stand between
    friend bool operator==(Layout const&, Layout const&) = default;
  };

  /// Called for a row that is no row, while field() tells what stood before the fault. Its words end the complaint.
  using Refused = std::function<std::string()>;

  /// The next good row; false at the end. Rows that are no rows go to `bad` and are skipped.
  /// Errors  of the source.
  Result<bool> next(BadRows& bad, Refused const& refused = {});

  /// CsvReader::quick_rows(), without counting them.
  std::size_t quick_rows(std::span<QuickRow> rows, std::size_t end) noexcept {
    return reader_->quick_rows(rows, end, layout_.width, layout_.lead);
  }
  /// CsvReader::look_ahead(); none where the steady columns do not lead.
  std::size_t look_ahead(std::span<LedLine> lines, std::size_t end) noexcept {
    return reader_->look_ahead(lines, end, layout_.lead, layout_.lead + 1 == layout_.width);
  }
  /// CsvReader::take_lines() and quick(), without counting the rows.
  void take_lines(std::size_t lines, char const* behind) noexcept { reader_->take_lines(lines, behind); }
  bool quick() noexcept { return reader_->quick(layout_.width); }
  /// How many of the first fields look_ahead() finds, all steady columns among them; 0: none.
  [[nodiscard]] std::size_t lead() const noexcept { return layout_.lead <= QuickRow::kFields ? layout_.lead : 0; }
  /// Field of a line that look_ahead() found and that does not repeat the one before, of a steady column.
  [[nodiscard]] std::string_view led_field(LedLine const& line, std::size_t column) const noexcept {
    auto const place = layout_.place[column];
    return place < layout_.lead ? line.lead_field(place) : std::string_view{};
  }
  [[nodiscard]] Layout const& layout() const noexcept { return layout_; }

  /// Where a wanted column stands in the rows of the file; beyond all fields when it is not there.
  [[nodiscard]] std::size_t place(std::size_t column) const noexcept { return layout_.place[column]; }
  /// Field of a row that quick_rows() took.
  [[nodiscard]] std::string_view quick_field(QuickRow const& row, std::size_t column) const noexcept {
    auto const place = layout_.place[column];
    return place < layout_.width ? row.field(place) : std::string_view{};
  }

  /// Field of the row by position in the wanted columns; empty when the file or the row has no such column.
  [[nodiscard]] std::string_view field(std::size_t column) const noexcept {
    auto const place = layout_.place[column];
    return place < reader_->fields().size() ? reader_->fields()[place] : std::string_view{};
  }
  [[nodiscard]] bool has(std::size_t column) const noexcept { return layout_.place[column] < layout_.width; }

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
  Layout layout_;
};

}  // namespace tillcue::models
