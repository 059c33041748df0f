#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "samples.hpp"
#include "support/mosquitto.hpp"
#include "tillcue/sync/terminal_agent.hpp"

namespace tillcue::sync::test {

/// A broker in memory with retained messages, driven step by step: nothing happens until deliver(). It can lose,
/// spoil and refuse.
class ScriptedLink final : public MqttLink {
 public:
  void start(MqttEvents events) override { events_ = std::move(events); }
  void stop(std::chrono::milliseconds) override { stopped = true; }
  [[nodiscard]] bool connected() const override { return up_; }
  void subscribe(std::string filter, Done done) override;
  void unsubscribe(std::string filter, Done done) override;
  void publish(MqttPublish message, Done done) override;

  // The script.
  void connect(bool session = false);
  void disconnect(std::string const& why = "gone");
  /// Hands over everything that is due; true when there was something.
  bool deliver();
  /// As if HQ had published it retained: reaches current and later subscribers.
  void retain(std::string const& topic, std::string payload);
  /// To the terminal, whether it subscribed or not.
  void send(std::string const& topic, std::string const& payload);
  /// Puts manifest, chunk list and all pieces of a bundle.
  void publish_bundle(SigningKey const& key, Manifest const& manifest, std::string_view bytes);

  std::map<std::string, std::string> retained;
  std::set<std::string> filters;
  std::vector<MqttPublish> published;                                          ///< by the terminal
  std::function<std::optional<std::string>(std::string const&)> on_subscribe;  ///< a refusal
  std::function<std::optional<std::string>(std::string const&)> on_publish;
  std::size_t most_open_chunks = 0;
  bool stopped = false;

 private:
  void reply(Done done, std::optional<std::string> refusal);
  MqttEvents events_;
  bool up_ = false;
  std::deque<std::function<void()>> due_;
};

/// A terminal with its agent on a scripted link, in virtual time.
struct ScriptedTerminal {
  tillcue::test::TempDir folder;
  ScriptedLink link;
  SigningKey key = *SigningKey::generate();
  Topics topics{"demo"};
  TerminalId till{"till-7"};
  Moment now{std::chrono::steady_clock::time_point{} + std::chrono::hours{1}, at(1'790'000'500)};
  std::deque<std::function<void()>> tasks;
  std::function<Result<void>(std::span<std::byte const>)> self_test = [](auto) { return Result<void>{}; };
  BundleStore::ProbeTest probe_test{};
  Outbox outbox;
  std::optional<BundleStore> store;
  std::optional<TerminalAgent> agent;
  std::vector<std::uint64_t> activated;
  std::vector<std::string> errors;
  /// Set before restart(): a terminal that takes HQ's words.
  struct Words {
    std::function<std::uint64_t(WordKind, Scope const&)> held_number{};
    std::function<Result<void>(Word const&)> on_word{};
    std::function<Held()> holding{};
  };
  Words words{};
  std::string group_id{}, store_id{};
  std::function<void(std::function<void()>)> work{};  ///< set before restart(): who opens parcels

  ScriptedTerminal();
  /// Stores and agent anew, as after a restart of the program.
  void restart();
  /// Lets link and agent work until both are still.
  void settle();
  /// Time passes in steps to each next_due(), for at most `duration`.
  void pass(std::chrono::milliseconds duration);
  void sells(int results);
  void acknowledge(std::uint64_t through, std::vector<Ack::Range> also = {});
  [[nodiscard]] TerminalState told() const;
  [[nodiscard]] std::vector<Batch> batches() const;
  [[nodiscard]] bool complained(std::string_view what) const;
};

}  // namespace tillcue::sync::test
