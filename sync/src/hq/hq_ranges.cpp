#include "hq_ranges.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "hq_rows.hpp"

namespace tillcue::sync {
namespace {

Ack::Range range_of(Statement const& row) { return {number(row, 0), number(row, 1)}; }

}  // namespace

StoredRanges::StoredRanges(Statement touching, Statement erase, Statement insert, Statement lowest, Statement holding)
    : touching_(std::move(touching)),
      erase_(std::move(erase)),
      insert_(std::move(insert)),
      lowest_(std::move(lowest)),
      holding_(std::move(holding)) {}

Result<StoredRanges> StoredRanges::prepare(Database& db) {
  // Ranges do not overlap, so those that touch [a,b] end where the last one beginning at or below b+1 does.
  auto touching =
      db.prepare("SELECT first, last FROM ranges WHERE stream = ?1 AND first <= ?2 + 1 ORDER BY first DESC LIMIT 1");
  auto erase = db.prepare("DELETE FROM ranges WHERE stream = ?1 AND first = ?2");
  auto insert = db.prepare("INSERT INTO ranges(stream, first, last) VALUES(?1, ?2, ?3)");
  auto lowest = db.prepare("SELECT first, last FROM ranges WHERE stream = ?1 ORDER BY first LIMIT ?2");
  auto holding =
      db.prepare("SELECT first, last FROM ranges WHERE stream = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1");
  for (auto const* statement : {&touching, &erase, &insert, &lowest, &holding}) {
    if (!*statement) return tl::unexpected{statement->error()};
  }
  return StoredRanges{std::move(*touching), std::move(*erase), std::move(*insert), std::move(*lowest),
                      std::move(*holding)};
}

Result<Ack::Range> StoredRanges::absorb(std::int64_t stream, Ack::Range range) {
  for (;;) {
    touching_.bind(1, stream).bind(2, integer(range.last));
    auto const row = touching_.step();
    if (!row) {
      touching_.reset();
      return tl::unexpected{row.error()};
    }
    std::optional<Ack::Range> found;
    if (*row) found = range_of(touching_);
    touching_.reset();
    if (!found || found->last + 1 < range.first) return range;

    erase_.bind(1, stream).bind(2, integer(found->first));
    if (auto done = erase_.run(); !done) return tl::unexpected{done.error()};
    range = {std::min(range.first, found->first), std::max(range.last, found->last)};
  }
}

Result<void> StoredRanges::add(std::int64_t stream, Ack::Range range) {
  auto const merged = absorb(stream, range);
  if (!merged) return tl::unexpected{merged.error()};
  insert_.bind(1, stream).bind(2, integer(merged->first)).bind(3, integer(merged->last));
  return insert_.run();
}

Result<void> StoredRanges::fill(std::int64_t stream, std::uint64_t recent, Ack& ack) {
  ack.through = 0;
  ack.also.clear();
  lowest_.bind(1, stream).bind(2, std::int64_t{kMaxAckRanges});
  for (;;) {
    auto const row = lowest_.step();
    if (!row) {
      lowest_.reset();
      return tl::unexpected{row.error()};
    }
    if (!*row) break;
    auto const range = range_of(lowest_);
    if (range.first == 1) {
      ack.through = range.last;
    } else {
      ack.also.push_back(range);
    }
  }
  lowest_.reset();

  std::uint64_t const told = ack.also.empty() ? ack.through : ack.also.back().last;
  if (recent <= told) return {};
  holding_.bind(1, stream).bind(2, integer(recent));
  auto const row = holding_.step();
  if (row && *row) {
    if (ack.also.size() == kMaxAckRanges) ack.also.pop_back();
    ack.also.push_back(range_of(holding_));
  }
  holding_.reset();
  if (!row) return tl::unexpected{row.error()};
  return {};
}

}  // namespace tillcue::sync
