#pragma once

#include "tillcue/core/sku.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// Takes out what is known of a terminal that will not come again: its state, what it holds, its place in a rollout.
/// Results stay, and what it may have spent of budgets stays counted. `now` in seconds.
/// Errors  not_found, rejected (it is connected), those of the database.
Result<void> forget_terminal(Database& db, TerminalId const& terminal, std::int64_t now);

/// Whether what it says counts: of a forgotten one the broker still keeps the last words, which are no sign of life.
/// A `live` word ends that.
Result<bool> is_news(Database& db, TerminalId const& terminal, bool live);

}  // namespace tillcue::sync
