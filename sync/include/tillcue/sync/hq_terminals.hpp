#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tillcue/core/sku.hpp"
#include "tillcue/core/units.hpp"
#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/sqlite.hpp"
#include "tillcue/sync/word.hpp"

namespace tillcue::sync {

/// One terminal as HQ knows it.
struct TerminalRow {
  std::string terminal, phase, last_error, version;
  std::string counters;  ///< JSON object
  bool online = false;
  std::string shortage;  ///< why it makes room for results; empty: it does not
  std::uint64_t release = 0, wanted = 0, pending = 0, dropped = 0, thinned = 0;
  std::int64_t state_at = 0;   ///< ms since 1970, the terminal's clock
  std::int64_t last_seen = 0;  ///< ms since 1970, HQ's clock; 0 = never
  std::int64_t twice_at = 0;   ///< the same: two terminals of this name spoke by turns
  std::string rollout;         ///< where it stands in the rollout under way; empty: there is none
  Held held;                   ///< words and settings it has in force, what it refused; as it said last
};

/// Until when terminals may switch to a release; what runs goes on running.
struct ReleaseEnd {
  std::string scope;
  std::uint64_t release = 0;
  std::int64_t expires = 0;  ///< seconds since 1970
};
/// The last release of each scope.  Errors  as Statement.
Result<std::vector<ReleaseEnd>> release_ends(Database& db);

struct Fleet {
  std::uint64_t newest_release = 0;  ///< the highest published to scope "all"
  std::string rollout;               ///< under way, in words; empty: none
  std::vector<ReleaseEnd> ends;      ///< of the last release of each scope
  std::vector<TerminalRow> terminals;

  /// Releases behind the newest.
  [[nodiscard]] std::uint64_t lag(TerminalRow const& row) const noexcept {
    return row.release < newest_release ? newest_release - row.release : 0;
  }
};

/// Errors  as Statement.
Result<Fleet> read_fleet(Database& db);
/// Digests of the bundles that terminals run, most run first, at most `most`.
Result<std::vector<Sha256>> bundles_in_use(Database& db, std::size_t most);
/// A setting that HQ has said, and for whom.
struct SaidSetting {
  std::string scope, setting;
  std::string value;  ///< JSON
};
/// What each scope's configuration document says.  Errors  as Statement.
Result<std::vector<SaidSetting>> config_by_scope(Database& db);
/// What holds for that terminal, each setting with the narrowest scope that says it.  Errors  not_found (it has never
/// said which store it is in), as Statement.
Result<std::vector<SaidSetting>> config_of(Database& db, TerminalId const& terminal);

/// The highest release of `scope` that HQ has seen; 0 = none.
/// `scope` empty: of any scope.
Result<std::uint64_t> newest_release(Database& db, std::string_view scope);

/// At most 80 columns; ages against `now`.
std::string to_text(Fleet const& fleet, Timestamp now);
std::string to_json(Fleet const& fleet);

}  // namespace tillcue::sync
