#pragma once

#include <functional>
#include <string>

#include "tillcue/core/units.hpp"
#include "tillcue/sync/mqtt_link.hpp"

namespace CLI {
class App;
}

namespace tillcue::sync {

/// Exit codes of tillcue-hq, as --help prints them.
enum class Exit : int {
  done = 0,
  usage = 2,         ///< the command line is wrong
  bad_input = 3,     ///< a file, key, bundle or database, or an option's text, is missing, damaged or not understood
  trouble = 4,       ///< the broker, the disk or the network failed or did not answer: trying again may help
  refused = 5,       ///< understood and refused
  not_everyone = 6,  ///< published or said, but not every terminal that is online ran or holds it in time
};

/// Set by the command that was chosen; runs after the command line was understood.
using Command = std::function<Exit()>;

void add_keys_command(CLI::App& app, Command& chosen);
/// Below `keys`: authority, certificate, request, check.
void add_certificate_commands(CLI::App& keys, Command& chosen);
/// Below `keys`: rotate, retire.
void add_key_rotation_commands(CLI::App& keys, Command& chosen);
void add_broker_command(CLI::App& app, Command& chosen);
void add_publish_command(CLI::App& app, Command& chosen);
void add_serve_command(CLI::App& app, Command& chosen);
void add_report_command(CLI::App& app, Command& chosen);
void add_terminals_command(CLI::App& app, Command& chosen);
void add_export_command(CLI::App& app, Command& chosen);
void add_campaign_command(CLI::App& app, Command& chosen);
void add_live_commands(CLI::App& app, Command& chosen);
void add_config_command(CLI::App& app, Command& chosen);
void add_names_command(CLI::App& app, Command& chosen);
void add_rollout_command(CLI::App& app, Command& chosen);

int run_hq_program(int argc, char** argv);

/// "tillcue-hq: error: ..." on standard error; the exit code that goes with it.
Exit report_error(Error const& error);
/// The one place that reads the clock.
Timestamp clock_now();

/// What stands behind --bundle.  Errors  not_found, io.
Result<std::string> read_bundle(std::string const& file);

/// How to reach the broker; the same options for every command that does.
struct BrokerOptions {
  std::string uri, user, password_file, ca, certificate, key, preset = "mosquitto";

  void add_to(CLI::App& command);
  /// `name`: of the certificate that is for this command; at a mosquitto of ours it has to be, for names give the
  /// rights there, and two clients of one name throw each other out. Errors  not_found (password file), invalid
  /// (preset), rejected (another's certificate).
  [[nodiscard]] Result<MqttOptions> mqtt(std::string client_id, std::string const& name) const;
};

}  // namespace tillcue::sync
