#include "fetcher.hpp"

#include <algorithm>
#include <utility>

#include "tillcue/sync/state.hpp"

namespace tillcue::sync {

// offline: no connection; what is staged waits. idle: connected, nothing to fetch. opening: a parcel, on another
// thread. paused: waits before trying again.
Fetcher::Step const Fetcher::kFlow[] = {
    {State::offline, Event::staged, State::offline, &Fetcher::nothing},
    {State::offline, Event::connected, State::fetching, &Fetcher::ask_anew},
    {State::idle, Event::staged, State::fetching, &Fetcher::ask_anew},
    {State::idle, Event::lost, State::offline, &Fetcher::forget},
    {State::fetching, Event::staged, State::fetching, &Fetcher::ask_anew},
    {State::fetching, Event::connected, State::fetching, &Fetcher::ask_anew},
    {State::fetching, Event::arrived, State::fetching, &Fetcher::ask},
    {State::fetching, Event::complete, State::opening, &Fetcher::open},
    {State::opening, Event::opened, State::idle, &Fetcher::activate},
    {State::opening, Event::spoilt, State::fetching, &Fetcher::ask_anew},
    {State::opening, Event::staged, State::fetching, &Fetcher::ask_anew},
    {State::opening, Event::given_up, State::idle, &Fetcher::rest},
    {State::opening, Event::lost, State::offline, &Fetcher::forget},
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
    {State::paused, Event::given_up, State::idle, &Fetcher::rest},
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

std::vector<std::string> Fetcher::scopes() const {
  std::vector<std::string> scopes{"all", kNextScope};
  auto const& options = ports_.options;
  for (auto const& scope : {Scope{Scope::Kind::group, options.group}, Scope{Scope::Kind::store, options.store},
                            Scope{Scope::Kind::terminal, options.terminal.value}}) {
    if (is_topic_name(scope.name) && is_topic_name(scope.text())) scopes.push_back(scope.text());
  }
  return scopes;
}

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

/// HQ took it away: a stage that was stopped. What is fetched for it is left.
void Fetcher::cleared(std::string_view scope) {
  if (scope != kNextScope) return;
  waiting_.clear();
  begin_ = SteadyTime::max();
  if (store_.staged() == nullptr || staged_scope_ != scope) return;
  store_.discard();
  happens(Event::given_up);
}

/// Whether a staged release is this terminal's already. Who is in the stage begins after a delay of its own.
bool Fetcher::may_begin(Manifest const& manifest, std::string_view payload) {
  auto const& stage = *manifest.stage;
  auto const& name = ports_.options.terminal.value;
  if (manifest.release < staged_release_ || (manifest.release == staged_release_ && stage.revision < revision_))
    return false;
  bool const heard = manifest.release == staged_release_ && begin_ != SteadyTime::max();
  staged_release_ = manifest.release;
  revision_ = stage.revision;
  if (stage.paused || !stage.includes(manifest.release, name)) {
    cleared(kNextScope);
    return false;
  }
  if (waiting_ == payload && ports_.now() >= begin_) return true;
  waiting_ = payload;
  if (heard) return ports_.now() >= begin_;
  begin_ = ports_.now() + std::chrono::seconds{stage.delay(manifest.release, name)};
  return ports_.now() >= begin_;
}

bool Fetcher::runs(Manifest const& manifest) const {
  auto const current = store_.active();
  return current && current->release == manifest.release && current->bundle == manifest.bundle;
}

void Fetcher::on_manifest(std::string_view scope, std::string_view payload) {
  if (payload.empty()) return cleared(scope);
  auto const manifest = accept(scope, payload);
  if (!manifest) {
    ++ports_.status.manifests_refused;
    return ports_.report(manifest.error(), Concern::manifest);
  }
  // The retained manifest of what runs already comes with every connect.
  if (runs(*manifest)) {
    ports_.status.wanted = manifest->release;
    return ports_.over(Concern::manifest);
  }
  // Several scopes have something for this terminal: the newest counts.
  if (manifest->release < store_.newest_release() && store_.newest_scope() != scope) return;
  auto const* staged = store_.staged();
  if (staged != nullptr && manifest->release < staged->release && staged_scope_ != scope) return;
  if (manifest->stage && !may_begin(*manifest, payload)) return;
  take(*manifest);
}

void Fetcher::take(Manifest const& manifest) {
  auto const* staged = store_.staged();
  if (staged != nullptr && staged->release == manifest.release && staged->bundle == manifest.bundle) {
    // A stage that has become everybody's release.
    if (manifest.scope == "all") staged_scope_ = manifest.scope;
    return ports_.over(Concern::manifest);
  }
  auto const refuse = [&](Error const& error) {
    ++ports_.status.manifests_refused;
    ports_.report(error, Concern::manifest);
  };
  if (staged != nullptr && manifest.release <= staged->release) {
    return refuse({Code::rejected,
                   "manifest: release " + std::to_string(manifest.release) + " is older than the one on its way"});
  }
  if (auto const staging = store_.stage(manifest); !staging) return refuse(staging.error());
  ports_.over(Concern::manifest);
  ports_.status.wanted = manifest.release;
  staged_scope_ = manifest.scope;
  ++job_;
  opening_ = false;
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
    if (asked_.empty()) subscribe(ports_.topics.chunk(*store_.wanted_list(), 0), 0);
    return;
  }
  auto const missing = store_.missing();
  if (missing.empty()) return happens(Event::complete);
  for (auto const index : missing) {
    if (asked_.size() >= ports_.options.window) break;
    auto const topic = ports_.topics.chunk(store_.wanted_object(), index);
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
  take_piece(parts, payload);
}

void Fetcher::take_piece(TopicParts const& parts, std::string_view payload) {
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
  if (ports_.now() >= begin_ && !waiting_.empty()) {
    begin_ = SteadyTime::max();
    auto const manifest = accept(kNextScope, std::exchange(waiting_, {}));
    if (manifest && !runs(*manifest)) take(*manifest);
    if (!manifest) ports_.report(manifest.error(), Concern::manifest);
  }
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
                         .object = list ? *store_.wanted_list() : store_.wanted_object(),
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

/// A parcel is opened on another thread: it takes seconds, and a till waits for milliseconds.
void Fetcher::open() {
  rest();
  if (opening_) return;
  auto work = store_.unpacking();
  if (!work) return happens(Event::opened);
  opening_ = true;
  auto const job = ++job_;
  auto ended = [this, life = ports_.alive, post = ports_.callbacks.post, job](Result<void> outcome) {
    post([this, life, job, outcome = std::move(outcome)] {
      if (auto const held = life.lock()) opened(job, outcome);
    });
  };
  if (!ports_.callbacks.work) return ended(work());
  ports_.callbacks.work([work = std::move(work), ended = std::move(ended)] { ended(work()); });
}

void Fetcher::opened(std::uint64_t job, Result<void> const& outcome) {
  if (job != job_) return;
  opening_ = false;
  if (store_.staged() == nullptr) return;  // left in the meantime
  store_.unpacked(outcome);
  if (!outcome) ports_.report(outcome.error().within("another way is taken"));
  happens(outcome ? Event::opened : Event::spoilt);
  ports_.changed();
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
  if (state_ == State::opening) return "opening";
  auto const all = store_.wanted_pieces();
  return "fetching " + std::to_string(all - store_.missing().size()) + "/" + std::to_string(all);
}

}  // namespace tillcue::sync
