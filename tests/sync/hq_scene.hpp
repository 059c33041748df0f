#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/mosquitto.hpp"
#include "tillcue/sync/hq_collector.hpp"
#include "tillcue/sync/hq_report.hpp"
#include "tillcue/sync/hq_store.hpp"
#include "tillcue/sync/wire.hpp"

/// What the tests of HQ's end share: events, batches, a link that records, a collector around it.
namespace tillcue::sync::hq_test {

inline constexpr Epoch kEpoch{0x1234};
inline Currency const kEuro{{'E', 'U', 'R'}, 2};

inline Timestamp at(std::int64_t seconds) { return Timestamp{std::chrono::seconds{1'790'000'000 + seconds}}; }

Outcome decision(std::string const& sale, std::uint32_t offer, std::string const& item, std::uint32_t ppm = 100'000);
Outcome silent_decision(std::string const& sale, Arm arm, Silence why);
Outcome answer(std::string const& sale, std::uint32_t offer, Response response, bool bought);
Outcome coupon(std::string const& sale, PrintFate fate, std::string const& why = "");
/// One line of `total`.
Outcome closed(std::string const& sale, Arm arm, std::int64_t total, std::uint32_t hints = 0,
               std::uint32_t accepted = 0, SaleEnd end = SaleEnd::finished);

/// Events numbered from `first`; each must be valid.
Batch batch(std::string const& terminal, std::uint64_t first, std::vector<Outcome> const& outcomes,
            Epoch epoch = kEpoch);
/// `count` answers whose content depends on their number only.
Batch plain_batch(std::string const& terminal, std::uint64_t first, std::size_t count, Epoch epoch = kEpoch);

/// A number from HQ's database, read beside the writer.
std::int64_t ask(std::filesystem::path const& db, std::string const& sql);
/// One text column, joined by '|'.
std::string ask_text(std::filesystem::path const& db, std::string const& sql);

/// Records what is published; answers when told to.
class RecordingLink final : public MqttLink {
 public:
  void start(MqttEvents events) override { events_ = std::move(events); }
  void stop(std::chrono::milliseconds) override {}
  [[nodiscard]] bool connected() const override { return up; }
  void subscribe(std::string filter, Done done) override {
    auto const answer = on_subscribe ? on_subscribe(filter) : Result<void>{};
    subscribed.push_back(std::move(filter));
    done(answer);
  }
  void unsubscribe(std::string, Done done) override { done({}); }
  void publish(MqttPublish message, Done done) override {
    published.push_back(std::move(message));
    done(publish_answer);
  }

  void connect() { events_.on_connected(false); }
  void receive(std::string const& topic, std::string const& payload, bool retained = false) {
    events_.on_message({topic, payload, retained, false});
  }

  void lose() {
    up = false;
    events_.on_lost("gone");
  }

  bool up = true;
  std::vector<std::string> subscribed;
  std::vector<MqttPublish> published;
  Result<void> publish_answer;
  std::function<Result<void>(std::string const& filter)> on_subscribe;

 private:
  MqttEvents events_;
};

/// A collector of chain "demo" with its database in a folder of its own.
struct Hq {
  explicit Hq(std::chrono::milliseconds patience = std::chrono::seconds{5});

  /// As if `batch` came from its terminal.
  void receive(Batch const& batch) { link.receive(topics.results(batch.terminal), *encode_batch(batch)); }
  /// The last acknowledgement, its signature checked.
  [[nodiscard]] Ack last_ack() const;
  [[nodiscard]] std::string log_text() const;

  test::TempDir folder;
  std::filesystem::path db = folder / "hq.sqlite";
  Topics topics{"demo"};
  SigningKey key = *SigningKey::generate();
  KeyRing ring;
  RecordingLink link;
  Inbox inbox;
  HqCounters counters;
  std::vector<std::string> log;
  Timestamp now = at(1'000);
  BundleShelf shelf;
  Collector collector;
};

/// As `tillcue-hq report` reads the database.
Report report_of(Hq const& hq, ReportOptions const& options = {});
/// All words on one line.
std::string unwrapped(std::string const& text);

}  // namespace tillcue::sync::hq_test
