#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue::models {

/// How many bad rows an input may have. Unless a share is named: one in a thousand, and a few in a small file, which a
/// single one would put beyond that.
class BadRowLimit {
 public:
  BadRowLimit() = default;
  BadRowLimit(double share) : share_(share), few_(0) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool allows(std::uint64_t bad, std::uint64_t rows) const noexcept;
  /// "0.1 %" or "0.1 %, or 5 rows where these are no more than 5 %".
  [[nodiscard]] std::string words() const;

 private:
  double share_ = 0.001;
  std::uint64_t few_ = 5;
};

/// Everything that was wrong with rows read, and other things worth saying: counted in full, shown in part.
class BadRows {
 public:
  static constexpr std::size_t kShown = 20;

  /// "FILE:LINE: field: reason; mend". Counts against the limit.
  void add(std::string_view file, std::uint64_t line, std::string_view complaint);
  /// Something the reader did that the user should know; does not count. The first ones are kept.
  void note(std::string text);
  /// A note that is always kept: what all the others come to.
  void total(std::string text) { totals_.push_back(std::move(text)); }
  void count_row() noexcept { ++rows_; }
  void count_rows(std::uint64_t rows) noexcept { rows_ += rows; }
  /// What was found in a later part of the same file, whose lines were counted from its own first one.
  void append(BadRows const& part, std::uint64_t lines_before);

  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::uint64_t bad() const noexcept { return bad_; }
  [[nodiscard]] std::vector<std::string> shown() const;
  /// The first notes without the totals.
  [[nodiscard]] std::vector<std::string> const& first_notes() const noexcept { return notes_; }
  /// The first notes, then the totals.
  [[nodiscard]] std::vector<std::string> notes() const;

  /// Errors  invalid when more rows are bad than `limit` allows; the text lists the first ones.
  [[nodiscard]] Result<void> judge(BadRowLimit const& limit, std::string_view what) const;

 private:
  struct Row {
    std::string file;
    std::uint64_t line;
    std::string complaint;
  };
  std::uint64_t rows_ = 0;
  std::uint64_t bad_ = 0;
  std::vector<Row> shown_;
  std::vector<std::string> notes_;
  std::vector<std::string> totals_;
};

}  // namespace tillcue::models
