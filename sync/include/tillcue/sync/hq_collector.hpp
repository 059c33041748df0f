#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/hq_bundle_shelf.hpp"
#include "tillcue/sync/hq_counters.hpp"
#include "tillcue/sync/hq_inbox.hpp"
#include "tillcue/sync/hq_log.hpp"
#include "tillcue/sync/mqtt_link.hpp"
#include "tillcue/sync/topics.hpp"
#include "tillcue/sync/word.hpp"

namespace tillcue::sync {

/// What the collector works with; all borrowed, all outlive it.
struct CollectorParts {
  MqttLink& link;
  Inbox& inbox;
  SigningKey const& key;   ///< signs acknowledgements
  KeyRing const& trusted;  ///< whose manifests are believed
  HqCounters& counters;
  BundleShelf const* shelf = nullptr;  ///< where published bundles lie; null: chunk requests are only logged
  LogSink log;
  std::function<Timestamp()> now;
  /// A terminal's word on what it holds, and that the broker is there (again), or not (again); may be empty.
  std::function<Result<void>(Held const&, bool retained)> on_held{};
  std::function<void()> on_connected{};
  std::function<void()> on_lost{};
};

/// HQ's end of the wire: commits every batch and then acknowledges it. The commit happens inside the message callback,
/// so the broker's PUBACK comes after it; a batch that cannot be committed is not acknowledged and comes again.
/// Nothing that arrives is fatal: it is stored, or refused, logged and counted.
/// Threads  construct on any; afterwards everything runs on the link's, except tick() and not_subscribed(): any.
class Collector {
 public:
  Collector(std::string_view chain, CollectorParts parts);

  /// For MqttLink::start; borrows this.
  [[nodiscard]] MqttEvents events();
  /// Asks again for subscriptions the broker refused, later and later, and tells a broker that has lost a release or
  /// went back to an older one what it had; to be called each second or so.
  void tick();
  /// Why nothing may arrive although there is a connection.
  [[nodiscard]] std::optional<std::string> not_subscribed() const;

 private:
  struct Subscription {
    bool granted = false;
    unsigned failures = 0;
    std::optional<Timestamp> due{};  ///< of the next attempt
  };
  void connected();
  void subscribe(std::string filter);
  void on_message(MqttMessage const& message);
  Result<void> dispatch(MqttMessage const& message);
  Result<void> take_results(TopicParts const& topic, MqttMessage const& message);
  Result<void> take_state(TopicParts const& topic, MqttMessage const& message);
  Result<void> take_manifest(TopicParts const& topic, MqttMessage const& message);
  Result<void> take_held(TopicParts const& topic, MqttMessage const& message);
  Result<void> take_request(TopicParts const& topic, MqttMessage const& message);
  void count(Stored const& stored, TerminalId const& terminal);
  void acknowledge(Ack const& ack);
  void repeat_releases();
  void republish(Sha256 const& object, std::uint32_t index);
  bool lately(Sha256 const& object, std::uint32_t index);

  std::string chain_;
  Topics topics_;
  CollectorParts parts_;
  std::map<std::pair<Sha256, std::uint32_t>, Timestamp> republished_;
  mutable std::mutex mutex_;  ///< of all below; never held around a call of the link
  std::map<std::string, Subscription> subscriptions_;
  std::map<std::string, std::uint64_t, std::less<>> heard_;  ///< releases on this connection, by scope
  std::map<std::string, std::uint64_t, std::less<>> told_;   ///< releases of which the log has said that they came
  std::optional<Timestamp> repeat_due_{};
};

}  // namespace tillcue::sync
