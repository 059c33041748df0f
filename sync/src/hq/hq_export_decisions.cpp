#include <string>

#include "hq_csv_file.hpp"
#include "tillcue/sync/hq_export.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

constexpr std::string_view kHeader =
    "terminal,sale,timestamp,number,stage,arm,silence,type,reason,item,trigger,campaign,probability_ppm,propensity_ppm,"
    "explored,release,eligible,offer,response,bought,replay\n";

/// The columns of the query are those of the file but for the time. An answer belongs to the latest decision of its key
/// before it, in the order of arrival, as in the report.
constexpr std::string_view kRows =
    "WITH given AS (SELECT decision, response, bought, max(event) FROM (SELECT x.event, x.response, x.bought, "
    "(SELECT max(event) FROM decisions o WHERE o.stream = x.stream AND o.sale = x.sale AND o.offer = x.offer "
    "AND o.event <= x.event) AS decision FROM answers x) GROUP BY decision) "
    "SELECT t.terminal, d.sale, d.at, d.number, d.stage, d.arm, d.silence, d.type, d.reason, d.item, d.cause, "
    "d.campaign, d.probability, d.propensity, d.explored, d.release, d.eligible, d.offer, coalesce(a.response, ''), "
    "coalesce(a.bought, ''), coalesce(json_extract(i.body, '$.replay'), '') FROM decisions d "
    "JOIN streams t ON t.id = d.stream JOIN inbox i ON i.id = d.event LEFT JOIN given a ON a.decision = d.event "
    "WHERE d.at >= ?1 ORDER BY d.at, d.event";
constexpr int kColumns = 21;
constexpr int kTime = 2;

std::string csv_row(Statement const& row) {
  std::string out;
  for (int column = 0; column < kColumns; ++column) {
    if (column > 0) out += ',';
    out += column == kTime ? to_iso(Timestamp{std::chrono::milliseconds{row.integer(kTime)}})
                           : csv_field(row.text(column));
  }
  return out + '\n';
}

}  // namespace

Result<std::uint64_t> export_decisions(Database& db, std::filesystem::path const& out, ExportOptions const& options) {
  auto rows = db.prepare(kRows);
  if (!rows) return tl::unexpected{rows.error()};
  rows->bind(1, std::int64_t{options.since.time_since_epoch().count()});
  CsvFile file{out};
  std::uint64_t count = 0;
  auto done = file.begin(kHeader);
  while (done) {
    auto const row = rows->step();
    if (!row) return tl::unexpected{row.error()};
    if (!*row) break;
    done = file.write(csv_row(*rows));
    ++count;
  }
  if (done) done = file.finish();
  if (!done) return tl::unexpected{done.error()};
  return count;
}

}  // namespace tillcue::sync
