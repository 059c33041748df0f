#include "outbox_thinner.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "tillcue/sync/results.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kMostThinned = 512;  ///< results a step; some 5 ms
constexpr std::size_t kMostLost = 64;      ///< rows a step
/// Sums of one event; beyond, the next event begins. Half of a batch.
constexpr std::size_t kMostSums = kMaxBatchBytes / 2;

/// Of the numbers a row stands for.
std::uint64_t numbers_of(std::string_view event) {
  if (!is_thinned(event)) return 1;
  auto const sums = decode_thinned(event);
  return sums ? sums->numbers : 1;
}

std::string_view sale_of(Outcome const& outcome) {
  return std::visit([](auto const& what) -> std::string_view { return what.sale.value; }, outcome.what);
}

/// The longest beginning after which no sale is open, so that answers stay with their decisions; all of it when there
/// is none.
std::size_t whole_sales(std::span<Result<Outcome> const> outcomes) {
  std::set<std::string_view> open;
  std::size_t whole = 0;
  for (std::size_t n = 0; n < outcomes.size(); ++n) {
    if (!outcomes[n]) continue;
    auto const sale = sale_of(*outcomes[n]);
    if (std::holds_alternative<SaleClosed>(outcomes[n]->what)) open.erase(sale);
    if (!std::holds_alternative<SaleClosed>(outcomes[n]->what)) open.insert(sale);
    if (open.empty()) whole = n + 1;
  }
  return whole == 0 ? outcomes.size() : whole;
}

Thinned sums_of(std::span<Result<Outcome> const> outcomes) {
  Thinning thinning;
  for (auto const& outcome : outcomes) outcome ? thinning.add(*outcome) : thinning.lose();
  return thinning.finish();
}

}  // namespace

/// Only rows whose numbers follow each other can become one. True: others lie behind them.
bool OutboxThinner::cut_at_gap(std::vector<Row>& rows) {
  auto const gap = std::adjacent_find(rows.begin(), rows.end(), [](Row const& a, Row const& b) {
    return a.seq + static_cast<std::int64_t>(numbers_of(a.event)) != b.seq;
  });
  if (gap == rows.end()) return false;
  rows.erase(gap + 1, rows.end());
  return true;
}

bool OutboxThinner::smaller(Thinned const& sums, std::span<Row const> rows) {
  std::size_t bytes = 0;
  for (auto const& row : rows) bytes += row.event.size();
  auto const text = encode_thinned(sums);
  return text && text->size() < bytes;
}

/// Rows beyond the spared ones, the oldest first.
Result<std::vector<OutboxThinner::Row>> OutboxThinner::rows_from(std::int64_t from, std::string_view which,
                                                                 std::size_t most) {
  auto query = db_->prepare(
      "SELECT seq, kind, event FROM outbox WHERE seq >= ?1 AND seq > (SELECT min(seq) FROM "
      "outbox) + ?2 AND " +
      std::string(which) + " ORDER BY seq LIMIT ?3");
  if (!query) return tl::unexpected(query.error());
  query->bind(1, from).bind(2, static_cast<std::int64_t>(kMaxBatchEvents - 1)).bind(3, static_cast<std::int64_t>(most));
  std::vector<Row> rows;
  for (;;) {
    auto const row = query->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return rows;
    rows.push_back({query->integer(0), static_cast<RowKind>(query->integer(1)), std::string(query->text(2))});
  }
}

/// The row right before `seq`, when it is of that kind and not spared.
Result<std::vector<OutboxThinner::Row>> OutboxThinner::row_before(std::int64_t seq, RowKind kind) {
  auto found = rows_from(0, "seq = (SELECT max(seq) FROM outbox WHERE seq < " + std::to_string(seq) + ")", 1);
  if (!found || found->empty()) return found;
  auto const& row = found->front();
  bool const joins =
      row.kind == kind && is_thinned(row.event) && row.seq + static_cast<std::int64_t>(numbers_of(row.event)) == seq;
  if (!joins) found->clear();
  return found;
}

