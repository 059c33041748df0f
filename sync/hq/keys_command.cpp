#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "program.hpp"
#include "tillcue/sync/hq_certificates.hpp"
#include "tillcue/sync/hq_keys.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

constexpr int kWarnDays = 60;

struct Options {
  std::string folder, name = "hq";
};

Exit init(Options const& options) {
  auto const made = init_key(options.folder, options.name);
  if (!made) return report_error(made.error());
  std::cout << "key id   " << made->id << '\n'
            << "private  " << made->private_file.string() << "  (stays at HQ)\n"
            << "public   " << made->public_file.string() << "  (copy it to every terminal)\n";
  return Exit::done;
}

Exit list(Options const& options) {
  auto const keys = list_keys(options.folder);
  if (!keys) return report_error(keys.error());
  for (auto const& key : *keys) {
    std::cout << key.id << "  " << key.name << (key.private_file.empty() ? "  (public only)" : "") << '\n';
  }
  auto const certificates = list_certificates(options.folder);
  if (!certificates) return report_error(certificates.error());
  for (auto const& certificate : *certificates) {
    auto const left = std::chrono::floor<std::chrono::days>(certificate.ends - clock_now()).count();
    std::cout << "TLS until " << to_minute(certificate.ends) << "  " << certificate.name
              << (certificate.key.empty() ? "  (without its key)" : "")
              << (left < 0           ? "  OVER"
                  : left < kWarnDays ? "  ends in " + std::to_string(left) + " days"
                                     : "")
              << '\n';
  }
  if (keys->empty()) std::cerr << options.folder << ": no keys; make one with `tillcue-hq keys init`\n";
  return Exit::done;
}

}  // namespace

void add_keys_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const keys = app.add_subcommand("keys", "Signing keys of HQ, and certificates for the broker's TLS");
  keys->require_subcommand(1);
  keys->footer(
      "A pilot, from nothing to TLS:\n"
      "  tillcue-hq keys init --dir keys\n"
      "  tillcue-hq keys authority --dir keys --chain demo\n"
      "  tillcue-hq keys certificate --dir keys --for hq --name hq --name hq-publish\n"
      "  tillcue-hq keys certificate --dir keys --for broker --name broker --host mqtt.example.com\n"
      "  tillcue-hq keys certificate --dir keys --for terminal --name till-1 --name till-2\n"
      "  tillcue-hq broker-config --dir keys --chain demo --out /etc/mosquitto/conf.d\n"
      "With an authority of your own, `keys request` in the place of `keys certificate`, have the\n"
      "requests signed (the name and the purposes as asked), and hold the answers against\n"
      "`keys check` before they go to the tills.");

  auto* const make = keys->add_subcommand("init", "Makes an Ed25519 key pair; never overwrites one");
  make->add_option("--dir", options->folder, "Folder of the keys; created when missing")->required();
  make->add_option("--name", options->name, "NAME.key.pem and NAME.pub.pem")->capture_default_str();
  make->callback([options, &chosen] { chosen = [options] { return init(*options); }; });

  auto* const show = keys->add_subcommand("list", "Key ids and certificates in a folder, and when these end");
  show->add_option("--dir", options->folder, "Folder of the keys")->required();
  show->callback([options, &chosen] { chosen = [options] { return list(*options); }; });

  add_certificate_commands(*keys, chosen);
}

}  // namespace tillcue::sync
