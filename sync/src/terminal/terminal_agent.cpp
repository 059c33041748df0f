#include "tillcue/sync/terminal_agent.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "backoff.hpp"
#include "fetcher.hpp"
#include "tillcue/sync/state.hpp"
#include "uploader.hpp"
#include "words.hpp"

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

/// A subscription the agent cannot do without: asked for again, later and later, until the broker grants it.
struct Need {
  std::string filter;
  Backoff backoff;
  std::optional<Backoff> refresh{};  ///< when granted, asked for again all the same
  SteadyTime due = SteadyTime::max();
  std::uint64_t attempt = 0;  ///< tells a late Done from the current one

  void forget() {
    ++attempt;
    due = SteadyTime::max();
  }
};

struct TerminalAgent::State {
  AgentPorts ports;
  std::vector<std::unique_ptr<Need>> needs;
  Outbox& outbox;
  BundleStore& store;
  Fetcher fetcher;
  Uploader uploader;
  Words words;
  SteadyTime state_due = SteadyTime::max();
  SteadyTime told_at{};
  bool filled = false;     ///< the outbox held something since the last state
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
        uploader(ports, box),
        words(ports) {
    ports.changed = [this] {
      if (ports.status.connected) tell(Presence::online, false);
    };
    auto const& every = ports.options;
    for (auto const& scope : fetcher.scopes()) must_have(ports.topics.manifest(scope), every.manifest_every);
    must_have(ports.topics.ack(options.terminal), std::chrono::milliseconds{0});
    for (auto& filter : words.filters()) {
      bool const live = ports.topics.parse(filter)->kind == TopicKind::live;
      must_have(std::move(filter), live ? every.word_every : every.manifest_every);
    }
  }

  void must_have(std::string filter, std::chrono::milliseconds again) {
    auto const& o = ports.options;
    auto const seed = o.seed + 2 + 2 * needs.size();
    auto need =
        std::make_unique<Need>(Need{.filter = std::move(filter), .backoff = {o.retry_first, o.retry_most, seed}});
    if (again.count() > 0) need->refresh = Backoff(again, again, seed + 1);
    needs.push_back(std::move(need));
  }

  void connected();
  void lost(std::string const& why);
  void arrived(std::string const& topic, std::string const& payload);
  void ask(Need& need);
  void drained();
  void tell(Presence presence, bool always);
  [[nodiscard]] TerminalState describe(Presence presence) const;
};

void TerminalAgent::State::ask(Need& need) {
  need.forget();
  // At most once is enough: the manifest is retained, and a batch whose acknowledgement got lost is sent again.
  ports.link.subscribe_at_most_once(
      need.filter, ports.on_thread([this, &need, attempt = need.attempt](Result<void> const& result) {
        if (attempt != need.attempt) return;
        if (!result) {
          need.due = ports.now() + need.backoff.next();
          return ports.report(result.error().within("subscribe " + need.filter), Concern::connection);
        }
        need.backoff.reset();
        ports.over(Concern::connection);
        tell(Presence::online, false);
        if (need.refresh) need.due = ports.now() + need.refresh->next();
      }));
}

void TerminalAgent::State::connected() {
  ports.status.connected = true;
  ++ports.status.connects;
  // Always, also when the broker remembers us: subscribing is how the retained manifest is fetched.
  for (auto& need : needs) ask(*need);
  ports.over(Concern::connection);
  filled = outbox.pending() > 0;
  tell(Presence::online, true);
  fetcher.on_connected();
  uploader.on_connected();
  words.on_connected();
}

void TerminalAgent::State::lost(std::string const& why) {
  ports.status.connected = false;
  state_due = SteadyTime::max();
  for (auto& need : needs) need->forget();
  ports.report({Code::io, "mqtt: " + why}, Concern::connection);
  fetcher.on_lost();
  uploader.on_lost();
  words.on_lost();
}

void TerminalAgent::State::arrived(std::string const& topic, std::string const& payload) {
  auto const parts = ports.topics.parse(topic);
  if (parts && parts->kind == TopicKind::manifest) {
    fetcher.on_manifest(parts->name, payload);
  } else if (parts && parts->kind == TopicKind::chunk) {
    fetcher.on_piece(topic, *parts, payload);
  } else if (parts && parts->kind == TopicKind::ack && parts->name == ports.options.terminal.value) {
    uploader.on_ack(payload);
    drained();
  } else if (parts &&
             (parts->kind == TopicKind::live || parts->kind == TopicKind::config || parts->kind == TopicKind::keys)) {
    words.on_word(*parts, payload);
    if (std::exchange(ports.keys_changed, false)) {
      for (auto& need : needs) ask(*need);
    }
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
  state.can = {"parcels", "stages"};
  state.pending = outbox.pending();
  state.dropped = outbox.dropped();
  state.thinned = outbox.thinned();
  state.shortage = outbox.shortage();
  state.last_error = ports.status.last_error;
  if (ports.callbacks.counters) state.counters = ports.callbacks.counters();
  if (store.refused_release() != 0)
    state.counters["refused_release"] = static_cast<std::int64_t>(store.refused_release());
  return state;
}

/// HQ would show results waiting that it has, and counters from before them, until the next minute.
void TerminalAgent::State::drained() {
  if (!filled || outbox.pending() > 0) return;
  filled = false;
  state_due = std::min(state_due, std::max(ports.now(), told_at + ports.options.state_pause));
  if (ports.now() >= state_due) tell(Presence::online, true);
}

/// Publishes the state: at once when release or error changed, else every `state_every`.
void TerminalAgent::State::tell(Presence presence, bool always) {
  auto const state = describe(presence);
  auto const gist = std::to_string(state.release) + " " + std::to_string(state.wanted) +
                    (state.shortage.empty() ? " " : " short ") + state.last_error;
  if (!always && gist == state_told) return;
  state_told = gist;
  told_at = ports.now();
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

void TerminalAgent::start() { state_->ports.link.start(events_to<State>(state_, state_->ports.callbacks.post)); }

void TerminalAgent::stop(std::chrono::milliseconds patience) {
  if (state_->ports.status.connected) state_->tell(Presence::offline, true);
  state_->ports.status.connected = false;
  state_->ports.link.stop(patience);
}

void TerminalAgent::tick() {
  state_->fetcher.tick();
  state_->uploader.tick();
  state_->words.tick();
  for (auto& need : state_->needs) {
    if (state_->ports.status.connected && state_->ports.now() >= need->due) state_->ask(*need);
  }
  if (state_->ports.status.connected) state_->tell(Presence::online, state_->ports.now() >= state_->state_due);
}

SteadyTime TerminalAgent::next_due() const {
  auto due =
      std::min({state_->fetcher.next_due(), state_->uploader.next_due(), state_->words.next_due(), state_->state_due});
  for (auto const& need : state_->needs) due = std::min(due, need->due);
  return due;
}

void TerminalAgent::holding_changed() { state_->words.changed(); }

void TerminalAgent::results_committed() {
  state_->filled = state_->filled || state_->outbox.pending() > 0;
  state_->uploader.nudge();
}

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
