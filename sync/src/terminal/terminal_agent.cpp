#include "tillcue/sync/terminal_agent.hpp"

#include <algorithm>

#include "fetcher.hpp"
#include "tillcue/sync/state.hpp"
#include "uploader.hpp"

namespace tillcue::sync {
namespace {

TerminalState offline_state(AgentOptions const& options, Timestamp now) {
  TerminalState state;
  state.terminal = options.terminal;
  state.presence = Presence::offline;
  state.at = now;
  state.version = options.version;
  return state;
}

}  // namespace

struct TerminalAgent::State {
  AgentPorts ports;
  Outbox& outbox;
  BundleStore& store;
  Fetcher fetcher;
  Uploader uploader;
  SteadyTime state_due = SteadyTime::max();
  std::string state_told;  ///< what the last state said, apart from the time

  State(MqttLink& link, Outbox& box, BundleStore& bundles, KeyRing keys, AgentOptions options, AgentCallbacks callbacks)
      : ports{.link = link,
              .options = options,
              .callbacks = std::move(callbacks),
              .topics = Topics(options.chain),
              .keys = std::move(keys),
              .status = {},
              .alive = {}},
        outbox(box),
        store(bundles),
        fetcher(ports, bundles),
        uploader(ports, box) {}

  void connected();
  void lost(std::string const& why);
  void arrived(std::string const& topic, std::string const& payload);
  void need(std::string const& filter);
  void tell(Presence presence, bool always);
  [[nodiscard]] TerminalState describe(Presence presence) const;
};

void TerminalAgent::State::need(std::string const& filter) {
  // At most once is enough: the manifest is retained, and a batch whose acknowledgement got lost is sent again.
  ports.link.subscribe_at_most_once(filter, ports.on_thread([this, filter](Result<void> const& result) {
    if (!result) ports.report(result.error().within("subscribe " + filter));
  }));
}

void TerminalAgent::State::connected() {
  ports.status.connected = true;
  ++ports.status.connects;
  // Always, also when the broker remembers us: subscribing is how the retained manifest is fetched.
  need(ports.topics.manifest(ports.options.scope));
  need(ports.topics.ack(ports.options.terminal));
  tell(Presence::online, true);
  fetcher.on_connected();
  uploader.on_connected();
}

void TerminalAgent::State::lost(std::string const& why) {
  ports.status.connected = false;
  state_due = SteadyTime::max();
  ports.report({Code::io, "mqtt: " + why});
  fetcher.on_lost();
  uploader.on_lost();
}

void TerminalAgent::State::arrived(std::string const& topic, std::string const& payload) {
  auto const parts = ports.topics.parse(topic);
  if (parts && parts->kind == TopicKind::manifest && parts->name == ports.options.scope) {
    fetcher.on_manifest(payload);
  } else if (parts && parts->kind == TopicKind::chunk) {
    fetcher.on_piece(topic, *parts, payload);
  } else if (parts && parts->kind == TopicKind::ack && parts->name == ports.options.terminal.value) {
    uploader.on_ack(payload);
  } else {
    ++ports.status.stray_messages;
    return;
  }
  tell(Presence::online, false);
}

TerminalState TerminalAgent::State::describe(Presence presence) const {
  auto const active = store.active();
  TerminalState state = offline_state(ports.options, ports.callbacks.clock().wall);
  state.presence = presence;
  state.release = active ? active->release : 0;
  state.wanted = ports.status.wanted;
  state.phase = fetcher.phase();
  state.epoch = outbox.epoch();
  state.pending = outbox.pending();
  state.dropped = outbox.dropped();
  state.last_error = ports.status.last_error;
  if (ports.callbacks.counters) state.counters = ports.callbacks.counters();
  return state;
}

/// Publishes the state: at once when release or error changed, else every `state_every`.
void TerminalAgent::State::tell(Presence presence, bool always) {
  auto const state = describe(presence);
  auto const gist = std::to_string(state.release) + " " + std::to_string(state.wanted) + " " + state.last_error;
  if (!always && gist == state_told) return;
  state_told = gist;
  state_due = ports.now() + ports.options.state_every;
  auto message = encode_state(state);
  if (!message) return ports.report(message.error());
  ports.link.publish({ports.topics.state(ports.options.terminal), std::move(*message), true},
                     [](Result<void> const&) {});
}

TerminalAgent::TerminalAgent(MqttLink& link, Outbox& outbox, BundleStore& store, KeyRing keys, AgentOptions options,
                             AgentCallbacks callbacks)
    : state_(std::make_shared<State>(link, outbox, store, std::move(keys), std::move(options), std::move(callbacks))) {
  state_->ports.alive = state_;
  if (!store.damage().empty()) state_->ports.report({Code::corrupt, store.damage()});
}

TerminalAgent::~TerminalAgent() = default;

void TerminalAgent::start() {
  // Runs on the link's threads: copies what it needs and hops over.
  auto const hop = [post = state_->ports.callbacks.post, life = std::weak_ptr<State>(state_)](auto task) {
    post([life, task = std::move(task)] {
      if (auto const state = life.lock()) task(*state);
    });
  };
  MqttEvents events;
  events.on_connected = [hop](bool) { hop([](State& state) { state.connected(); }); };
  events.on_lost = [hop](std::string const& why) { hop([why](State& state) { state.lost(why); }); };
  events.on_message = [hop](MqttMessage const& message) {
    hop([topic = std::string(message.topic), payload = std::string(message.payload)](State& state) {
      state.arrived(topic, payload);
    });
  };
  state_->ports.link.start(std::move(events));
}

void TerminalAgent::stop(std::chrono::milliseconds patience) {
  if (state_->ports.status.connected) state_->tell(Presence::offline, true);
  state_->ports.status.connected = false;
  state_->ports.link.stop(patience);
}

void TerminalAgent::tick() {
  state_->fetcher.tick();
  state_->uploader.tick();
  if (state_->ports.status.connected) state_->tell(Presence::online, state_->ports.now() >= state_->state_due);
}

SteadyTime TerminalAgent::next_due() const {
  return std::min({state_->fetcher.next_due(), state_->uploader.next_due(), state_->state_due});
}

void TerminalAgent::results_committed() { state_->uploader.nudge(); }

AgentStatus TerminalAgent::status() const {
  auto status = state_->ports.status;
  auto const active = state_->store.active();
  status.release = active ? active->release : 0;
  status.phase = state_->fetcher.phase();
  status.pending = state_->outbox.pending();
  return status;
}

Result<MqttOptions> terminal_mqtt_options(AgentOptions const& options, Timestamp now) {
  auto will = encode_state(offline_state(options, now));
  if (!will) return tl::unexpected(will.error());
  MqttOptions mqtt;
  mqtt.client_id = options.terminal.value;
  mqtt.user = options.terminal.value;
  mqtt.will = MqttWill{Topics(options.chain).state(options.terminal), std::move(*will), true};
  return mqtt;
}

}  // namespace tillcue::sync
