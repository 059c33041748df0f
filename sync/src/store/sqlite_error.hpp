#pragma once

#include <string_view>

#include "tillcue/core/result.hpp"

struct sqlite3;

namespace tillcue::sync {

/// The error of SQLite's result `code`, with its own text and `doing` in front.
tl::unexpected<Error> sqlite_fail(sqlite3* db, int code, std::string_view doing);

}  // namespace tillcue::sync
