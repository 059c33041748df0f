#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/hq_inbox.hpp"
#include "tillcue/sync/hq_log.hpp"
#include "tillcue/sync/mqtt_link.hpp"
#include "tillcue/sync/word.hpp"

namespace tillcue::sync {

/// What the office works with; all borrowed, all outlive it.
struct OfficeParts {
  Inbox& inbox;
  MqttLink& link;
  SigningKey const& key;  ///< signs words
  LogSink log;
  std::function<Timestamp()> now;
  KeyRing const* trusted = nullptr;  ///< further keys of this fleet, by whoever starts it
};

/// Head office's will apart from bundles: stop switches, budgets, stock. It decides what each scope is told, says it on
/// the broker and follows what terminals hold. `tillcue-hq serve` runs the only one; other commands ask it by
/// request(). Threads  any.
class HqOffice {
 public:
  HqOffice(std::string chain, OfficeParts parts);
  ~HqOffice();
  HqOffice(HqOffice const&) = delete;
  HqOffice& operator=(HqOffice const&) = delete;

  /// Reads the database, and binds it to chain and key (hq_bond.hpp).
  /// Errors  rejected (another chain's, or a key this fleet does not believe), those of the database.
  Result<void> open();
  /// The broker is there: everything is said again.
  void connected();
  /// There is none, or none yet: answers tell since when ("no_broker_since"), for what is said meanwhile waits.
  void lost();
  /// `retained`: the broker repeated an old one.
  Result<void> heard(Held const& held, bool retained = false);
  /// Once a second or so: renews what expires.
  void tick();
  /// One JSON object in, one out: {"ok":true,...} or {"ok":false,"code":...,"error":...} (sync/README.md).
  std::string request(std::string_view line);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tillcue::sync