/// One row in the place of all of them.
Result<OutboxThinner::Step> OutboxThinner::replace(std::vector<Row> const& rows, Thinned const& sums, RowKind kind) {
  auto const event = encode_thinned(sums);
  if (!event) return tl::unexpected(event.error());
  Step step{.done = true, .rows = rows.size() - 1, .bytes_after = event->size()};
  for (auto const& row : rows) step.bytes_before += row.event.size();
  auto remove = db_->prepare("DELETE FROM outbox WHERE seq BETWEEN ?1 AND ?2");
  if (!remove) return tl::unexpected(remove.error());
  if (auto ok = remove->bind(1, rows.front().seq).bind(2, rows.back().seq).run(); !ok)
    return tl::unexpected(ok.error());
  auto put = db_->prepare("INSERT INTO outbox VALUES (?, ?, ?)");
  if (!put) return tl::unexpected(put.error());
  put->bind(1, rows.front().seq).bind(2, static_cast<std::int64_t>(kind)).bind(3, *event);
  if (auto ok = put->run(); !ok) return tl::unexpected(ok.error());
  return step;
}

/// Joins the sums right before, while one event holds both.
Result<OutboxThinner::Step> OutboxThinner::put(std::vector<Row> rows, Thinned sums) {
  auto const results = sums.numbers - sums.lost;
  std::uint64_t newly_lost = sums.lost;
  for (auto const& row : rows) newly_lost -= row.kind == RowKind::lost ? 1 : 0;
  auto before = row_before(rows.front().seq, RowKind::thinned);
  if (!before) return tl::unexpected(before.error());
  if (!before->empty()) {
    auto together = decode_thinned(before->front().event).value_or(Thinned{});
    together.add(sums);
    auto const one = encode_thinned(together);
    if (one && one->size() <= kMostSums) {
      sums = std::move(together);
      rows.insert(rows.begin(), before->front());
    }
  }
  auto step = replace(rows, sums, RowKind::thinned);
  if (step) step->thinned = results;
  if (step) step->lost = newly_lost;
  return step;
}

Result<OutboxThinner::Step> OutboxThinner::thin() {
  for (;;) {
    // What an older program lost, one row a number, is taken along.
    auto rows =
        rows_from(thin_from_, "kind <> 3 AND NOT (kind = 2 AND event LIKE '%\"t\":\"thinned\"%')", kMostThinned);
    if (!rows) return tl::unexpected(rows.error());
    bool const newest = rows->size() < kMostThinned;
    bool const more = cut_at_gap(*rows);
    if (rows->empty()) return Step{};
    std::vector<Result<Outcome>> outcomes;
    for (auto const& row : *rows) outcomes.push_back(decode_event(row.event));
    auto size = whole_sales(outcomes);
    auto sums = sums_of(std::span(outcomes).first(size));
    for (; size > 1 && !smaller(sums, std::span(*rows).first(size)); sums = sums_of(std::span(outcomes).first(size))) {
      size /= 2;
    }
    if (size <= 1 && newest && !more) return Step{};  // the newest may be worth it when there are more of them
    thin_from_ = (size > 1 ? (*rows)[size - 1] : rows->back()).seq + 1;
    if (size <= 1) continue;  // nothing to win here
    rows->erase(rows->begin() + static_cast<std::ptrdiff_t>(size), rows->end());
    return put(std::move(*rows), std::move(sums));
  }
}

Result<OutboxThinner::Step> OutboxThinner::lose() {
  auto found = rows_from(0, "kind = 3", 1);
  if (found && found->empty()) found = rows_from(0, "kind <> 2", kMostLost);
  if (!found) return tl::unexpected(found.error());
  auto& rows = *found;
  if (rows.empty()) return Step{};
  (void)cut_at_gap(rows);
  Thinned sums;
  std::uint64_t lost = 0;
  for (auto const& row : rows) {
    auto const numbers = numbers_of(row.event);
    auto const before = row.kind == RowKind::thinned ? decode_thinned(row.event).value_or(Thinned{}).lost : 0;
    sums.lose(numbers);
    lost += numbers - before;
  }
  auto before = row_before(rows.front().seq, RowKind::lost);
  if (!before) return tl::unexpected(before.error());
  if (!before->empty()) {
    sums.lose(numbers_of(before->front().event));
    rows.insert(rows.begin(), before->front());
  }
  auto step = replace(rows, sums, RowKind::lost);
  if (step) step->lost = lost;
  return step;
}

}  // namespace tillcue::sync
