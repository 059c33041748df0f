#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/units.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// Numbers and times as SQLite holds them.
inline std::int64_t integer(std::uint64_t number) { return static_cast<std::int64_t>(number); }
inline std::int64_t millis(Timestamp time) { return std::int64_t{time.time_since_epoch().count()}; }
inline std::uint64_t number(Statement const& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}
inline Currency currency_of(std::string_view code, std::int64_t digits) {
  Currency currency;
  std::copy_n(code.begin(), std::min(code.size(), currency.code.size()), currency.code.begin());
  currency.digits = static_cast<std::uint8_t>(digits);
  return currency;
}

/// Hands over each row, `since` bound to ?1 where the statement has one.
inline Result<void> each_row(Database& db, std::string_view sql, std::int64_t since,
                             std::function<void(Statement const&)> const& take) {
  auto rows = db.prepare(sql);
  if (!rows) return tl::unexpected{rows.error()};
  if (sql.find("?1") != std::string_view::npos) rows->bind(1, since);
  for (;;) {
    auto const there = rows->step();
    if (!there) return tl::unexpected{there.error()};
    if (!*there) return {};
    take(*rows);
  }
}

/// The first column of every row, `key` bound to ?1 where the statement has one.
inline Result<std::vector<std::string>> texts(Database& db, std::string_view sql, std::string_view key = {}) {
  auto rows = db.prepare(sql);
  if (!rows) return tl::unexpected{rows.error()};
  if (!key.empty()) rows->bind(1, key);
  std::vector<std::string> out;
  for (;;) {
    auto const there = rows->step();
    if (!there) return tl::unexpected{there.error()};
    if (!*there) return out;
    out.emplace_back(rows->text(0));
  }
}

}  // namespace tillcue::sync
