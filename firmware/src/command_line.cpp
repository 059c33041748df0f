#include "command_line.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "counter_desk.hpp"
#include "heap.hpp"
#include "loaded_bundle.hpp"
#include "page_options.hpp"
#include "plan_text.hpp"
#include "service_notice.hpp"
#include "tillcue/firmware/daemon.hpp"
#include "tillcue/firmware/secret.hpp"
#include "uplink.hpp"

namespace tillcue::terminal {
namespace {

constexpr int kFine = 0;
constexpr int kFailed = 1;
constexpr int kMisused = 2;

int serve(Config const& config) {
  keep_heap_small();
  Log const log(config.log_level);
  boost::asio::io_context io(1);
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  auto daemon = Daemon::start(io, config, log);
  if (!daemon) {
    std::fprintf(stderr, "tillcued: %s\n", daemon.error().what.c_str());
    return kFailed;
  }
  signals.async_wait([&](boost::system::error_code, int) {
    log.info("terminal.stopping");
    notify_service("STOPPING=1");
    (*daemon)->stop([&io] { io.stop(); });
  });
  log.info("terminal.ready",
           {{"terminal", config.terminal.value},
            {"pos", config.pos.host + ":" + std::to_string((*daemon)->pos_port())},
            {"screen", "http://" + config.screen.host + ":" + std::to_string((*daemon)->screen_port()) + "/"},
            {"version", TILLCUE_VERSION}});
  notify_service("READY=1");
  io.run();
  log.info("terminal.stopped");
  return kFine;
}

/// What the configuration names must serve, too: keys, certificates, bundle, secret.
Result<void> check_files(Config const& config) {
  if (config.sync) {
    if (auto const fine = Uplink::check(config); !fine) return tl::unexpected(fine.error().within("sync"));
  }
  if (config.secret) {
    if (auto const secret = Secret::load(*config.secret); !secret)
      return tl::unexpected(secret.error().within("secret"));
  }
  if (auto const counter = CounterDesk::check(config); !counter) return counter;
  if (auto const theme = page_theme(config); !theme) return tl::unexpected(theme.error().within("screen.theme"));
  if (!config.bundle) return {};
  auto const bundle = load_bundle(*config.bundle);
  if (!bundle) return tl::unexpected(bundle.error().within("bundle"));
  return fits_store(**bundle, config.store);
}

}  // namespace

int run_tillcued(int argc, char** argv) {
  // Paho C takes proxies from the environment even for plain MQTT, and an empty variable breaks every connection.
  for (char const* name : {"http_proxy", "https_proxy"}) ::unsetenv(name);

  CLI::App app("The terminal daemon: follows the live basket, hints, prints coupons, syncs with head office.",
               "tillcued");
  app.footer(
      "Examples:\n"
      "  tillcued --config /etc/tillcue/tillcued.json\n"
      "  tillcued --config tillcued.json --check      say what is wrong with a configuration, or what it would do\n\n"
      "Exit codes: 0 stopped by SIGTERM or SIGINT, or --check found no fault; 1 could not start;\n"
      "2 wrong command line or configuration.");
  std::string file = "/etc/tillcue/tillcued.json";
  bool check = false;
  app.add_option("--config", file, "Configuration file (JSON, comments allowed)")->capture_default_str();
  app.add_flag("--check", check, "Check the configuration, say what it would do and stop");
  app.set_version_flag("--version", std::string("tillcued ") + TILLCUE_VERSION);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? kFine : kMisused;
  }
  auto const config = load_config(file);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.error().what.c_str());
    return kMisused;
  }
  if (!check) return serve(*config);
  auto const usable = check_files(*config);
  if (!usable) {
    std::fprintf(stderr, "%s: %s\n", file.c_str(), usable.error().what.c_str());
    return kMisused;
  }
  std::printf("%s: %s", file.c_str(), plan_text(*config).c_str());
  return kFine;
}

}  // namespace tillcue::terminal
