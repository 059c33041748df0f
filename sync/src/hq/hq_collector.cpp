#include "tillcue/sync/hq_collector.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

constexpr std::chrono::seconds kRepublishPause{10};
constexpr std::chrono::milliseconds kSubscribeAgain{2'000};  // doubled after each refusal
constexpr std::chrono::milliseconds kSubscribeLatest{300'000};
constexpr std::chrono::seconds kBrokerTells{5};  // what it holds, after a subscription
constexpr std::size_t kRepublishMemory = 4'096;

Result<void> own_topic(TopicParts const& topic, TerminalId const& terminal) {
  if (topic.name == terminal.value) return {};
  return fail(Code::rejected, "terminal: \"" + terminal.value + "\" came on the topic of \"" + std::string{topic.name} +
                                  "\"; a terminal may speak for itself only");
}

}  // namespace

Collector::Collector(std::string_view chain, CollectorParts parts)
    : chain_(chain), topics_(chain), parts_(std::move(parts)) {}

MqttEvents Collector::events() {
  MqttEvents events;
  events.on_connected = [this](bool) { connected(); };
  events.on_lost = [this](std::string const& why) {
    ++parts_.counters.connection_losses;
    parts_.log(LogLevel::warning, log_line("broker.lost", {{"why", why}}));
    if (parts_.on_lost) parts_.on_lost();
  };
  events.on_message = [this](MqttMessage const& message) { on_message(message); };
  return events;
}

void Collector::connected() {
  ++parts_.counters.connects;
  parts_.log(LogLevel::info, log_line("broker.connected", {}));
  // Even when the broker kept the session: subscribing again repeats the retained states, which may have changed.
  std::array const filters{topics_.all_results(), topics_.all_states(), topics_.all_requests(), topics_.all_held(),
                           topics_.manifest("+")};
  {
    std::lock_guard const lock{mutex_};
    for (auto const& filter : filters) subscriptions_[filter] = {};
    heard_.clear();
    repeat_due_ = parts_.now() + kBrokerTells;
  }
  for (auto const& filter : filters) subscribe(filter);
  if (parts_.on_connected) parts_.on_connected();
}

void Collector::subscribe(std::string filter) {
  auto const done = [this, filter](Result<void> const& result) {
    {
      std::lock_guard const lock{mutex_};
      auto& subscription = subscriptions_[filter];
      subscription.granted = result.has_value();
      if (result) return;
      auto const wait = std::min<std::chrono::milliseconds>(
          kSubscribeAgain * (1L << std::min(subscription.failures++, 20U)), kSubscribeLatest);
      subscription.due = parts_.now() + wait;
    }
    parts_.log(LogLevel::error, log_line("subscribe.failed", {{"filter", filter}, {"why", result.error().what}}));
  };
  parts_.link.subscribe(filter, done);
}

void Collector::tick() {
  if (!parts_.link.connected()) return;
  std::vector<std::string> due;
  bool repeat = false;
  {
    std::lock_guard const lock{mutex_};
    auto const now = parts_.now();
    repeat = repeat_due_ && now >= *repeat_due_ && subscriptions_[topics_.manifest("+")].granted;
    if (repeat) repeat_due_.reset();
    for (auto& [filter, subscription] : subscriptions_) {
      if (!subscription.due || now < *subscription.due) continue;
      subscription.due.reset();
      due.push_back(filter);
    }
  }
  for (auto& filter : due) subscribe(std::move(filter));
  if (repeat) repeat_releases();
}

/// A broker without persistence forgets everything, one that was killed what it had not written yet. Terminals that
/// come later would get nothing, or the release of before.
void Collector::repeat_releases() {
  auto const known = parts_.inbox.manifests();
  if (!known) return parts_.log(LogLevel::error, log_line("release.not_repeated", {{"why", known.error().what}}));
  auto const now = unix_seconds(parts_.now());
  for (auto const& manifest : *known) {
    {
      std::lock_guard const lock{mutex_};
      auto const heard = heard_.find(manifest.scope);
      if (heard != heard_.end() && heard->second >= manifest.release) continue;
    }
    // Stages are repeated by whoever drives them.
    if (manifest.scope == kNextScope || manifest.expires <= now) continue;
    auto const body = encode_manifest(manifest);
    auto envelope = body ? seal(parts_.key, *body) : Result<std::string>{tl::unexpected{body.error()}};
    if (!envelope) continue;
    parts_.log(LogLevel::warning,
               log_line("release.repeated", {{"scope", manifest.scope}, {"release", manifest.release}}));
    parts_.link.publish({topics_.manifest(manifest.scope), std::move(*envelope), true}, [this](Result<void> const& r) {
      if (!r) parts_.log(LogLevel::warning, log_line("release.not_repeated", {{"why", r.error().what}}));
    });
  }
}

std::optional<std::string> Collector::not_subscribed() const {
  std::lock_guard const lock{mutex_};
  std::string filters;
  for (auto const& [filter, subscription] : subscriptions_) {
    if (!subscription.granted) filters += (filters.empty() ? "" : ", ") + filter;
  }
  if (filters.empty()) return std::nullopt;
  return "not subscribed to " + filters + "; the log says why";
}

void Collector::on_message(MqttMessage const& message) {
  ++parts_.counters.messages;
  auto const done = dispatch(message);
  if (done) return;
  auto const& error = done.error();
  bool const our_trouble = error.code == Code::busy || error.code == Code::io || error.code == Code::corrupt;
  ++(our_trouble ? parts_.counters.store_failures : parts_.counters.refused);
  if (our_trouble) parts_.counters.storing = false;
  parts_.log(
      our_trouble ? LogLevel::error : LogLevel::warning,
      log_line(our_trouble ? "store.failed" : "message.refused", {{"topic", message.topic},
                                                                  {"bytes", std::uint64_t{message.payload.size()}},
                                                                  {"code", name(error.code)},
                                                                  {"why", error.what}}));
}

Result<void> Collector::dispatch(MqttMessage const& message) {
  auto const topic = topics_.parse(message.topic);
  if (!topic) return fail(Code::invalid, "not a topic of this chain");
  // Clearing a retained message arrives as an empty one.
  bool const kept =
      topic->kind == TopicKind::state || topic->kind == TopicKind::manifest || topic->kind == TopicKind::held;
  if (message.payload.empty() && kept) return {};
  switch (topic->kind) {
    case TopicKind::results:
      return take_results(*topic, message);
    case TopicKind::state:
      return take_state(*topic, message);
    case TopicKind::manifest:
      return take_manifest(*topic, message);
    case TopicKind::request:
      return take_request(*topic, message);
    case TopicKind::held:
      return take_held(*topic, message);
    case TopicKind::chunk:
    case TopicKind::ack:
    case TopicKind::live:
    case TopicKind::config:
    case TopicKind::keys:
      break;
  }
  return fail(Code::invalid, "HQ does not listen to this topic");
}

Result<void> Collector::take_results(TopicParts const& topic, MqttMessage const& message) {
  auto const batch = decode_batch(message.payload);
  if (!batch) return tl::unexpected{batch.error()};
  if (auto done = own_topic(topic, batch->terminal); !done) return done;
  auto const begun = std::chrono::steady_clock::now();
  auto const stored = parts_.inbox.store(*batch, parts_.now());
  auto const took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  parts_.counters.commit_micros += static_cast<std::uint64_t>(took.count());
  if (!stored) return tl::unexpected{stored.error()};
  count(*stored, batch->terminal);
  acknowledge(stored->ack);
  return {};
}

void Collector::count(Stored const& stored, TerminalId const& terminal) {
  auto& counters = parts_.counters;
  ++counters.batches;
  counters.storing = true;
  counters.events_added += stored.added;
  counters.events_duplicate += stored.duplicates;
  counters.events_changed += stored.changed;
  counters.events_unread += stored.unread;
  counters.events_lost += stored.lost;
  counters.events_thinned += stored.thinned;
  if (stored.thinned + stored.lost > 0) {
    parts_.log(LogLevel::warning, log_line("results.thinned", {{"terminal", terminal.value},
                                                               {"sums_of", std::uint64_t{stored.thinned}},
                                                               {"lost", std::uint64_t{stored.lost}}}));
  }
  if (stored.changed > 0) {
    parts_.log(LogLevel::error, log_line("alarm.changed_content", {{"terminal", terminal.value},
                                                                   {"epoch", to_text(stored.ack.epoch)},
                                                                   {"events", std::uint64_t{stored.changed}}}));
  }
  if (stored.unread > 0) {
    parts_.log(LogLevel::warning, log_line("alarm.unreadable_event",
                                           {{"terminal", terminal.value}, {"events", std::uint64_t{stored.unread}}}));
  }
}

void Collector::acknowledge(Ack const& ack) {
  auto const body = encode_ack(ack);
  auto const envelope = body ? seal(parts_.key, *body) : Result<std::string>{tl::unexpected{body.error()}};
  auto const done = [this, terminal = ack.terminal.value](Result<void> const& result) {
    ++(result ? parts_.counters.acks_sent : parts_.counters.acks_failed);
    if (result) return;
    // The terminal repeats the batch, finds it stored and gets the next word.
    parts_.log(LogLevel::warning, log_line("ack.failed", {{"terminal", terminal}, {"why", result.error().what}}));
  };
  if (!envelope) return done(tl::unexpected{envelope.error()});
  parts_.link.publish({topics_.ack(ack.terminal), *envelope, false}, done);
}

Result<void> Collector::take_state(TopicParts const& topic, MqttMessage const& message) {
  auto const state = decode_state(message.payload);
  if (!state) return tl::unexpected{state.error()};
  if (auto done = own_topic(topic, state->terminal); !done) return done;
  if (auto done = parts_.inbox.note_state(*state, message.retained, parts_.now()); !done) return done;
  ++parts_.counters.states;
  parts_.counters.storing = true;
  return {};
}

Result<void> Collector::take_held(TopicParts const& topic, MqttMessage const& message) {
  auto const held = decode_held(message.payload);
  if (!held) return tl::unexpected{held.error()};
  if (auto done = own_topic(topic, held->terminal); !done) return done;
  return parts_.on_held ? parts_.on_held(*held, message.retained) : Result<void>{};
}

Result<void> Collector::take_manifest(TopicParts const& topic, MqttMessage const& message) {
  auto const body = unseal(parts_.trusted, message.payload);
  if (!body) return tl::unexpected{body.error()};
  auto const manifest = decode_manifest(*body);
  if (!manifest) return tl::unexpected{manifest.error()};
  if (manifest->chain != chain_ || manifest->scope != topic.name) {
    return fail(Code::rejected, "the manifest is for chain \"" + manifest->chain + "\", scope \"" + manifest->scope +
                                    "\", not for this topic");
  }
  bool news = false;
  {
    std::lock_guard const lock{mutex_};
    auto& heard = heard_[manifest->scope];
    heard = std::max(heard, manifest->release);
    // Each stage of a rollout brings the same release again.
    news = std::exchange(told_[manifest->scope], manifest->release) != manifest->release;
  }
  if (auto done = parts_.inbox.note_release(*manifest, parts_.now()); !done) return done;
  if (!news) return {};
  parts_.log(LogLevel::info, log_line("release.seen", {{"scope", manifest->scope},
                                                       {"release", manifest->release},
                                                       {"bundle", manifest->bundle.hex()}}));
  return {};
}

Result<void> Collector::take_request(TopicParts const& topic, MqttMessage const& message) {
  auto const request = decode_request(message.payload);
  if (!request) return tl::unexpected{request.error()};
  if (auto done = own_topic(topic, request->terminal); !done) return done;
  ++parts_.counters.chunk_requests;
  parts_.log(LogLevel::warning, log_line("chunks.requested", {{"terminal", request->terminal.value},
                                                              {"release", request->release},
                                                              {"object", request->object.hex()},
                                                              {"missing", std::uint64_t{request->missing.size()}}}));
  if (parts_.shelf == nullptr) return {};
  for (auto const index : request->missing) republish(request->object, index);
  return {};
}

void Collector::republish(Sha256 const& object, std::uint32_t index) {
  if (lately(object, index)) return;
  auto bytes = parts_.shelf->chunk(object, index);
  if (!bytes) {
    parts_.log(LogLevel::error, log_line("chunk.not_republished", {{"why", bytes.error().what}}));
    return;
  }
  parts_.link.publish({topics_.chunk(object, index), std::move(*bytes), true}, [this](Result<void> const& result) {
    if (result) ++parts_.counters.chunks_republished;
    if (!result) parts_.log(LogLevel::error, log_line("chunk.not_republished", {{"why", result.error().what}}));
  });
}

bool Collector::lately(Sha256 const& object, std::uint32_t index) {
  auto const now = parts_.now();
  // A fleet asks for the same piece at once, and a broken terminal asks for ever: one answer serves them.
  if (republished_.size() >= kRepublishMemory) republished_.clear();
  auto& last = republished_[{object, index}];
  if (last != Timestamp{} && now - last < kRepublishPause) return true;
  last = now;
  return false;
}

}  // namespace tillcue::sync
