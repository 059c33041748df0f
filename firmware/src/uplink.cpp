#include "uplink.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>
#include <vector>

#include "link_parts.hpp"
#include "loaded_bundle.hpp"
#include "tillcue/sync/probe.hpp"

namespace tillcue::terminal {
namespace {

/// What a bundle must be able to do before it may run here: open, speak the store's money, and answer for an empty
/// basket and for each of a few of its own items.
Result<void> self_test(std::span<std::byte const> bytes, StoreConfig const& store) {
  auto bundle = Bundle::from_bytes(bytes);
  if (!bundle) return tl::unexpected(bundle.error());
  if (auto const fits = fits_store(*bundle, store); !fits) return fits;
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

}  // namespace

Uplink::Uplink(Config const& config, Log const& log, Callbacks callbacks, sync::Outbox outbox, sync::BundleStore store)
    : config_(config),
      log_(log),
      callbacks_(std::move(callbacks)),
      outbox_(std::move(outbox)),
      store_(std::move(store)),
      opened_(callbacks_.clock().steady) {}

Uplink::~Uplink() {
  store_.break_off();
  if (worker_.joinable()) worker_.join();
}

Result<std::unique_ptr<Uplink>> Uplink::open(Config const& config, Log const& log, Callbacks callbacks) {
  auto outbox = open_outbox(config, log, callbacks.clock());
  if (!outbox) return tl::unexpected(outbox.error());
  auto store = sync::BundleStore::open(
      config.data_dir / "bundles", [&config](auto bytes) { return self_test(bytes, config.store); }, {},
      [](auto bytes, auto probes) -> Result<void> {
        auto const bundle = Bundle::from_bytes(bytes);
        if (!bundle) return tl::unexpected(bundle.error());
        return sync::check_probes(*bundle, probes);
      });
  if (!store) return tl::unexpected(store.error());
  if (!store->damage().empty()) log.error("bundle.damaged", {{"fell_back", store->damage()}});
  return std::unique_ptr<Uplink>(new Uplink(config, log, std::move(callbacks), std::move(*outbox), std::move(*store)));
}

Result<void> Uplink::connect() {
  auto keys = believed_keys(config_, log_, callbacks_.keys_word ? callbacks_.keys_word() : std::string());
  if (!keys) return tl::unexpected(keys.error());
  auto const options = agent_options(config_);
  auto link = open_link(config_, options, callbacks_.clock());
  if (!link) return tl::unexpected(link.error());
  link_ = std::move(*link);
  auto const on_error = [this](Error const& error) {
    ++troubles_;
    log_.warning("sync.trouble", {{"error", error.what}});
  };
  agent_ = std::make_unique<sync::TerminalAgent>(
      *link_, outbox_, store_, std::move(*keys), options,
      sync::AgentCallbacks{
          .post = callbacks_.post,
          .clock = callbacks_.clock,
          .on_bundle =
              [this](auto const& file, auto release) {
                opened_ = callbacks_.clock().steady;
                callbacks_.on_bundle(file, release);
              },
          .on_error = on_error,
          .counters = [this] { return counters(); },
          .work = [this](std::function<void()> task) { work(std::move(task)); },
          .held_number = [this](auto kind,
                                auto const& scope) { return callbacks_.held_number(sync::held_name(kind, scope)); },
          .on_word = callbacks_.on_word,
          .holding = callbacks_.holding});
  agent_->start();
  return {};
}

std::map<std::string, std::int64_t> Uplink::counters() const {
  auto all = callbacks_.counters ? callbacks_.counters() : std::map<std::string, std::int64_t>{};
  if (config_.sync->certificate.empty()) return all;
  // Head office tells who must have another soon.
  if (auto const end = sync::certificate_end(config_.sync->certificate); end) all["certificate_ends"] = *end;
  return all;
}

void Uplink::start() {
  auto const connected = connect();
  trouble_ = connected ? std::string() : connected.error().what;
  if (connected) return;
  retry_ = callbacks_.clock().steady + kRetry;
  log_.error("sync.closed", {{"error", trouble_}, {"retry_s", std::to_string(kRetry.count())}});
}

/// One at a time: a bundle is opened rarely, and its memory is wanted once.
void Uplink::work(std::function<void()> task) {
  if (worker_.joinable()) worker_.join();
  worker_ = std::thread(std::move(task));
}

void Uplink::ends_in_order() {
  if (auto const kept = store_.excuse(); !kept) log_.error("bundle.start", {{"error", kept.error().what}});
}

void Uplink::stop(std::chrono::milliseconds patience) {
  commit();
  if (agent_) agent_->stop(patience);
}

Result<void> Uplink::record(Outcome const& outcome) {
  auto const kept = outbox_.append(outcome);
  if (!kept) return kept;
  if (!commit_due_) commit_due_ = callbacks_.clock().steady + kGroup;
  // After a failed commit the time set there holds: hammering a full disk helps nobody.
  if (outbox_.buffered() >= kGroupMost && failure_.empty()) commit();
  return {};
}

void Uplink::commit() {
  commit_due_.reset();
  auto const before = std::pair{outbox_.thinned(), outbox_.dropped()};
  auto const done = outbox_.commit();
  failure_ = done ? std::string() : done.error().what;
  if (!done) {
    log_.error("outbox.commit", {{"error", done.error().what}, {"waiting", std::to_string(outbox_.buffered())}});
    commit_due_ = callbacks_.clock().steady + 10 * kGroup;
    return;
  }
  if (before != std::pair{outbox_.thinned(), outbox_.dropped()}) {
    log_.warning("outbox.thinned", {{"why", outbox_.shortage()},
                                    {"summed_up", std::to_string(outbox_.thinned() - before.first)},
                                    {"lost", std::to_string(outbox_.dropped() - before.second)},
                                    {"waiting", std::to_string(outbox_.pending())}});
  }
  if (agent_) agent_->results_committed();
}

void Uplink::tick() {
  auto const now = callbacks_.clock().steady;
  if (commit_due_ && *commit_due_ <= now) commit();
  if (!store_.proven() && now - opened_ >= kProof) {
    if (auto const proven = store_.prove(); !proven) log_.error("bundle.unproven", {{"error", proven.error().what}});
    opened_ = now;
  }
  if (!agent_ && retry_ <= now) start();
  if (agent_) agent_->tick();
}

std::chrono::steady_clock::time_point Uplink::next_due() const {
  auto next = agent_ ? agent_->next_due() : retry_;
  if (!store_.proven()) next = std::min(next, opened_ + kProof);
  return commit_due_ ? std::min(*commit_due_, next) : next;
}

}  // namespace tillcue::terminal
