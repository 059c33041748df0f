#include "till.hpp"

#include <stdexcept>

#include "sync/samples.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/sync/probe.hpp"

namespace tillcue::sync::fleet {
namespace {

template <class Value>
Value must(Result<Value> result, std::string const& what) {
  if (!result) throw std::runtime_error(what + ": " + result.error().what);
  return std::move(*result);
}

void must(Result<void> const& result, std::string const& what) {
  if (!result) throw std::runtime_error(what + ": " + result.error().what);
}

Timestamp wall() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

Result<void> opens(std::span<std::byte const> bytes) {
  auto const bundle = Bundle::from_bytes(bytes);
  return bundle ? Result<void>{} : tl::unexpected(bundle.error());
}

Result<void> answers(std::span<std::byte const> bytes, std::span<Probe const> probes) {
  auto const bundle = Bundle::from_bytes(bytes);
  return bundle ? check_probes(*bundle, probes) : tl::unexpected(bundle.error());
}

Result<BundleStore> open_store(std::filesystem::path const& folder) {
  return BundleStore::open(folder / "bundles", opens, {}, answers);
}

/// Every fifth a sale, the others decisions; the sale's name is the number the result gets, so that head office can
/// tell whether it stored the right one.
Outcome result_of(std::uint64_t number) {
  auto outcome = number % 5 == 0 ? test::sale() : test::decision(static_cast<std::uint32_t>(number));
  outcome.at = wall();
  std::visit([&](auto& what) { what.sale = SaleId{std::to_string(number)}; }, outcome.what);
  return outcome;
}

}  // namespace

Till::Till(Shared const& shared, std::string name, std::uint64_t seed, Loop& loop) : shared_(shared), loop_(loop) {
  auto const folder = shared.folder / name;
  std::filesystem::create_directories(folder);
  options_.chain = "demo";
  options_.terminal = TerminalId{std::move(name)};
  options_.version = TILLCUE_VERSION;
  options_.store = "s1";
  options_.seed = seed;
  outbox_.emplace(must(Outbox::open(folder / "outbox.sqlite", options_.terminal), "outbox"));
  store_.emplace(must(open_store(folder), "store"));
  auto mqtt = must(terminal_mqtt_options(options_, wall()), "mqtt");
  mqtt.uri = shared.broker;
  if (shared.hurried) hurry(mqtt);
  link_ = std::make_unique<CountedLink>(must(make_paho_link(std::move(mqtt)), "link"), shared.traffic, shared.cutter);
  agent_ = std::make_unique<TerminalAgent>(*link_, *outbox_, *store_, shared.keys, options_, callbacks());
}

Till::~Till() = default;

void Till::hurry(MqttOptions& mqtt) {
  using std::chrono::milliseconds;
  options_.piece_timeout = options_.ack_timeout = milliseconds{500};
  options_.retry_first = milliseconds{50};
  options_.retry_most = milliseconds{500};
  options_.manifest_every = milliseconds{1'000};
  mqtt.backoff_first = milliseconds{20};
  mqtt.backoff_most = milliseconds{200};
}

AgentCallbacks Till::callbacks() {
  AgentCallbacks calls;
  calls.post = [this](std::function<void()> task) { loop_.post(this, std::move(task)); };
  calls.clock = [] { return Moment{std::chrono::steady_clock::now(), wall()}; };
  calls.on_bundle = [this](std::filesystem::path const&, std::uint64_t) { must(store_->prove(), "prove"); };
  calls.on_error = [this](Error const& error) {
    ++errors_;
    last_error_ = error.what;
  };
  calls.counters = [this] {
    auto const sold = static_cast<std::int64_t>(outbox_->last_sequence());
    return std::map<std::string, std::int64_t>{{"sales", sold / 5}, {"decisions", sold - sold / 5}, {"errors", 0}};
  };
  calls.work = [this](std::function<void()> task) { shared_.workers.add(std::move(task)); };
  calls.held_number = [](WordKind, Scope const&) { return std::uint64_t{0}; };
  calls.on_word = [](Word const&) { return Result<void>{}; };
  calls.holding = [] { return Held{}; };
  return calls;
}

void Till::start() { agent_->start(); }
void Till::stop() { agent_->stop(std::chrono::seconds{2}); }

void Till::sell(std::uint64_t count, std::uint64_t group) {
  unsold_ += count;
  group_ = group;
  sell_more();
}

void Till::sell_more() {
  auto const now = std::min(unsold_, group_);
  for (std::uint64_t n = 1; n <= now; ++n) must(outbox_->append(result_of(outbox_->last_sequence() + n)), "append");
  must(outbox_->commit(), "commit");
  unsold_ -= now;
  agent_->results_committed();
  if (unsold_ > 0) loop_.post(this, [this] { sell_more(); });
}

void Till::add_to(Sum& sum) const {
  auto const status = agent_->status();
  ++sum.tills;
  sum.connected += status.connected ? 1 : 0;
  sum.connects += status.connects;
  sum.pieces += status.pieces;
  sum.pieces_refused += status.pieces_refused;
  sum.piece_timeouts += status.piece_timeouts;
  sum.batches += status.batches_sent;
  sum.pending += status.pending;
  sum.promised += outbox_->last_sequence();
  sum.errors += errors_;
  sum.unsold += unsold_;
  ++sum.releases[status.release];
}

void install(std::filesystem::path const& folder, std::filesystem::path const& bundle) {
  std::filesystem::create_directories(folder);
  auto const file = must(MappedFile::open(bundle), bundle.string());
  auto const bytes = as_text(file.bytes());
  auto store = must(open_store(folder), "store");
  must(store.stage(test::manifest_of(bytes, 1)), "stage");
  if (store.needs_chunk_list()) must(store.put_chunk_list(cut_bundle(file.bytes())->chunk_list_bytes), "chunk list");
  for (auto const index : store.missing()) must(store.put(index, test::piece(bytes, index)), "put");
  must(store.activate(), "activate");
  must(store.prove(), "prove");
}

void copy_store(std::filesystem::path const& from, std::filesystem::path const& to) {
  std::filesystem::create_directories(to / "bundles");
  for (auto const& entry : std::filesystem::directory_iterator(from / "bundles")) {
    auto const target = to / "bundles" / entry.path().filename();
    if (entry.path().extension() == ".bundle") std::filesystem::create_hard_link(entry.path(), target);
    if (entry.path().extension() != ".bundle") std::filesystem::copy_file(entry.path(), target);
  }
}

}  // namespace tillcue::sync::fleet
