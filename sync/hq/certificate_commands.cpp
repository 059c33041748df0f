#include <iostream>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "program.hpp"
#include "tillcue/sync/hq_certificates.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

/// Two years and three months: what public authorities allowed for long, and time for a yearly renewal that is late.
constexpr int kDays = 825;

struct Options {
  std::string folder, chain, authority, certificate, key;
  CertificateUse use = CertificateUse::terminal;
  std::vector<std::string> names, hosts;
  int days = kDays;
};

void print(CertificateEntry const& made, char const* what) {
  std::cout << made.name << "  " << what << ' ' << made.certificate.string();
  if (made.ends != Timestamp{}) std::cout << " (until " << to_minute(made.ends) << ")";
  if (!made.key.empty()) std::cout << ", key " << made.key.string();
  std::cout << '\n';
}

Exit authority(Options const& options) {
  auto const made = init_authority(options.folder, options.chain, clock_now());
  if (!made) return report_error(made.error());
  print(*made, "certificate");
  std::cout << "Its key signs certificates for tills: keep it off the broker and off every till.\n";
  return Exit::done;
}

/// One name after the other; what was made before a fault stays and is told.
template <class Make>
Exit each(Options const& options, char const* what, Make make) {
  for (auto const& name : options.names) {
    auto const made = make(CertificateRequest{options.use, name, options.hosts});
    if (!made) return report_error(made.error());
    print(*made, what);
  }
  return Exit::done;
}

Exit certificate(Options const& options) {
  return each(options, "certificate", [&](CertificateRequest const& request) {
    return issue_certificate(options.folder, request, options.days, clock_now());
  });
}

Exit request(Options const& options) {
  return each(options, "request",
              [&](CertificateRequest const& wanted) { return request_certificate(options.folder, wanted); });
}

Exit check(Options const& options) {
  auto const found = check_certificate(options.certificate, options.key, options.authority, options.use, clock_now());
  if (!found) return report_error(found.error());
  print(*found, "good:");
  return Exit::done;
}

void add_use(CLI::App& command, Options& options) {
  auto const choose = [&options](std::string const& word) {
    static std::map<std::string, CertificateUse> const uses{
        {"terminal", CertificateUse::terminal}, {"hq", CertificateUse::hq}, {"broker", CertificateUse::broker}};
    auto const found = uses.find(word);
    if (found == uses.end()) throw CLI::ValidationError("--for", "'" + word + "' is none of terminal, hq, broker");
    options.use = found->second;
  };
  command.add_option_function<std::string>("--for", choose, "terminal, hq or broker")->required();
}

void add_names(CLI::App& command, Options& options) {
  command.add_option("--dir", options.folder, "Folder of the keys")->required();
  add_use(command, options);
  command.add_option("--name", options.names, "Terminal's id; hq and hq-publish; any for the broker. Several allowed")
      ->required();
  command.add_option("--host", options.hosts, "Of the broker: name or address it is reached by. Several allowed");
}

}  // namespace

void add_certificate_commands(CLI::App& keys, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto const on = [&chosen, options](CLI::App* command, Exit (*action)(Options const&)) {
    command->callback([&chosen, options, action] { chosen = [options, action] { return action(*options); }; });
  };
  auto* const first = keys.add_subcommand("authority", "Makes a pilot's certificate authority; never overwrites one");
  first->add_option("--dir", options->folder, "Folder of the keys; created when missing")->required();
  first->add_option("--chain", options->chain, "Named in it")->required();
  on(first, authority);

  auto* const issue = keys.add_subcommand("certificate", "Makes keys and certificates signed by that authority");
  add_names(*issue, *options);
  issue->add_option("--days", options->days, "How long they hold")
      ->check(whole_in_range(1, 36'500))
      ->capture_default_str();
  on(issue, certificate);

  auto* const ask = keys.add_subcommand("request", "Makes keys and signing requests for an authority of your own");
  add_names(*ask, *options);
  on(ask, request);

  auto* const look = keys.add_subcommand("check", "Holds a certificate against what tills, HQ and broker ask of it");
  add_use(*look, *options);
  look->add_option("--certificate", options->certificate, "PEM")->required();
  look->add_option("--key", options->key, "PEM of its key; left out: not looked at");
  look->add_option("--ca", options->authority, "PEM of the authority, with those above it")->required();
  on(look, check);
}

}  // namespace tillcue::sync
