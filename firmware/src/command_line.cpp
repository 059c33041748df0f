#include "command_line.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <argp.h>
#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/io_context.hpp>

#include "file_faults.hpp"
#include "heap.hpp"
#include "line_faults.hpp"
#include "plan_text.hpp"
#include "service_notice.hpp"
#include "tillcue/firmware/daemon.hpp"
#include "wall_clock.hpp"

namespace tillcue::terminal {
namespace {

constexpr int kFine = 0;
constexpr int kFailed = 1;
constexpr int kMisused = 2;

int serve(Config const& config) {
  keep_heap_small();
  Log const log(config.log_level);
  boost::asio::io_context io(1);
  boost::asio::basic_signal_set<boost::asio::io_context::executor_type> signals(io, SIGINT, SIGTERM);
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

constexpr char kUsualFile[] = "/etc/tillcue/tillcued.json";

struct Asked {
  char const* file = kUsualFile;
  bool check = false;
};

enum Option : int { kConfigOption = 256, kCheckOption };

constexpr argp_option kOptions[] = {
    {"config", kConfigOption, "FILE", 0,
     "Configuration (JSON, comments allowed); without it /etc/tillcue/tillcued.json", 0},
    {"check", kCheckOption, nullptr, 0, "Say what is wrong with the configuration, or what it would do, and stop", 0},
    {nullptr, 'h', nullptr, OPTION_HIDDEN, nullptr, 0},
    {}};

constexpr char kHelp[] =
    "The terminal daemon: follows the live basket, hints, prints coupons, syncs with head office."
    "\vExamples:\n"
    "  tillcued --config /etc/tillcue/tillcued.json\n\n"
    "  tillcued --config tillcued.json --check\n\n"
    "Exit codes: 0 stopped by SIGTERM or SIGINT, or --check found no fault; 1 could not start; "
    "2 wrong command line or configuration.";

error_t take_option(int key, char* value, argp_state* state) {
  auto& asked = *static_cast<Asked*>(state->input);
  switch (key) {
    case kConfigOption:
      asked.file = value;
      return 0;
    case kCheckOption:
      asked.check = true;
      return 0;
    case 'h':
      argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
      return 0;
    case ARGP_KEY_ARG:
      argp_error(state, "%s: takes options only", value);
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

}  // namespace

int run_tillcued(int argc, char** argv) {
  // Paho C takes proxies from the environment even for plain MQTT, and an empty variable breaks every connection.
  for (char const* name : {"http_proxy", "https_proxy"}) ::unsetenv(name);

  argp_program_version = "tillcued " TILLCUE_VERSION;
  argp_err_exit_status = kMisused;
  Asked asked;
  argp const line{kOptions, take_option, nullptr, kHelp, nullptr, nullptr, nullptr};
  if (int const problem = argp_parse(&line, argc, argv, 0, nullptr, &asked); problem != 0) {
    std::fprintf(stderr, "tillcued: %s\n", std::strerror(problem));
    return kMisused;
  }
  auto const config = load_config(asked.file);
  if (!config) {
    bool const unnamed = config.error().code == Code::not_found && asked.file == kUsualFile;
    std::fprintf(stderr, "%s%s\n", config.error().what.c_str(),
                 unnamed ? "; give the configuration with --config FILE" : "");
    return kMisused;
  }
  if (!asked.check) return serve(*config);
  auto const faults = file_faults(*config, wall_clock());
  for (auto const& fault : faults) std::fprintf(stderr, "%s: %s\n", asked.file, fault.c_str());
  if (!faults.empty()) return kMisused;
  std::printf("%s: %s", asked.file, plan_text(*config).c_str());
  for (auto const& note : look_at_lines(*config).notes) std::printf("note: %s\n", note.c_str());
  return kFine;
}

}  // namespace tillcue::terminal
