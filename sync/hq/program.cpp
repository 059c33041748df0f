#include "program.hpp"

#include <chrono>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "tillcue/core/whole_file.hpp"
#include "tillcue/sync/manifest.hpp"
#include "tillcue/sync/tls_files.hpp"

namespace tillcue::sync {
namespace {

constexpr auto kFooter =
    "Examples:\n"
    "  tillcue-hq keys init --dir keys\n"
    "  tillcue-hq serve --broker mqtt://127.0.0.1:1883 --chain demo --db hq.sqlite \\\n"
    "             --key keys/hq.key.pem --http 127.0.0.1:9465\n"
    "  tillcue-hq publish --bundle store.bundle --key keys/hq.key.pem \\\n"
    "             --broker mqtt://127.0.0.1:1883 --chain demo --db hq.sqlite --wait 30\n"
    "  tillcue-hq report --db hq.sqlite --since 7d\n\n"
    "Exit codes: 0 done; 2 wrong command line; 3 an input, or what an option says (a\n"
    "scope, a time, a broker's address), is missing, damaged or not understood; 4\n"
    "broker, disk or network trouble; 5 refused; 6 published or said, but not every\n"
    "terminal that is online ran or holds it in time.";

}  // namespace

int run_hq_program(int argc, char** argv) {
  CLI::App app{"Head office of Tillcue: publishes bundles, collects results, reports.", "tillcue-hq"};
  app.footer(kFooter);
  app.set_version_flag("--version", TILLCUE_VERSION);
  app.require_subcommand(0, 1);  // none is told below: so a word that is no command is told by that word
  Command chosen;
  for (auto const add : {add_keys_command, add_broker_command, add_publish_command, add_serve_command,
                         add_report_command, add_terminals_command, add_export_command, add_campaign_command,
                         add_live_commands, add_config_command, add_names_command, add_rollout_command}) {
    add(app, chosen);
  }
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    return tell_wrong_line(app, error) == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  if (!chosen) {
    auto const below = app.get_subcommands();  // a group of commands that was given none
    std::cerr << "tillcue-hq: a command is missing; tillcue-hq"
              << (below.empty() ? std::string{} : ' ' + below.front()->get_name()) << " --help lists them\n";
    return static_cast<int>(Exit::usage);
  }
  return static_cast<int>(chosen());
}

Exit report_error(Error const& error) {
  std::cerr << "tillcue-hq: error: " << error.what << '\n';
  switch (error.code) {
    case Code::io:
    case Code::timeout:
    case Code::busy:
      return Exit::trouble;
    case Code::rejected:
      return Exit::refused;
    case Code::invalid:
    case Code::not_found:
    case Code::corrupt:
    case Code::unsupported:
      break;
  }
  return Exit::bad_input;
}

Timestamp clock_now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

Result<std::string> read_bundle(std::string const& file) {
  auto bytes = read_file(file, kMaxBundle);
  if (bytes) return bytes;
  if (bytes.error().code != Code::not_found) return tl::unexpected{bytes.error().within("--bundle")};
  return fail(Code::not_found, "--bundle " + file + ": cannot be opened; build one with tillcue-models build");
}

void BrokerOptions::add_to(CLI::App& command) {
  command.add_option("--broker", uri, "mqtt://HOST:PORT or mqtts://HOST:PORT")->required();
  command.add_option("--user", user, "User name at the broker");
  command.add_option("--password-file", password_file, "File whose first line is the password");
  command.add_option("--ca", ca, "PEM of the authority that signed the broker's certificate (mqtts)");
  command.add_option("--cert", certificate, "PEM certificate of HQ (mqtts)");
  command.add_option("--cert-key", key, "PEM private key of that certificate");
  command
      .add_option("--broker-preset", preset,
                  "Its limits: mosquitto, aws-iot-core, azure-event-grid, emqx, hivemq; changes behind it: "
                  "emqx,max_payload=65536,in_flight=4")
      ->capture_default_str();
}

Result<MqttOptions> BrokerOptions::mqtt(std::string client_id, std::string const& name) const {
  MqttOptions options;
  auto const limits = read_broker_limits(preset);
  if (!limits) return tl::unexpected{limits.error().within("--broker-preset")};
  options.limits = *limits;
  options.uri = uri;
  options.client_id = std::move(client_id);
  options.user = user;
  if (!password_file.empty()) {
    std::ifstream in{password_file};
    if (!std::getline(in, options.password)) {
      return fail(Code::not_found, "--password-file " + password_file + ": cannot be read");
    }
  }
  if (!ca.empty() || !certificate.empty() || !key.empty()) options.tls = MqttTls{ca, certificate, key, true};
  // Other brokers, and one that asks for users, know their clients by other names.
  if (limits->name == "mosquitto" && user.empty() && !certificate.empty()) {
    auto const other = name_fault(certificate, name);
    auto const why =
        "; hq is for serve, hq-publish for publish and rollout start, and two of one name throw each other "
        "out. Where names are given otherwise, say --broker-preset";
    if (!other.empty()) return fail(Code::rejected, "--cert " + other + why);
  }
  return options;
}

}  // namespace tillcue::sync
