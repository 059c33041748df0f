#include "uplink.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

namespace tillcue::terminal {
namespace {

/// What a bundle must be able to do before it may run here: open, and answer for an empty basket and for each of a few
/// of its own items.
Result<void> self_test(std::span<std::byte const> bytes) {
  auto bundle = Bundle::from_bytes(bytes);
  if (!bundle) return tl::unexpected(bundle.error());
  std::vector<std::byte> memory(Scorer::memory_needed(*bundle));
  Scorer scorer(*bundle, memory);
  std::array<Suggestion, 5> places{};
  if (bundle->item_count() > 1 && rank(*bundle, scorer, {}, places) == 0) {
    return fail(Code::corrupt, "self-test: nothing to suggest for an empty basket");
  }
  for (std::uint32_t n = 0; n < std::min<std::uint32_t>(bundle->item_count(), 16); ++n) {
    ItemIx const item{n};
    if (bundle->find(bundle->item(item).sku) != item)
      return fail(Code::corrupt, "self-test: an item does not find itself");
    (void)rank(*bundle, scorer, {&item, 1}, places);
  }
  return {};
}

Result<sync::Outbox> open_outbox(Config const& config, Log const& log, sync::Moment now) {
  auto const file = config.data_dir / "outbox.sqlite";
  auto outbox = sync::Outbox::open(file, config.terminal);
  if (outbox || outbox.error().code != Code::corrupt) return outbox;
  auto const stamp = std::to_string(now.wall.time_since_epoch().count());
  log.error("outbox.damaged", {{"error", outbox.error().what}, {"kept_as", file.string() + ".damaged-" + stamp}});
  for (char const* part : {"", "-wal", "-shm"}) {
    std::error_code absent;
    std::filesystem::rename(file.string() + part, file.string() + ".damaged-" + stamp + part, absent);
  }
  return sync::Outbox::open(file, config.terminal);
}

sync::AgentOptions agent_options(Config const& config) {
  sync::AgentOptions options;
  options.chain = config.store.chain;
  options.terminal = config.terminal;
  options.version = TILLCUE_VERSION;
  options.seed = std::hash<std::string>{}(config.terminal.value);
  return options;
}

Result<std::unique_ptr<sync::MqttLink>> open_link(Config const& config, sync::AgentOptions const& options,
                                                  sync::Moment now) {
  auto mqtt = sync::terminal_mqtt_options(options, now.wall);
  if (!mqtt) return tl::unexpected(mqtt.error());
  mqtt->uri = config.sync->broker;
  if (!config.sync->ca.empty() || !config.sync->certificate.empty()) {
    mqtt->tls = sync::MqttTls{config.sync->ca, config.sync->certificate, config.sync->key, true};
  }
  return sync::make_paho_link(std::move(*mqtt));
}

Result<sync::KeyRing> open_keys(Config const& config) {
  sync::KeyRing keys;
  for (auto const& file : config.sync->trusted_keys) {
    if (auto const pinned = keys.pin_file(file); !pinned) return tl::unexpected(pinned.error());
  }
  return keys;
}

}  // namespace

Uplink::Uplink(Log const& log, sync::Outbox outbox, sync::BundleStore store, std::unique_ptr<sync::MqttLink> link,
               std::function<sync::Moment()> clock)
    : log_(log),
      outbox_(std::move(outbox)),
      store_(std::move(store)),
      link_(std::move(link)),
      clock_(std::move(clock)) {}

Uplink::~Uplink() = default;

Result<std::unique_ptr<Uplink>> Uplink::open(Config const& config, Log const& log, Callbacks callbacks) {
  auto const now = callbacks.clock();
  auto keys = open_keys(config);
  if (!keys) return tl::unexpected(keys.error());
  auto outbox = open_outbox(config, log, now);
  if (!outbox) return tl::unexpected(outbox.error());
  auto store = sync::BundleStore::open(config.data_dir / "bundles", self_test);
  if (!store) return tl::unexpected(store.error());
  if (!store->damage().empty()) log.error("bundle.damaged", {{"fell_back", store->damage()}});
  auto const options = agent_options(config);
  auto link = open_link(config, options, now);
  if (!link) return tl::unexpected(link.error());

  std::unique_ptr<Uplink> uplink(
      new Uplink(log, std::move(*outbox), std::move(*store), std::move(*link), callbacks.clock));
  sync::AgentCallbacks agent{std::move(callbacks.post), std::move(callbacks.clock), std::move(callbacks.on_bundle),
                             [&log](Error const& error) {
                               log.warning("sync.trouble", {{"error", error.what}});
                             },
                             std::move(callbacks.counters)};
  uplink->agent_ = std::make_unique<sync::TerminalAgent>(*uplink->link_, uplink->outbox_, uplink->store_,
                                                         std::move(*keys), options, std::move(agent));
  return uplink;
}

void Uplink::start() { agent_->start(); }

void Uplink::stop(std::chrono::milliseconds patience) {
  commit();
  agent_->stop(patience);
}

Result<void> Uplink::record(Outcome const& outcome) {
  auto const kept = outbox_.append(outcome);
  if (!kept) return kept;
  if (!commit_due_) commit_due_ = clock_().steady + kGroup;
  // After a failed commit the time set there holds: hammering a full disk helps nobody.
  if (outbox_.buffered() >= kGroupMost && !failing_) commit();
  return {};
}

void Uplink::commit() {
  commit_due_.reset();
  auto const done = outbox_.commit();
  failing_ = !done;
  if (failing_) {
    log_.error("outbox.commit", {{"error", done.error().what}, {"waiting", std::to_string(outbox_.buffered())}});
    commit_due_ = clock_().steady + 10 * kGroup;
    return;
  }
  agent_->results_committed();
}

void Uplink::tick() {
  if (commit_due_ && *commit_due_ <= clock_().steady) commit();
  agent_->tick();
}

std::chrono::steady_clock::time_point Uplink::next_due() const {
  auto const agent = agent_->next_due();
  return commit_due_ ? std::min(*commit_due_, agent) : agent;
}

}  // namespace tillcue::terminal
