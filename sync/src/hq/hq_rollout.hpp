#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hq_rollout_health.hpp"
#include "tillcue/sync/manifest.hpp"
#include "tillcue/sync/mqtt_link.hpp"
#include "tillcue/sync/sqlite.hpp"
#include "wire/json_fields.hpp"

namespace tillcue::sync {

/// How a release goes out. Times in seconds.
struct RolloutPlan {
  std::vector<std::string> first;                                ///< terminals before all others: canaries
  std::vector<std::uint32_t> shares{100, 1'000, 5'000, 10'000};  ///< of 10,000 terminals, stage after stage
  std::int64_t soak = 1'800;                                     ///< a stage lasts at least
  std::int64_t deadline = 86'400;                                ///< who does not run it by then has failed
  std::int64_t spread = 300;                                     ///< terminals of a stage begin within this time
  std::uint32_t tolerance = 200;                                 ///< failures of 10,000 that are borne, rounded down

  /// The first stage that a terminal is in.
  [[nodiscard]] std::size_t stage_of(std::uint64_t release, std::string_view terminal) const;
};

/// The last rollout, for who only looks.
struct RolloutSeen {
  std::uint64_t release = 0;
  std::string state;
  std::size_t stage = 0;
  RolloutPlan plan;
};
Result<std::optional<RolloutSeen>> last_rollout(Database& db);

/// One staged rollout at a time: kept in HQ's database, driven by tick(). A stage ends well when it has lasted its soak
/// time and every terminal in it that is expected runs the release in health, that of the canaries never before one
/// does; too many failures pause it. Expected is
/// who is online, or has been there since the stage began, and reads stages; its time counts from when it came. Failed
/// is who refused the release, fell silent past the deadline (not after a good-bye, nor with its whole store), starts
/// again and again, has many errors, or sells without deciding anything.
/// Threads  one at a time. Errors  those of the database; rejected, not_found, invalid as told.
class HqRollout {
 public:
  HqRollout(std::string chain, SigningKey const& key) : chain_(std::move(chain)), key_(&key) {}

  /// What start would refuse, before the work for it; what is odd about the canaries, empty when nothing is.
  /// Errors  rejected (another one is under way, no canary that could run it), invalid (plan).
  Result<std::string> may_start(Database& db, RolloutPlan const& plan) const;
  /// Begins with the first stage; the number of the release. `manifest`: of the bundle, whose pieces are on the broker.
  /// Errors  as may_start, and invalid (manifest).
  Result<std::uint64_t> start(Database& db, Manifest manifest, RolloutPlan const& plan, std::int64_t now);
  /// `what`: pause, resume, stop (nobody further gets it), back (the release of before under a new number, to all).
  /// Returns the number of the release that came of it, 0 when none did.
  Result<std::uint64_t> change(Database& db, std::string_view what, std::int64_t now);
  Result<void> tick(Database& db, std::int64_t now);
  /// Manifests and stage under the key that signs now.
  Result<void> sign_again(Database& db);
  /// What the broker should hold of the rollout under way, again.
  Result<void> repeat(Database& db);
  /// The last one: stage, terminals by state, why it paused; {} when there was none.
  Result<Json> status(Database& db, std::int64_t now);

  std::vector<MqttPublish> take_outgoing() { return std::exchange(outgoing_, {}); }
  void forget_outgoing() { outgoing_.clear(); }

 private:
  struct Row;
  Result<std::optional<Row>> last(Database& db) const;
  Result<void> keep(Database& db, Row const& row) const;
  Result<RolloutHealth> look(Database& db, Row const& row, std::int64_t now) const;
  Result<void> next_stage(Database& db, Row row, std::int64_t now);
  Result<void> say_next(Row const& row, bool paused);
  Result<void> say_all(Database& db, Manifest manifest);
  void clear_next();
  static Result<std::uint64_t> newest(Database& db);

  std::string chain_;
  SigningKey const* key_;
  std::vector<MqttPublish> outgoing_;
};

}  // namespace tillcue::sync
