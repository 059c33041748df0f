#include "tillcue/sync/word_listener.hpp"

#include <algorithm>
#include <utility>

#include "words.hpp"

namespace tillcue::sync {

struct WordListener::State {
  AgentPorts ports;
  Words words;
  SteadyTime ask_due = SteadyTime::max();

  State(MqttLink& link, KeyRing keys, AgentOptions const& options, AgentCallbacks callbacks)
      : ports{.link = link,
              .options = options,
              .callbacks = std::move(callbacks),
              .topics = Topics(options.chain),
              .keys = std::move(keys),
              .status = {},
              .alive = {}},
        words(ports) {}

  /// Subscribing is how the retained words are fetched; again every word_every, whatever came of it.
  void ask() {
    ask_due = ports.now() + ports.options.word_every;
    for (auto const& filter : words.filters()) {
      ports.link.subscribe_at_most_once(filter, ports.on_thread([this, filter](Result<void> const& result) {
        if (!result) ports.report(result.error().within("subscribe " + filter), Concern::connection);
      }));
    }
  }
  void connected() {
    ports.status.connected = true;
    ask();
    words.on_connected();
  }
  void lost(std::string const& why) {
    ports.status.connected = false;
    ask_due = SteadyTime::max();
    ports.report({Code::io, "mqtt: " + why}, Concern::connection);
    words.on_lost();
  }
  void arrived(std::string const& topic, std::string const& payload) {
    auto const parts = ports.topics.parse(topic);
    bool const word =
        parts && (parts->kind == TopicKind::live || parts->kind == TopicKind::config || parts->kind == TopicKind::keys);
    if (!word) return;  // of the session the agent had
    words.on_word(*parts, payload);
    if (std::exchange(ports.keys_changed, false)) ask();
  }
};

WordListener::WordListener(MqttLink& link, KeyRing keys, AgentOptions const& options, AgentCallbacks callbacks)
    : state_(std::make_shared<State>(link, std::move(keys), options, std::move(callbacks))) {
  state_->ports.alive = state_;
}

WordListener::~WordListener() = default;

void WordListener::start() { state_->ports.link.start(events_to<State>(state_, state_->ports.callbacks.post)); }

void WordListener::stop(std::chrono::milliseconds patience) {
  state_->ports.status.connected = false;
  state_->ports.link.stop(patience);
}

void WordListener::tick() {
  state_->words.tick();
  if (state_->ports.now() >= state_->ask_due) state_->ask();
}

SteadyTime WordListener::next_due() const { return std::min(state_->words.next_due(), state_->ask_due); }

void WordListener::holding_changed() { state_->words.changed(); }

bool WordListener::connected() const { return state_->ports.status.connected; }

}  // namespace tillcue::sync
