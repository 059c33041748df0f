#include <fstream>
#include <iostream>
#include <memory>
#include <system_error>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "program.hpp"
#include "tillcue/sync/hq_broker_files.hpp"
#include "tillcue/sync/results.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string folder, chain, out, name = "broker", address = "0.0.0.0";
  std::string preset = "mosquitto";
  std::uint16_t port = 8883;
  std::size_t terminals = 1'000;
  bool force = false;
};

Result<void> write(fs::path const& file, std::string const& text, bool force) {
  std::error_code error;
  if (!force && fs::exists(file, error)) {
    return fail(Code::rejected, file.string() + ": exists; --force writes it anew");
  }
  std::ofstream out{file};
  if (!(out << text) || !out.flush()) return fail(Code::io, file.string() + ": cannot be written");
  return {};
}

/// Their rights are policies or rules of their own, which no file of ours can set.
Error no_mosquitto(std::string_view preset) {
  return {
      Code::unsupported,
      "--broker-preset " + std::string{preset} +
          ": these are files for a mosquitto. There, set by its own means: who a client is comes from its "
          "certificate's common name, and the rights of sync/WIRE.md, \"Rights\" (tillcue.acl shows them). Give the "
          "preset to serve and publish (--broker-preset) and to terminals (sync.broker_preset)"};
}

Exit broker_files(Options const& options) {
  if (!is_topic_name(options.chain)) {
    return report_error({Code::invalid, "--chain \"" + options.chain + "\": use letters, digits, - _ . :"});
  }
  auto const limits = read_broker_limits(options.preset);
  if (!limits) return report_error(limits.error().within("--broker-preset"));
  if (limits->name != "mosquitto") return report_error(no_mosquitto(limits->name));
  if (limits->max_payload < kMaxBatchMessage) {
    std::cerr << "max_payload is below " << kMaxBatchMessage
              << " bytes, which a sale of 1,000 lines may take: such a result would wait for ever\n";
  }
  std::error_code error;
  auto const keys = fs::weakly_canonical(options.folder, error);
  auto const out = fs::weakly_canonical(options.out, error);
  if (!fs::is_directory(out, error)) return report_error({Code::not_found, options.out + ": no such folder"});
  BrokerSettings settings{.chain = options.chain,
                          .address = options.address,
                          .port = options.port,
                          .authority = keys / "authority.tls.pem",
                          .certificate = keys / (options.name + ".tls.pem"),
                          .key = keys / (options.name + ".tls-key.pem"),
                          .rights = out / "tillcue.acl",
                          .limits = *limits,
                          .terminals = options.terminals};
  auto const file = out / "tillcue.conf";
  for (auto const& [path, text] :
       {std::pair{settings.rights, broker_rights(options.chain)}, std::pair{file, broker_configuration(settings)}}) {
    if (auto done = write(path, text, options.force); !done) return report_error(done.error());
    std::cout << path.string() << '\n';
  }
  for (auto const& needed : {settings.authority, settings.certificate, settings.key}) {
    if (!fs::exists(needed, error)) std::cerr << needed.string() << ": is not there yet; the broker needs it\n";
  }
  std::cout << "The broker's own user must be able to read " << settings.key.string() << "; then start it anew.\n"
            << "For " << options.terminals << " terminals its process needs " << broker_descriptors(options.terminals)
            << " file descriptors: systemctl edit mosquitto, [Service], LimitNOFILE="
            << broker_descriptors(options.terminals) << "\n";
  return Exit::done;
}

}  // namespace

void add_broker_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const command = app.add_subcommand("broker-config", "Writes a mosquitto's configuration and access list");
  command->footer(
      "Example:\n  tillcue-hq broker-config --dir keys --chain demo --out /etc/mosquitto/conf.d\n"
      "Clients show certificates; name and client id are the certificate's common name. A terminal\n"
      "speaks under its own name only; `serve` uses the certificate hq, `publish` and `rollout\n"
      "start` hq-publish (one of them at a time).");
  command->add_option("--dir", options->folder, "Folder of the certificates, as the broker sees it")->required();
  command->add_option("--chain", options->chain, "Whose topics")->required();
  command->add_option("--out", options->out, "Folder for tillcue.conf and tillcue.acl")->required();
  command->add_option("--name", options->name, "The broker's certificate")->capture_default_str();
  command->add_option("--address", options->address, "To listen on")->capture_default_str();
  command->add_option("--port", options->port, "To listen on")->check(whole_in_range(1, 65'535))->capture_default_str();
  command->add_option("--broker-preset", options->preset, "mosquitto, or with changes: mosquitto,max_payload=131072")
      ->capture_default_str();
  command->add_option("--terminals", options->terminals, "That will connect")
      ->check(whole_in_range(1, 10'000'000))
      ->capture_default_str();
  command->add_flag("--force", options->force, "Overwrite");
  command->callback([options, &chosen] { chosen = [options] { return broker_files(*options); }; });
}

}  // namespace tillcue::sync
