#include <charconv>

#include "live_store_tables.hpp"

// What a terminal remembers of its customers' day and of how its items sell.
namespace tillcue::sync {
namespace {

std::string lines_of(std::map<std::string, std::uint16_t> const& campaigns) {
  std::string text;
  for (auto const& [id, times] : campaigns) text += std::to_string(times) + ' ' + id + '\n';
  return text;
}

/// A line that is none is passed over: it would only have been a cap.
std::map<std::string, std::uint16_t> campaigns_of(std::string_view text) {
  std::map<std::string, std::uint16_t> campaigns;
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    auto const line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::uint16_t times = 0;
    auto const [stop, bad] = std::from_chars(line.data(), line.data() + line.size(), times);
    auto const at = static_cast<std::size_t>(stop - line.data());
    if (bad == std::errc{} && at + 1 < line.size() && line[at] == ' ') campaigns.emplace(line.substr(at + 1), times);
  }
  return campaigns;
}

}  // namespace

Result<TodayRows> LiveStore::today() {
  TodayRows out;
  auto rows = tables_->db.prepare("SELECT customer, day, hints, coupons, campaigns FROM today");
  if (!rows) return tl::unexpected(rows.error());
  for (;;) {
    auto const row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return out;
    out.day = rows->integer(1);
    out.customers[std::string(rows->text(0))] = {static_cast<std::uint16_t>(rows->integer(2)),
                                                 static_cast<std::uint16_t>(rows->integer(3)),
                                                 campaigns_of(rows->text(4))};
  }
}

Result<void> LiveStore::keep_today(TodayRows const& changed) {
  auto& db = tables_->db;
  auto transaction = Transaction::begin(db);
  if (!transaction) return tl::unexpected(transaction.error());
  auto old = db.prepare("DELETE FROM today WHERE day <> ?1");
  if (!old) return tl::unexpected(old.error());
  if (auto ok = old->bind(1, changed.day).run(); !ok) return ok;
  auto put = db.prepare("INSERT OR REPLACE INTO today VALUES (?1, ?2, ?3, ?4, ?5)");
  if (!put) return tl::unexpected(put.error());
  for (auto const& [customer, offered] : changed.customers) {
    put->bind(1, customer).bind(2, changed.day).bind(3, std::int64_t{offered.hints});
    if (auto ok = put->bind(4, std::int64_t{offered.coupons}).bind(5, lines_of(offered.campaigns)).run(); !ok)
      return ok;
  }
  return transaction->commit();
}

Result<ShelfRows> LiveStore::shelf() {
  ShelfRows out;
  auto sales = tables_->db.prepare("SELECT count FROM sales");
  if (!sales) return tl::unexpected(sales.error());
  auto const counted = sales->step();
  if (!counted) return tl::unexpected(counted.error());
  if (*counted) out.sales = sales->integer(0);
  auto rows = tables_->db.prepare("SELECT sku, count, first, last, longest FROM shelf");
  if (!rows) return tl::unexpected(rows.error());
  for (;;) {
    auto const row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return out;
    out.items.emplace_back(rows->text(0), ShelfRow{rows->real(1), rows->integer(2), rows->integer(3), rows->real(4)});
  }
}

Result<void> LiveStore::keep_shelf(std::int64_t sales, std::span<ShelfChange const> changed) {
  auto& db = tables_->db;
  auto transaction = Transaction::begin(db);
  if (!transaction) return tl::unexpected(transaction.error());
  auto put = db.prepare("INSERT OR REPLACE INTO shelf VALUES (?1, ?2, ?3, ?4, ?5)");
  if (!put) return tl::unexpected(put.error());
  auto erase = db.prepare("DELETE FROM shelf WHERE sku = ?1");
  if (!erase) return tl::unexpected(erase.error());
  for (auto const& [sku, row] : changed) {
    auto ok =
        row ? put->bind(1, sku).bind(2, row->count).bind(3, row->first).bind(4, row->last).bind(5, row->longest).run()
            : erase->bind(1, sku).run();
    if (!ok) return ok;
  }
  auto count = db.prepare("INSERT OR REPLACE INTO sales VALUES (1, ?1)");
  if (!count) return tl::unexpected(count.error());
  if (auto ok = count->bind(1, sales).run(); !ok) return ok;
  return transaction->commit();
}

}  // namespace tillcue::sync
