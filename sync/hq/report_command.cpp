#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "program.hpp"
#include "tillcue/sync/hq_report.hpp"
#include "tillcue/sync/hq_store.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

struct Options {
  std::string database, since, items;
  std::vector<std::string> shifts{"06:00", "14:00", "22:00"};
  int utc_offset = 0;
  std::size_t top = 10;
  bool json = false;
};

/// Minutes of the day, rising.
Result<std::vector<int>> read_shifts(std::vector<std::string> const& texts) {
  std::vector<int> begins;
  for (auto const& text : texts) {
    int hour = -1, minute = -1, read = 0;
    if (std::sscanf(text.c_str(), "%2d:%2d%n", &hour, &minute, &read) != 2 || read != static_cast<int>(text.size()) ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59) {
      return fail(Code::invalid, "'" + text + "' is no time of the day; write them like 06:00,14:00,22:00");
    }
    begins.push_back(hour * 60 + minute);
  }
  std::sort(begins.begin(), begins.end());
  return begins;
}

Result<std::string> report(Options const& options) {
  ReportOptions wanted;
  auto shifts = read_shifts(options.shifts);
  if (!shifts) return tl::unexpected{shifts.error().within("--shifts")};
  wanted.shifts = std::move(*shifts);
  wanted.utc_offset = options.utc_offset;
  wanted.top = options.top;
  if (!options.since.empty()) {
    auto const since = parse_since(options.since, clock_now());
    if (!since) return tl::unexpected{since.error().within("--since")};
    wanted.since = *since;
  }
  ItemNames names;
  if (!options.items.empty()) {
    auto read = read_item_names(options.items);
    if (!read) return tl::unexpected{read.error().within("--items")};
    names = std::move(*read);
  }
  auto db = open_hq_reader(options.database);
  if (!db) return tl::unexpected{db.error().within("--db")};
  auto const made = make_report(*db, wanted);
  if (!made) return tl::unexpected{made.error().within("--db")};
  return options.json ? to_json(*made, names) : to_text(*made, names);
}

Exit run(Options const& options) {
  auto const text = report(options);
  if (!text) return report_error(text.error());
  std::cout << *text;
  return Exit::done;
}

}  // namespace

void add_report_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const command =
      app.add_subcommand("report", "Sales, impact against the holdout, offers, coupons, gaps, alarms");
  command->add_option("--db", options->database, "HQ's database (may be in use by serve)")->required();
  command->add_option("--since", options->since, "2026-11-21, 2026-11-21T08:00:00 (UTC), or an age: 7d, 24h, 30m");
  command->add_option("--items", options->items, "Catalogue (items.csv[.gz]) to show names with the SKUs");
  command->add_option("--top", options->top, "Offers listed")
      ->check(whole_in_range(0, 1'000'000))
      ->capture_default_str();
  command->add_option("--shifts", options->shifts, "When shifts begin by the stores' clock")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--utc-offset", options->utc_offset, "Minutes the stores' clocks are ahead of UTC")
      ->check(whole_in_range(-1439, 1439))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object");
  command->footer("Example:\n  tillcue-hq report --db hq.sqlite --since 7d --items items.csv");
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace tillcue::sync
