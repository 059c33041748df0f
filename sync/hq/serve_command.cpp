#include <csignal>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>

#include "program.hpp"
#include "tillcue/sync/hq_collector.hpp"
#include "tillcue/sync/hq_control.hpp"
#include "tillcue/sync/hq_http.hpp"
#include "tillcue/sync/hq_key_words.hpp"
#include "tillcue/sync/hq_office.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {
namespace {

struct Options {
  BrokerOptions broker;
  std::string chain, database, key, http, shelf, client_id, control;
  std::vector<std::string> trusted;
};

/// Blocked in every thread from here on, so that the main thread alone takes them.
sigset_t take_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

std::string wait_for(sigset_t const& signals, Collector& collector, HqOffice& office) {
  constexpr timespec kTick{1, 0};
  for (;;) {
    int const signal = sigtimedwait(&signals, nullptr, &kTick);
    if (signal > 0) return signal == SIGTERM ? "SIGTERM" : "SIGINT";
    collector.tick();
    office.tick();
  }
}

Result<KeyRing> trusted_keys(Options const& options, SigningKey const& key) {
  KeyRing ring;
  ring.pin(key.public_key());
  for (auto const& file : options.trusted) {
    if (auto done = ring.pin_file(file); !done) return tl::unexpected{done.error()};
  }
  return ring;
}

Result<std::optional<BundleShelf>> open_shelf(Options const& options) {
  if (options.shelf.empty()) return std::nullopt;
  auto shelf = BundleShelf::open(options.shelf);
  if (!shelf) return tl::unexpected{shelf.error()};
  return std::optional{std::move(*shelf)};
}

Result<std::unique_ptr<HqHttp>> open_pages(Options const& options, HqCounters const& counters, MqttLink const& link,
                                           Collector const& collector) {
  if (options.http.empty()) return nullptr;
  HqPages pages;
  pages.metrics = [&] { return metrics_text(counters, link.connected()); };
  pages.trouble = [&]() -> std::optional<std::string> {
    if (!link.connected()) return "not connected to the broker";
    if (!counters.storing) return "results cannot be stored; the log says why";
    return collector.not_subscribed();
  };
  return HqHttp::start(options.http, std::move(pages));
}

Result<void> serve(Options const& options) {
  if (!is_topic_name(options.chain)) {
    return fail(Code::invalid, "--chain: \"" + options.chain + "\"; use 1 to 64 letters, digits, - _ . :");
  }
  auto const signals = take_signals();
  auto const log = stderr_log();
  auto const key = SigningKey::load(options.key);
  if (!key) return tl::unexpected{key.error().within("--key")};
  auto trusted = trusted_keys(options, *key);
  if (!trusted) return tl::unexpected{trusted.error().within("--trust")};
  auto inbox = Inbox::open(options.database);
  if (!inbox) return tl::unexpected{inbox.error().within("--db")};
  // After `keys rotate` releases lie there that another key has signed.
  auto const pinned = inbox->together([&](Database& db) { return pin_believed(db, options.chain, *trusted); });
  if (!pinned) return tl::unexpected{pinned.error().within("--db")};
  auto const shelf = open_shelf(options);
  if (!shelf) return tl::unexpected{shelf.error().within("--bundles")};
  // A stable client id: the broker then queues results while HQ is away. What it drops, terminals send again.
  auto mqtt = options.broker.mqtt(options.client_id.empty() ? "hq-" + options.chain : options.client_id, "hq");
  if (!mqtt) return tl::unexpected{mqtt.error()};
  mqtt->offline_messages = 1'000;
  mqtt->backoff_most = std::chrono::seconds{5};
  auto const link = make_paho_link(std::move(*mqtt));
  if (!link) return tl::unexpected{link.error().within("--broker")};

  HqCounters counters;
  auto const* const lying = *shelf ? &**shelf : nullptr;
  HqOffice office{options.chain, {*inbox, **link, *key, log, clock_now, &*trusted}};
  if (auto opened = office.open(); !opened) return tl::unexpected{opened.error().within("--db")};
  Collector collector{options.chain,
                      {.link = **link,
                       .inbox = *inbox,
                       .key = *key,
                       .trusted = *trusted,
                       .counters = counters,
                       .shelf = lying,
                       .log = log,
                       .now = clock_now,
                       .on_held = [&](Held const& held, bool retained) { return office.heard(held, retained); },
                       .on_connected = [&] { office.connected(); },
                       .on_lost = [&] { office.lost(); }}};
  auto const at = options.control.empty() ? control_file(options.database) : std::filesystem::path{options.control};
  auto const control = HqControl::listen(at, [&](std::string_view line) { return office.request(line); });
  if (!control) return tl::unexpected{control.error().within("--control")};
  auto const pages = open_pages(options, counters, **link, collector);
  if (!pages) return tl::unexpected{pages.error()};
  log(LogLevel::info, log_line("hq.started", {{"version", TILLCUE_VERSION},
                                              {"chain", options.chain},
                                              {"broker", options.broker.uri},
                                              {"db", options.database},
                                              {"key", key->id()},
                                              {"http_port", std::uint64_t{*pages ? (*pages)->port() : 0U}}}));
  (*link)->start(collector.events());
  auto const signal = wait_for(signals, collector, office);
  log(LogLevel::info, log_line("hq.stopping", {{"signal", signal}}));
  (*link)->stop(std::chrono::seconds{3});
  log(LogLevel::info, log_line("hq.stopped", {{"events_added", counters.events_added.load()},
                                              {"events_duplicate", counters.events_duplicate.load()},
                                              {"refused", counters.refused.load()}}));
  return {};
}

Exit run(Options const& options) {
  auto const done = serve(options);
  return done ? Exit::done : report_error(done.error());
}

}  // namespace

void add_serve_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const command = app.add_subcommand("serve", "Collects results and terminal states until SIGTERM or SIGINT");
  command->add_option("--chain", options->chain, "Name of the chain in the topics")->required();
  command->add_option("--db", options->database, "HQ's database; created when missing")->required();
  command->add_option("--key", options->key, "Private signing key (PEM): signs acknowledgements")->required();
  options->broker.add_to(*command);
  command->add_option("--http", options->http, "IP:PORT for /metrics and /healthz; port 0 takes a free one");
  command->add_option("--bundles", options->shelf, "Folder of published bundles: missing chunks are published again");
  command->add_option("--control", options->control, "UNIX socket for stop, budget...; default: DB.control");
  command->add_option("--client-id", options->client_id, "At the broker; default: hq-CHAIN");
  command->add_option("--trust", options->trusted,
                      "Further public keys (PEM) whose manifests are believed, besides those --db knows");
  command->footer(
      "Example:\n  tillcue-hq serve --broker mqtt://127.0.0.1:1883 --chain demo --db hq.sqlite \\\n"
      "             --key keys/hq.key.pem --http 127.0.0.1:9465\n"
      "Log lines go to standard error: time, level, event, key=value.");
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace tillcue::sync
