#include "tillcue/sync/hq_export.hpp"

#include <string>

#include "hq_csv_file.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

std::string quantity_text(std::int64_t milli) {
  auto const magnitude = static_cast<std::uint64_t>(milli < 0 ? -milli : milli);
  std::string text = (milli < 0 ? "-" : "") + std::to_string(magnitude / 1000);
  if (magnitude % 1000 == 0) return text;
  auto thousandths = std::to_string(1000 + magnitude % 1000).substr(1);
  while (thousandths.ends_with('0')) thousandths.pop_back();
  return text + '.' + thousandths;
}

Currency currency_of(Statement const& row) {
  Currency currency;
  currency.digits = static_cast<std::uint8_t>(row.integer(9));
  return currency;
}

std::string csv_row(Statement const& row) {
  Timestamp const begun{std::chrono::milliseconds{row.integer(2)}};
  auto const second = unix_seconds(begun);
  std::string const basket = std::string{row.text(0)} + '/' + std::string{row.text(1)} + '/' + std::to_string(second);
  std::string out =
      csv_field(basket) + ',' + csv_field(row.text(3)) + ',' + to_iso(begun) + ',' + csv_field(row.text(4)) + ',';
  out += quantity_text(row.integer(5)) + ',' + to_text(Money{row.integer(6), currency_of(row)}, false) + ',';
  return out + (row.text(7) == "holdout" ? "1\n" : "0\n");
}

constexpr std::string_view kRows =
    "SELECT t.terminal, s.sale, s.begun, s.customer, l.sku, l.quantity, l.unit_price, s.arm, s.event, s.digits "
    "FROM sales s JOIN streams t ON t.id = s.stream JOIN sale_lines l ON l.event = s.event "
    "WHERE s.at >= ?1 AND s.ending = 'finished' ORDER BY s.begun, s.event, l.line";

}  // namespace

Result<Exported> export_transactions(Database& db, std::filesystem::path const& out, ExportOptions const& options) {
  auto rows = db.prepare(kRows);
  if (!rows) return tl::unexpected{rows.error()};
  rows->bind(1, std::int64_t{options.since.time_since_epoch().count()});
  CsvFile file{out};
  Exported exported;
  std::int64_t last_event = 0;
  auto done = file.begin("basket_id,customer_id,timestamp,sku,quantity,unit_price,holdout\n");
  while (done) {
    auto const row = rows->step();
    if (!row) return tl::unexpected{row.error()};
    if (!*row) break;
    done = file.write(csv_row(*rows));
    ++exported.rows;
    if (rows->integer(8) != last_event) ++exported.sales;
    last_event = rows->integer(8);
  }
  if (done) done = file.finish();
  if (!done) return tl::unexpected{done.error()};
  auto sums = db.prepare("SELECT coalesce(sum(finished), 0) FROM thinned_sales WHERE day >= ?1 / 86400000");
  if (!sums) return tl::unexpected{sums.error()};
  auto const row = sums->bind(1, std::int64_t{options.since.time_since_epoch().count()}).step();
  if (!row) return tl::unexpected{row.error()};
  exported.thinned = static_cast<std::uint64_t>(sums->integer(0));
  return exported;
}

}  // namespace tillcue::sync
