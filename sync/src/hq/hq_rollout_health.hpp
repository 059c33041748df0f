#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "tillcue/sync/manifest.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// By what a terminal says that it can: a column of terminals.
bool reads_stages(std::string_view can);

/// `older`: its program reads no stages. `silent`: past the deadline, unless its whole store is.
enum class RolloutVerdict : std::uint8_t { healthy, waiting, away, older, silent, failed };

/// How the terminals of a stage are.
struct RolloutHealth {
  std::size_t included = 0, healthy = 0, waiting = 0, away = 0;
  std::size_t older = 0;                      ///< read no stages: not included
  std::map<std::string, std::string> failed;  ///< terminal: why
  void add(std::string const& terminal, RolloutVerdict verdict, std::string why);
};

/// What a stage asks of its terminals. Times in seconds.
struct RolloutTerms {
  std::uint64_t release = 0;
  std::int64_t since = 0;  ///< the stage began
  std::int64_t deadline = 0, now = 0;
};

/// Judges every terminal of the stage by HQ's tables, and keeps there since when each is seen and where its counters
/// stood. Errors  those of the database.
Result<RolloutHealth> look_at(Database& db, Manifest::Stage const& stage, RolloutTerms const& terms);

}  // namespace tillcue::sync
