#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/sync/sqlite.hpp"
#include "tillcue/sync/thinned.hpp"

namespace tillcue::sync {

/// What stands in a row of the outbox.
enum class RowKind : std::int64_t { decision = 0, other = 1, lost = 2, thinned = 3 };

/// Makes room in the outbox's table: the oldest detail becomes sums by day, and when nothing is left to sum up, the
/// oldest sums are lost. Either way one row is left that covers the numbers of all that went. The oldest 200 numbers
/// stay as they are: a batch of them may have reached HQ already, and a number must not come twice with other content.
/// Borrows the database; works within the caller's transaction.
/// Errors  as Statement.
class OutboxThinner {
 public:
  explicit OutboxThinner(Database& db) : db_(&db) {}

  /// What one step changed in the table, and what became of the results.
  struct Step {
    bool done = false;  ///< false: nothing was left to do
    std::uint64_t rows = 0, bytes_before = 0, bytes_after = 0;
    std::uint64_t thinned = 0, lost = 0;
  };
  /// Up to 512 results whose sales are over become sums.
  Result<Step> thin();
  /// The oldest sums become nothing but a count; without sums, up to 64 of the oldest results.
  Result<Step> lose();
  /// The table was rolled back.
  void restart() noexcept { thin_from_ = 0; }

 private:
  struct Row {
    std::int64_t seq = 0;
    RowKind kind = RowKind::other;
    std::string event;
  };
  Result<std::vector<Row>> rows_from(std::int64_t from, std::string_view which, std::size_t most);
  Result<std::vector<Row>> row_before(std::int64_t seq, RowKind kind);
  static bool cut_at_gap(std::vector<Row>& rows);
  static bool smaller(Thinned const& sums, std::span<Row const> rows);
  Result<Step> put(std::vector<Row> rows, Thinned sums);
  Result<Step> replace(std::vector<Row> const& rows, Thinned const& sums, RowKind kind);

  Database* db_;
  std::int64_t thin_from_ = 0;  ///< nothing below can be thinned
};

}  // namespace tillcue::sync
