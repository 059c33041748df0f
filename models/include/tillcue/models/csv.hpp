#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tillcue/models/byte_source.hpp"

namespace tillcue::models {

struct CsvLimits {
  std::size_t field = 4096;     ///< bytes; the longest string a bundle holds
  std::size_t row = 64 * 1024;  ///< bytes, with separators and quotes
};

/// Rows of a CSV stream: commas, RFC 4180 quotes (a quoted field may hold commas, "" and line ends), LF or CRLF,
/// UTF-8 byte order mark skipped, blank lines ignored. A quote inside an unquoted field is an ordinary character.
/// A row that breaks a rule is told apart and reading goes on with the next line.
/// Borrows  the source.  Threads  one.  Source  RFC 4180.
class CsvReader {
 public:
  enum class Next { row, bad_row, end };

  explicit CsvReader(ByteSource& source, CsvLimits limits = {});
  /// The rows of `text` from `begin`, where one starts; lines are counted from there.  Borrows  the text.
  CsvReader(std::string_view text, std::size_t begin, CsvLimits limits = {});

  /// Errors  of the source, and unsupported (UTF-16).
  Result<Next> next();

  /// Takes the next row if it is of the common kind: no quotes, exactly `width` fields, short, and already in memory.
  /// False: nothing was taken, next() knows more. Rows often begin as the one before: with `lead` of the first fields
  /// alike, less than `width`, they are not looked at again.
  bool quick(std::size_t width, std::size_t lead = 0) noexcept;
  /// Whether the row that quick() just took begins with the `lead` fields of the one that it took before.
  [[nodiscard]] bool repeats() const noexcept { return repeats_; }
  /// A field of the row that quick() just took.
  [[nodiscard]] std::string_view quick_field(std::size_t n) const noexcept { return fields_.data()[n]; }

  /// Where the next row starts in a text that is there as a whole.
  [[nodiscard]] std::size_t position() const noexcept { return begin_; }

  /// Of the last row, of a bad one those before the fault; valid until the next call.
  [[nodiscard]] std::span<std::string_view const> fields() const noexcept { return fields_; }
  /// The line on which the last row began, from 1.
  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }
  /// Lines taken so far.
  [[nodiscard]] std::uint64_t lines() const noexcept { return next_line_ - 1; }
  /// What is wrong with the last bad row, and the mend.
  [[nodiscard]] std::string const& complaint() const noexcept { return complaint_; }

 private:
  char const* quick_end(char const* start, std::size_t width, std::size_t field) noexcept;
  bool quick_whole(char const* row, std::size_t reach, std::size_t width, std::size_t lead) noexcept;
  bool quick_taken(char const* end) noexcept;
  Result<bool> fill();
  Result<std::size_t> line_length();
  Result<Next> quoted_row();
  Result<Next> skip_long_row();
  Next plain_row(std::string_view line);
  Next bad(std::string complaint, std::size_t consumed);
  void unquoted_fields();
  void consume(std::size_t bytes) noexcept;
  [[nodiscard]] std::string_view pending() const noexcept { return {data_ + begin_, end_ - begin_}; }

  ByteSource* source_ = nullptr;
  CsvLimits limits_;
  std::vector<char> buffer_;
  char const* data_ = nullptr;  ///< buffer_, or a text that is there as a whole
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool started_ = false;
  bool exhausted_ = false;
  std::uint64_t line_ = 0;
  std::uint64_t next_line_ = 1;
  std::vector<std::string_view> fields_;
  char const* lead_ = nullptr;  ///< the first fields of the last row of quick(), with the commas behind them
  std::size_t lead_size_ = 0;   ///< 0: none to compare with
  bool repeats_ = false;
  std::string unquoted_;
  std::vector<std::pair<std::size_t, std::size_t>> extents_;  ///< of the fields in unquoted_
  std::string complaint_;
};

}  // namespace tillcue::models
