#include <iostream>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>

#include "program.hpp"
#include "tillcue/sync/hq_bond.hpp"
#include "tillcue/sync/hq_certificates.hpp"
#include "tillcue/sync/hq_key_words.hpp"
#include "tillcue/sync/hq_keys.hpp"
#include "tillcue/sync/hq_numbers.hpp"
#include "tillcue/sync/hq_store.hpp"
#include "tillcue/sync/hq_terminals.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

constexpr int kWarnDays = 60;

struct Options {
  std::string folder, name = "hq", database, chain;
};

/// Who believes what, as terminals and HQ's database have it.
struct Beliefs {
  BelievedKeys told;
  std::size_t terminals = 0;
  std::map<std::string, std::size_t> by_key;
  std::vector<ReleaseEnd> releases;
};

Result<Beliefs> beliefs_of(Options const& options) {
  Beliefs out;
  if (options.database.empty()) return out;
  auto db = open_hq_reader(options.database);
  if (!db) return tl::unexpected{db.error().within("--db")};
  auto const fits = options.chain.empty() ? Result<void>{} : check_chain(*db, options.chain);
  if (!fits) return tl::unexpected{fits.error().within("--db")};
  auto told = options.chain.empty() ? Result<BelievedKeys>{} : believed_keys(*db, options.chain);
  if (!told) return tl::unexpected{told.error()};
  out.told = std::move(*told);
  auto const fleet = read_fleet(*db);
  if (!fleet) return tl::unexpected{fleet.error()};
  out.releases = fleet->ends;
  for (auto const& row : fleet->terminals) {
    out.terminals += row.held.keys.empty() ? 0 : 1;
    for (auto const& id : row.held.keys) ++out.by_key[id];
  }
  return out;
}

std::string days_text(std::int64_t left) {
  return left < 0 ? "  OVER" : left < kWarnDays ? "  ends in " + counted(static_cast<std::uint64_t>(left), "day") : "";
}

std::string belief_text(Beliefs const& beliefs, std::string const& id) {
  if (beliefs.told.content.replaces(id)) return "  retired";
  auto const found = beliefs.by_key.find(id);
  if (beliefs.terminals == 0) return {};
  return "  believed by " + std::to_string(found == beliefs.by_key.end() ? 0 : found->second) + " of " +
         std::to_string(beliefs.terminals) + " terminals";
}

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
  auto const beliefs = beliefs_of(options);
  if (!beliefs) return report_error(beliefs.error());
  for (auto const& key : *keys) {
    std::cout << key.id << "  " << key.name << (key.private_file.empty() ? "  (public only)" : "")
              << belief_text(*beliefs, key.id) << '\n';
  }
  for (auto const& release : beliefs->releases) {
    Timestamp const end{std::chrono::seconds{release.expires}};
    auto const left = std::chrono::floor<std::chrono::days>(end - clock_now()).count();
    std::cout << "release " << release.release << " for " << release.scope << " until " << to_minute(end)
              << days_text(left) << '\n';
  }
  auto const certificates = list_certificates(options.folder);
  if (!certificates) return report_error(certificates.error());
  for (auto const& certificate : *certificates) {
    auto const left = std::chrono::floor<std::chrono::days>(certificate.ends - clock_now()).count();
    std::cout << "TLS until " << to_minute(certificate.ends) << "  " << certificate.name
              << (certificate.key.empty() ? "  (without its key)" : "") << days_text(left) << '\n';
  }
  if (keys->empty()) std::cerr << options.folder << ": no keys; make one with `tillcue-hq keys init`\n";
  return Exit::done;
}

}  // namespace

void add_keys_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const keys = app.add_subcommand("keys", "Signing keys of HQ, and certificates for the broker's TLS");
  keys->require_subcommand(0, 1);  // none is told by the program
  keys->footer(
      "A pilot, from nothing to TLS:\n"
      "  tillcue-hq keys init --dir keys\n"
      "  tillcue-hq keys authority --dir keys --chain demo\n"
      "  tillcue-hq keys certificate --dir keys --for hq --name hq --name hq-publish\n"
      "  tillcue-hq keys certificate --dir keys --for broker --name broker --host mqtt.example.com\n"
      "  tillcue-hq keys certificate --dir keys --for terminal --name till-1 --name till-2\n"
      "  tillcue-hq broker-config --dir keys --chain demo --out /etc/mosquitto/conf.d\n"
      "which puts copies of what the broker reads there and says how to start it: the folder of\n"
      "the keys stays closed.\n"
      "With an authority of your own, `keys request` in the place of `keys certificate`, have the\n"
      "requests signed (the name and the purposes as asked), and hold the answers against\n"
      "`keys check` before they go to the tills. Another signing key, while everything runs:\n"
      "  tillcue-hq keys rotate --dir keys --chain demo --db hq.sqlite --name hq-2027\n"
      "then serve and publish with it, then `keys retire --name hq`.");

  auto* const make = keys->add_subcommand("init", "Makes an Ed25519 key pair; never overwrites one");
  make->add_option("--dir", options->folder, "Folder of the keys; created when missing")->required();
  make->add_option("--name", options->name, "NAME.key.pem and NAME.pub.pem")->capture_default_str();
  make->callback([options, &chosen] { chosen = [options] { return init(*options); }; });

  auto* const show = keys->add_subcommand("list", "Key ids and certificates in a folder, and when these end");
  show->add_option("--dir", options->folder, "Folder of the keys")->required();
  show->add_option("--db", options->database, "HQ's database: until when releases hold, and who believes which key");
  show->add_option("--chain", options->chain, "Name of the chain: also which keys are retired")->needs("--db");
  show->callback([options, &chosen] { chosen = [options] { return list(*options); }; });

  add_certificate_commands(*keys, chosen);
  add_key_rotation_commands(*keys, chosen);
}

}  // namespace tillcue::sync
