#include "fetcher.hpp"

#include <algorithm>

#include "tillcue/sync/state.hpp"

namespace tillcue::sync {

// offline: no connection; what is staged waits. idle: connected, nothing to fetch. paused: waits before trying again.
Fetcher::Step const Fetcher::kFlow[] = {
    {State::offline, Event::staged, State::offline, &Fetcher::nothing},
    {State::offline, Event::connected, State::fetching, &Fetcher::ask_anew},
    {State::idle, Event::staged, State::fetching, &Fetcher::ask_anew},
    {State::idle, Event::lost, State::offline, &Fetcher::forget},
    {State::fetching, Event::staged, State::fetching, &Fetcher::ask_anew},
    {State::fetching, Event::connected, State::fetching, &Fetcher::ask_anew},
    {State::fetching, Event::arrived, State::fetching, &Fetcher::ask},
    {State::fetching, Event::complete, State::idle, &Fetcher::activate},
    {State::fetching, Event::failed, State::paused, &Fetcher::wait_longer},
    {State::fetching, Event::silence, State::paused, &Fetcher::call_hq},
    {State::fetching, Event::given_up, State::idle, &Fetcher::rest},
    {State::fetching, Event::lost, State::offline, &Fetcher::forget},
    {State::idle, Event::failed, State::paused, &Fetcher::wait_longer},
    {State::idle, Event::connected, State::fetching, &Fetcher::ask_anew},
    {State::paused, Event::staged, State::fetching, &Fetcher::ask_anew},
    {State::paused, Event::connected, State::fetching, &Fetcher::ask_anew},
    {State::paused, Event::arrived, State::paused, &Fetcher::nothing},
    {State::paused, Event::retry, State::fetching, &Fetcher::ask_anew},
    {State::paused, Event::lost, State::offline, &Fetcher::forget},
};

Fetcher::Fetcher(AgentPorts& ports, BundleStore& store)
    : ports_(ports), store_(store), backoff_(ports.options.retry_first, ports.options.retry_most, ports.options.seed) {}

void Fetcher::happens(Event event) {
  for (auto const& step : kFlow) {
    if (step.from != state_ || step.event != event) continue;
    state_ = step.to;
    return (this->*step.action)();
  }
}

void Fetcher::on_connected() { happens(Event::connected); }
void Fetcher::on_lost() { happens(Event::lost); }

bool Fetcher::expired(Manifest const& manifest) const {
  auto const now = std::chrono::duration_cast<std::chrono::seconds>(ports_.callbacks.clock().wall.time_since_epoch());
  return manifest.expires <= now.count();
}

std::vector<std::string> Fetcher::scopes() const { return {"all"}; }

Result<Manifest> Fetcher::accept(std::string_view scope, std::string_view payload) const {
  auto const body = unseal(ports_.keys, payload);
  if (!body) return tl::unexpected(body.error());
  auto manifest = decode_manifest(*body);
  if (!manifest) return manifest;
  auto const& options = ports_.options;
  auto const refuse = [](std::string why) { return fail(Code::rejected, "manifest: " + std::move(why)); };
  if (manifest->chain != options.chain) return refuse("is for chain \"" + manifest->chain + "\"");
  if (manifest->scope != scope) return refuse("is for scope \"" + manifest->scope + "\"");
  if (expired(*manifest)) {
    return refuse("release " + std::to_string(manifest->release) + " has expired: publish it again, or set the clock");
  }
  auto const order = compare_versions(options.version, manifest->minimum_version);
  if (!order) return tl::unexpected(order.error());
  if (*order < 0) return refuse("needs program version " + manifest->minimum_version + ", this is " + options.version);
  return manifest;
}

void Fetcher::on_manifest(std::string_view scope, std::string_view payload) {
  if (payload.empty()) return;  // HQ cleared it
  auto const manifest = accept(scope, payload);
  auto const current = store_.active();
  // The retained manifest of what runs already comes with every connect.
  if (manifest && current && current->release == manifest->release && current->bundle == manifest->bundle) {
    ports_.status.wanted = manifest->release;
    return ports_.over(Concern::manifest);
  }
  auto const* staged = store_.staged();
  bool const known =
      manifest && staged != nullptr && staged->release == manifest->release && staged->bundle == manifest->bundle;
  if (known) return ports_.over(Concern::manifest);
  if (manifest && staged != nullptr && manifest->release <= staged->release) {
    ++ports_.status.manifests_refused;
    return ports_.report({Code::rejected, "manifest: release " + std::to_string(manifest->release) +
                                              " is older than the one on its way"},
                         Concern::manifest);
  }
  auto const staging = manifest ? store_.stage(*manifest) : Result<void>(tl::unexpected(manifest.error()));
  if (!staging) {
    ++ports_.status.manifests_refused;
    return ports_.report(staging.error(), Concern::manifest);
  }
  ports_.over(Concern::manifest);
  ports_.status.wanted = manifest->release;
  unsubscribe_all();
  backoff_.reset();
  happens(Event::staged);
}

void Fetcher::subscribe(std::string const& topic, std::uint32_t index) {
  asked_.emplace(topic, index);
  ports_.link.subscribe_at_most_once(topic, ports_.on_thread([this, topic](Result<void> const& result) {
    if (result || !asked_.contains(topic)) return;
    asked_.erase(topic);
    ports_.report(result.error().within("chunk"),
                  result.error().code == Code::io ? Concern::connection : Concern::other);
    happens(Event::failed);
  }));
}

/// Fills the window; switches over when nothing is missing any more.
void Fetcher::ask() {
  auto const* manifest = store_.staged();
  if (manifest == nullptr) return happens(Event::given_up);
  // A fetch may take days of bad connections; nothing comes between this look and the switch below.
  if (expired(*manifest)) {
    ++ports_.status.manifests_refused;
    ports_.report({Code::rejected, "manifest: release " + std::to_string(manifest->release) +
                                       " expired before all of it was here: publish it again"});
    auto const active = store_.active();
    ports_.status.wanted = active ? active->release : 0;
    store_.discard();
    return happens(Event::given_up);
  }
  due_ = ports_.now() + ports_.options.piece_timeout;
  if (store_.needs_chunk_list()) {
    if (asked_.empty()) subscribe(ports_.topics.chunk(*manifest->chunk_list, 0), 0);
    return;
  }
  auto const missing = store_.missing();
  if (missing.empty()) return happens(Event::complete);
  for (auto const index : missing) {
    if (asked_.size() >= ports_.options.window) break;
    auto const topic = ports_.topics.chunk(manifest->bundle, index);
    if (!asked_.contains(topic)) subscribe(topic, index);
  }
}

void Fetcher::ask_anew() {
  unsubscribe_all();
  ask();
}

void Fetcher::on_piece(std::string_view topic, TopicParts const& parts, std::string_view payload) {
  auto const it = asked_.find(topic);
  if (it == asked_.end()) {
    // Delivered after we stopped waiting for it, or the broker remembered an old subscription.
    ++ports_.status.stray_messages;
    return ports_.link.unsubscribe(std::string(topic), [](Result<void> const&) {});
  }
  ports_.link.unsubscribe(it->first, [](Result<void> const&) {});
  asked_.erase(it);
  take(parts, payload);
}

void Fetcher::take(TopicParts const& parts, std::string_view payload) {
  auto const taken = store_.needs_chunk_list() ? store_.put_chunk_list(payload) : store_.put(parts.index, payload);
  if (!taken) {
    if (taken.error().code == Code::corrupt) ++ports_.status.pieces_refused;
    ports_.report(taken.error());
    // What the broker keeps is wrong: HQ has to publish it again. A full disk is only waited out.
    return happens(taken.error().code == Code::corrupt ? Event::silence : Event::failed);
  }
  ++ports_.status.pieces;
  backoff_.reset();
  happens(Event::arrived);
}

void Fetcher::tick() {
  if (ports_.now() < due_) return;
  due_ = SteadyTime::max();
  if (state_ == State::fetching) {
    ++ports_.status.piece_timeouts;
    ports_.report({Code::timeout, "chunk: nothing came from the broker for " +
                                      std::to_string(ports_.options.piece_timeout.count()) + " ms"});
    return happens(Event::silence);
  }
  happens(Event::retry);
}

/// Asks HQ to publish what the broker does not have, then waits.
void Fetcher::call_hq() {
  auto const* manifest = store_.staged();
  if (manifest != nullptr) {
    bool const list = store_.needs_chunk_list();
    ChunkRequest request{.terminal = ports_.options.terminal,
                         .release = manifest->release,
                         .object = list ? *manifest->chunk_list : manifest->bundle,
                         .missing = list ? std::vector<std::uint32_t>{0} : store_.missing()};
    request.missing.resize(std::min<std::size_t>(request.missing.size(), 64));
    if (auto message = encode_request(request)) {
      ports_.link.publish({ports_.topics.request(ports_.options.terminal), std::move(*message), false},
                          [](Result<void> const&) {});
    }
  }
  wait_longer();
}

void Fetcher::wait_longer() { due_ = ports_.now() + backoff_.next(); }

void Fetcher::forget() {
  asked_.clear();
  due_ = SteadyTime::max();
}

void Fetcher::rest() {
  unsubscribe_all();
  due_ = SteadyTime::max();
}

void Fetcher::activate() {
  rest();
  auto const active = store_.activate();
  if (active) {
    ports_.status.last_error.clear();
    if (ports_.callbacks.on_bundle) ports_.callbacks.on_bundle(active->file, active->release);
    return;
  }
  ports_.report(active.error().within("activate release"));
  // A refused self-test is final for this release; damage, a full disk and the like are tried again.
  if (active.error().code != Code::rejected) happens(Event::failed);
}

void Fetcher::unsubscribe_all() {
  for (auto const& [topic, index] : asked_) ports_.link.unsubscribe(topic, [](Result<void> const&) {});
  asked_.clear();
}

std::string Fetcher::phase() const {
  auto const* manifest = store_.staged();
  if (manifest == nullptr) return "idle";
  if (store_.needs_chunk_list()) return "listing";
  if (state_ == State::paused) return "paused";
  auto const all = manifest->chunk_count();
  return "fetching " + std::to_string(all - store_.missing().size()) + "/" + std::to_string(all);
}

}  // namespace tillcue::sync
