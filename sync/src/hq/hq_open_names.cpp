#include "tillcue/sync/hq_open_names.hpp"

#include <algorithm>
#include <string_view>

#include "hq_rows.hpp"
#include "tillcue/core/sku.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kMostTold = 5;

// The bounds of the SKU stand here as in the index, or SQLite would not take it.
constexpr std::string_view kOpen =
    "SELECT l.sku, count(*), min(l.unit_price), max(l.unit_price), max(s.at), s.currency, s.digits, "
    "count(DISTINCT t.terminal), group_concat(DISTINCT t.terminal) "
    "FROM sale_lines l JOIN sales s ON s.event = l.event JOIN streams t ON t.id = s.stream "
    "WHERE l.sku >= 'name:' AND l.sku < 'name;' AND s.at >= ?1 AND NOT EXISTS (SELECT 1 FROM names n "
    "WHERE n.text = substr(l.sku, 6) COLLATE NOCASE AND (n.price = '' OR CAST(n.price AS INTEGER) = l.unit_price) "
    "AND s.at < (n.since + 60) * 1000) "
    "GROUP BY l.sku ORDER BY count(*) DESC, l.sku LIMIT ?2";
static_assert(kOpenName == "name:");

std::vector<std::string> first_of(std::string_view joined) {
  std::vector<std::string> out;
  while (!joined.empty() && out.size() < kMostTold) {
    auto const end = std::min(joined.find(','), joined.size());
    out.emplace_back(joined.substr(0, end));
    joined.remove_prefix(std::min(end + 1, joined.size()));
  }
  return out;
}

}  // namespace

Result<std::vector<OpenName>> open_names(Database& db, OpenNamesWanted const& wanted) {
  auto rows = db.prepare(kOpen);
  if (!rows) return tl::unexpected{rows.error()};
  rows->bind(1, millis(wanted.since)).bind(2, integer(wanted.most));
  std::vector<OpenName> out;
  for (;;) {
    auto const there = rows->step();
    if (!there) return tl::unexpected{there.error()};
    if (!*there) return out;
    OpenName name;
    name.text = rows->text(0).substr(kOpenName.size());
    name.lines = number(*rows, 1);
    name.least = rows->integer(2);
    name.most = rows->integer(3);
    name.last = Timestamp{std::chrono::milliseconds{rows->integer(4)}};
    name.currency = currency_of(rows->text(5), rows->integer(6));
    name.terminals = number(*rows, 7);
    name.told_by = first_of(rows->text(8));
    out.push_back(std::move(name));
  }
}

Result<std::vector<AssignedName>> assigned_names(Database& db, std::string const& scope) {
  auto rows = db.prepare("SELECT scope, text, sku, price FROM names WHERE ?1 IN ('', scope) ORDER BY 1, 2, 4");
  if (!rows) return tl::unexpected{rows.error()};
  rows->bind(1, scope);
  std::vector<AssignedName> out;
  for (;;) {
    auto const there = rows->step();
    if (!there) return tl::unexpected{there.error()};
    if (!*there) return out;
    out.push_back({std::string{rows->text(0)}, std::string{rows->text(1)}, std::string{rows->text(2)}, {}});
    if (!rows->text(3).empty()) out.back().price = std::stoll(std::string{rows->text(3)});
  }
}

Result<std::optional<Currency>> currency_of_sales(Database& db) {
  auto row = db.prepare("SELECT currency, digits FROM sales ORDER BY at DESC LIMIT 1");
  if (!row) return tl::unexpected{row.error()};
  auto const there = row->step();
  if (!there) return tl::unexpected{there.error()};
  if (!*there) return std::optional<Currency>{};
  return std::optional{currency_of(row->text(0), row->integer(1))};
}

}  // namespace tillcue::sync
