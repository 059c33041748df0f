#include <filesystem>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "office_client.hpp"
#include "program.hpp"
#include "tillcue/sync/hq_bond.hpp"
#include "tillcue/sync/hq_key_words.hpp"
#include "tillcue/sync/hq_keys.hpp"
#include "tillcue/sync/hq_store.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

struct Options {
  std::string folder, chain, name, old = "hq";
  OfficeClient office;
  unsigned wait = 60;
};

/// The pairs of the folder whose private key is there.
Result<std::vector<SigningKey>> holders_in(std::string const& folder) {
  auto const entries = list_keys(folder);
  if (!entries) return tl::unexpected{entries.error()};
  std::vector<SigningKey> keys;
  for (auto const& entry : *entries) {
    if (entry.private_file.empty()) continue;
    auto key = SigningKey::load(entry.private_file);
    if (!key) return tl::unexpected{key.error()};
    keys.push_back(std::move(*key));
  }
  return keys;
}

Result<KeysChange> change_of(Options const& options) {
  auto db = open_hq_reader(options.office.database);
  if (!db) return tl::unexpected{db.error().within("--db")};
  if (auto good = check_chain(*db, options.chain); !good) return tl::unexpected{good.error().within("--db")};
  auto before = believed_keys(*db, options.chain);
  if (!before) return tl::unexpected{before.error()};
  auto holders = holders_in(options.folder);
  if (!holders) return tl::unexpected{holders.error()};
  auto const now = unix_seconds(clock_now());
  return KeysChange{options.chain, std::move(*before), std::move(*holders), now};
}

std::filesystem::path private_file(Options const& options, std::string const& name) {
  return std::filesystem::path{options.folder} / (name + ".key.pem");
}

/// Says it and waits; what is to be done next.
Exit say(Options const& options, Result<std::string> const& envelope, std::string const& next) {
  if (!envelope) return report_error(envelope.error());
  auto const word = options.office.ask({{"do", "keys"}, {"envelope", *envelope}});
  if (!word) return report_error(word.error());
  auto const done = await_holders(options.office, *word, options.wait);
  if (done != Exit::done) std::cout << "when all hold it, which `tillcue-hq keys list --db --chain` shows:\n";
  std::cout << next;
  return done;
}

Exit rotate(Options const& options) {
  auto const current = SigningKey::load(private_file(options, options.old));
  if (!current) return report_error(current.error().within("--old"));
  // A command that was broken off goes on with the pair it made.
  if (!std::filesystem::exists(private_file(options, options.name))) {
    auto const made = init_key(options.folder, options.name);
    if (!made) return report_error(made.error());
  }
  auto const added = SigningKey::load(private_file(options, options.name));
  if (!added) return report_error(added.error());
  auto const change = change_of(options);
  if (!change) return report_error(change.error());
  auto const pair = private_file(options, options.name).string();
  return say(options, add_key(*change, *current, *added),
             "terminals believe " + options.old + " (" + current->id() + ") and " + options.name + " (" + added->id() +
                 ")\nnext:  1. start serve with --key " + pair + " and publish with it (and --db " +
                 options.office.database + ")\n       2. tillcue-hq keys retire --dir " + options.folder + " --chain " +
                 options.chain + " --db " + options.office.database + " --name " + options.old + "\n       3. " +
                 options.name + ".pub.pem for terminals set up from now on\n");
}

Exit retire(Options const& options) {
  auto const entries = list_keys(options.folder);
  if (!entries) return report_error(entries.error());
  std::string id;
  for (auto const& entry : *entries) {
    if (entry.name == options.name) id = entry.id;
  }
  if (id.empty()) {
    return report_error({Code::not_found, "--name " + options.name + ": no " + options.name + ".pub.pem in " +
                                              options.folder + "; see `tillcue-hq keys list`"});
  }
  auto const change = change_of(options);
  if (!change) return report_error(change.error());
  return say(options, retire_key(*change, id),
             options.name + " (" + id +
                 ") is not believed any more by whoever holds this. Keep its private key where no "
                 "machine can reach it: with it, terminals that were off can follow the next change as well.\n");
}

}  // namespace

void add_key_rotation_commands(CLI::App& keys, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto const both = [options](CLI::App& command) {
    command.add_option("--dir", options->folder, "Folder of the keys")->required();
    command.add_option("--chain", options->chain, "Name of the chain in the topics")->required();
    options->office.add_to(command);
    add_wait_option(command, options->wait);
  };
  auto* const turn = keys.add_subcommand(
      "rotate", "A new signing key: terminals are told, signed by old and new, to believe it besides the old one");
  both(*turn);
  turn->add_option("--name", options->name, "The new pair, NAME.key.pem and NAME.pub.pem; made when missing")
      ->required();
  turn->add_option("--old", options->old, "The pair that signs now")->capture_default_str();
  turn->footer("Example:\n  tillcue-hq keys rotate --dir keys --chain demo --db hq.sqlite --name hq-2027");
  turn->callback([options, &chosen] { chosen = [options] { return rotate(*options); }; });

  auto* const end = keys.add_subcommand("retire", "Terminals believe that key no more; serve must sign with another");
  both(*end);
  end->add_option("--name", options->name, "The pair that is to be believed no more")->required();
  end->footer("Example:\n  tillcue-hq keys retire --dir keys --chain demo --db hq.sqlite --name hq");
  end->callback([options, &chosen] { chosen = [options] { return retire(*options); }; });
}

}  // namespace tillcue::sync
