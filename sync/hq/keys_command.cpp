#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "program.hpp"
#include "tillcue/sync/hq_keys.hpp"

namespace tillcue::sync {
namespace {

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
  if (keys->empty()) std::cerr << options.folder << ": no keys; make one with `tillcue-hq keys init`\n";
  return Exit::done;
}

}  // namespace

void add_keys_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const keys = app.add_subcommand("keys", "Signing keys of HQ: terminals believe what these sign");
  keys->require_subcommand(1);
  keys->footer("Example:\n  tillcue-hq keys init --dir keys\n  tillcue-hq keys list --dir keys");

  auto* const make = keys->add_subcommand("init", "Makes an Ed25519 key pair; never overwrites one");
  make->add_option("--dir", options->folder, "Folder of the keys; created when missing")->required();
  make->add_option("--name", options->name, "NAME.key.pem and NAME.pub.pem")->capture_default_str();
  make->callback([options, &chosen] { chosen = [options] { return init(*options); }; });

  auto* const show = keys->add_subcommand("list", "Key ids in a folder");
  show->add_option("--dir", options->folder, "Folder of the keys")->required();
  show->callback([options, &chosen] { chosen = [options] { return list(*options); }; });
}

}  // namespace tillcue::sync
