#include "hq_forgotten.hpp"

#include <string>

#include "hq_rows.hpp"

namespace tillcue::sync {
namespace {

/// A terminal that is there says its state once a minute. "Online" alone may be what the broker kept of one whose end
/// it never told.
constexpr std::int64_t kThere = 300;

Result<void> run(Database& db, std::string const& sql, std::string const& terminal) {
  auto statement = db.prepare(sql);
  if (!statement) return tl::unexpected{statement.error()};
  statement->bind(1, terminal);
  return statement->run();
}

}  // namespace

Result<void> forget_terminal(Database& db, TerminalId const& terminal, std::int64_t now) {
  auto row = db.prepare("SELECT online, max(last_seen, state_at) / 1000 FROM terminals WHERE terminal = ?1");
  if (!row) return tl::unexpected{row.error()};
  auto const there = row->bind(1, terminal.value).step();
  if (!there) return tl::unexpected{there.error()};
  if (!*there) return fail(Code::not_found, "no terminal has ever called itself " + terminal.value);
  auto const ago = now - row->integer(1);
  if (row->integer(0) != 0 && ago < kThere) {
    return fail(Code::rejected, terminal.value + ": is connected, and spoke " + std::to_string(ago) +
                                    " s ago; switch it off first, or wait for " + std::to_string(kThere / 60) +
                                    " minutes of silence");
  }
  row->reset();
  for (auto const* table : {"terminals", "held", "rollout_seen", "rollout_marks"}) {
    auto done = run(db, "DELETE FROM " + std::string{table} + " WHERE terminal = ?1", terminal.value);
    if (!done) return done;
  }
  return run(db, "INSERT OR REPLACE INTO forgotten VALUES(?1, " + std::to_string(now) + ")", terminal.value);
}

Result<bool> is_news(Database& db, TerminalId const& terminal, bool live) {
  if (live) {
    auto const done = run(db, "DELETE FROM forgotten WHERE terminal = ?1", terminal.value);
    return done ? Result<bool>{true} : tl::unexpected{done.error()};
  }
  auto row = db.prepare("SELECT 1 FROM forgotten WHERE terminal = ?1");
  if (!row) return tl::unexpected{row.error()};
  auto const found = row->bind(1, terminal.value).step();
  return found ? Result<bool>{!*found} : tl::unexpected{found.error()};
}

}  // namespace tillcue::sync
