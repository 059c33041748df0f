#include "hq_thinned_rows.hpp"

#include <utility>

#include "hq_rows.hpp"

namespace tillcue::sync {

ThinnedRows::ThinnedRows(Statement head, Statement offer, Statement sale, Statement stored, Statement covering)
    : head_(std::move(head)),
      offer_(std::move(offer)),
      sale_(std::move(sale)),
      stored_(std::move(stored)),
      covering_(std::move(covering)) {}

Result<ThinnedRows> ThinnedRows::prepare(Database& db) {
  auto head = db.prepare("INSERT INTO thinned VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  auto offer = db.prepare("INSERT INTO thinned_offers VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)");
  auto sale = db.prepare("INSERT INTO thinned_sales VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)");
  auto stored = db.prepare("SELECT 1 FROM inbox WHERE stream = ?1 AND seq BETWEEN ?2 AND ?3 LIMIT 1");
  auto covering = db.prepare(
      "SELECT first + 1, last FROM thinned WHERE stream = ?1 AND first < ?3 AND last >= ?2 AND last > first");
  for (auto const* statement : {&head, &offer, &sale, &stored, &covering}) {
    if (!*statement) return tl::unexpected{statement->error()};
  }
  return ThinnedRows{std::move(*head), std::move(*offer), std::move(*sale), std::move(*stored), std::move(*covering)};
}

Result<void> ThinnedRows::write(std::int64_t event, std::int64_t stream, std::uint64_t first, Thinned const& sums) {
  head_.bind(1, event).bind(2, stream).bind(3, integer(first)).bind(4, integer(first + sums.numbers - 1));
  head_.bind(5, millis(sums.from)).bind(6, millis(sums.to)).bind(7, integer(sums.numbers - sums.lost));
  head_.bind(8, integer(sums.lost)).bind(9, integer(sums.decisions));
  if (auto done = head_.run(); !done) return done;
  for (auto const& [key, cell] : sums.offers) {
    if (auto done = write_offer(event, key, cell); !done) return done;
  }
  for (auto const& [key, cell] : sums.sales) {
    if (auto done = write_sales(event, key, cell); !done) return done;
  }
  return {};
}

Result<void> ThinnedRows::write_offer(std::int64_t event, Thinned::OfferKey const& key, Thinned::Offers const& cell) {
  offer_.bind(1, event).bind(2, key.day).bind(3, key.campaign).bind(4, key.item).bind(5, key.type).bind(6, key.reason);
  int column = 7;
  for (auto const count : {cell.shown, cell.accepted, cell.declined, cell.ignored, cell.bought, cell.notices,
                           cell.predicted_ppm, cell.printed, cell.unconfirmed, cell.dropped}) {
    offer_.bind(column++, integer(count));
  }
  return offer_.run();
}

Result<void> ThinnedRows::write_sales(std::int64_t event, Thinned::SalesKey const& key, Thinned::Sales const& cell) {
  sale_.bind(1, event).bind(2, key.day).bind(3, std::string_view{key.arm == Arm::holdout ? "holdout" : "treated"});
  sale_.bind(4, std::int64_t{key.decided}).bind(5, key.currency).bind(6, std::int64_t{key.digits});
  int column = 7;
  for (auto const count : {cell.finished, cell.voided, cell.abandoned, cell.hinted, cell.accepted}) {
    sale_.bind(column++, integer(count));
  }
  sale_.bind(12, cell.lines.total).bind(13, cell.lines.squares).bind(14, cell.value.total).bind(15, cell.value.squares);
  return sale_.run();
}

Result<bool> ThinnedRows::stored_within(std::int64_t stream, Ack::Range range) {
  stored_.bind(1, stream).bind(2, integer(range.first)).bind(3, integer(range.last));
  auto row = stored_.step();
  stored_.reset();
  return row;
}

Result<std::vector<Ack::Range>> ThinnedRows::covering(std::int64_t stream, Ack::Range range) {
  covering_.bind(1, stream).bind(2, integer(range.first)).bind(3, integer(range.last));
  std::vector<Ack::Range> found;
  auto row = covering_.step();
  for (; row && *row; row = covering_.step()) {
    found.push_back({number(covering_, 0), number(covering_, 1)});
  }
  covering_.reset();
  if (!row) return tl::unexpected{row.error()};
  return found;
}

}  // namespace tillcue::sync
