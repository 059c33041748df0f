#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

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
