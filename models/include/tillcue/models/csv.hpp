#pragma once

#include <array>
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

/// A row of the common kind. At least kRoom bytes from the beginning of any field can be read.
struct QuickRow {
  static constexpr std::size_t kFields = 8;
  static constexpr std::size_t kRoom = 16;

  char const* begin = nullptr;
  std::uint16_t starts[kFields + 1] = {};  ///< of each field, counted from begin; behind the last: its end and 1
  bool repeats = false;                    ///< its first fields are those of the row taken before

  [[nodiscard]] std::string_view field(std::size_t n) const noexcept {
    std::size_t const from = starts[n];
    return {begin + from, starts[n + 1] - from - 1};
  }
};

/// A line that begins with fields without quotes, of which the last is looked at as a text of its own. Of what is
/// behind nothing is known but its bytes.
struct LedLine {
  static constexpr std::size_t kLongestField = 15;
  static constexpr std::size_t kLongestRest = 9;
  static constexpr std::size_t kLongestLead = 48;

  char const* begin = nullptr;
  std::uint32_t size = 0;       ///< with the line end
  bool repeats = false;         ///< the first fields are those of the line before
  bool is_short = false;        ///< the field behind these and the rest are: else the words are none
  std::uint64_t field[2] = {};  ///< its bytes, zeros, and its size as the last of 16
  std::uint64_t rest = 0;       ///< what is behind its comma, with the line end if there is room: no two have the same
  std::uint8_t starts[QuickRow::kFields + 1] = {};  ///< of the first fields, when they are not those before

  [[nodiscard]] std::string_view lead_field(std::size_t n) const noexcept {
    std::size_t const from = starts[n];
    return {begin + from, starts[n + 1] - from - 1};
  }
};

/// Rows of a CSV stream: commas, RFC 4180 quotes (a quoted field may hold commas, "" and line ends), LF or CRLF,
/// UTF-8 byte order mark skipped, blank lines ignored. A quote inside an unquoted field is an ordinary character.
/// A row that breaks a rule is told apart and reading goes on with the next line.
/// Borrows  the source.  Threads  one.  Source  RFC 4180.
class CsvReader {
 public:
  enum class Next { row, bad_row, end };

  explicit CsvReader(ByteSource& source, CsvLimits limits = {});
  /// The rows of `text`, which begins with one and has no byte order mark.  Borrows  the text.
  explicit CsvReader(std::string_view text, CsvLimits limits = {});

  /// Errors  of the source, and unsupported (UTF-16).
  Result<Next> next();

  /// Takes the next row if it is of the common kind: no quotes, exactly `width` fields, short, and already in memory.
  /// False: nothing was taken, next() knows more.
  bool quick(std::size_t width) noexcept;

  /// Takes rows of the common kind of at most QuickRow::kFields fields that begin before `end`, as many as `rows` has
  /// room for; none where `width` is larger. Rows often begin as the one before: with `lead` of the first fields alike,
  /// less than `width`, these are not looked at again. How many were taken; what stopped it is for next().
  std::size_t quick_rows(std::span<QuickRow> rows, std::size_t end, std::size_t width, std::size_t lead) noexcept;

  /// Looks at the next lines that start before `end`, as many as `lines` has room for, without taking them. Each begins
  /// with `lead` fields, 1 to QuickRow::kFields, of together LedLine::kLongestLead bytes at most. How many there are;
  /// what stopped it is for next().
  /// `last`: the field behind them is the last one.
  std::size_t look_ahead(std::span<LedLine> lines, std::size_t end, std::size_t lead, bool last) noexcept;
  /// Takes so many of the lines that were looked at, which end before `behind`.
  void take_lines(std::size_t lines, char const* behind) noexcept;

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
  template <class Ends>
  char const* quick_end(char const* row, std::size_t reach, std::size_t width, Ends const& ends) const noexcept;
  template <bool kLast>
  std::size_t look_ahead(std::span<LedLine> lines, std::size_t end, std::size_t lead) noexcept;
  std::size_t find_lines(std::size_t most) noexcept;
  bool find_lead(LedLine& line, std::size_t lead) noexcept;
  bool quick_first(QuickRow& row, char const* behind, std::size_t width, std::size_t lead) noexcept;
  void forget_lead() noexcept;
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
  char const* lead_ = nullptr;  ///< the first fields of the last row of quick_rows(), with the commas behind them
  std::size_t lead_size_ = 0;   ///< 0: none to compare with
  QuickRow first_;              ///< the row they were first seen in
  std::size_t led_size_ = 0;    ///< likewise of the last line of look_ahead()
  std::array<char, LedLine::kLongestLead> lead_text_{};  ///< of look_ahead(): the same fields, and zeros
  std::array<char, LedLine::kLongestLead> lead_mask_{};  ///< all bits of their bytes
  std::vector<std::uint32_t> line_ends_;                 ///< as found by find_line_ends(), from begin_ as it was then
  std::string unquoted_;
  std::vector<std::pair<std::size_t, std::size_t>> extents_;  ///< of the fields in unquoted_
  std::string complaint_;
};

}  // namespace tillcue::models
