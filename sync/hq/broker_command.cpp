#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>
#include <tuple>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command_line.hpp"
#include "program.hpp"
#include "tillcue/sync/hq_broker_files.hpp"
#include "tillcue/sync/results.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

struct Options {
  std::string folder, chain, out, name = "broker", address = "0.0.0.0";
  std::string preset = "mosquitto";
  std::uint16_t port = 8883;
  std::size_t terminals = 1'000;
  bool force = false;
};

/// What the broker reads, in the folder it reads it from.
struct BrokerFile {
  fs::path path;
  std::string text;
  mode_t mode = 0644;
};

/// Anew and with that mode from its first byte on, whatever the umask and the file before.
Result<void> write(BrokerFile const& file) {
  std::error_code error;
  fs::remove(file.path, error);
  int const fd = ::open(file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file.mode & 0600U);
  if (fd < 0) return fail(Code::io, file.path.string() + ": " + std::strerror(errno));
  bool good = ::fchmod(fd, file.mode) == 0;
  for (std::string_view left = file.text; good && !left.empty();) {
    auto const done = ::write(fd, left.data(), left.size());
    good = done > 0;
    if (good) left.remove_prefix(static_cast<std::size_t>(done));
  }
  good = ::close(fd) == 0 && good;
  if (!good) return fail(Code::io, file.path.string() + ": cannot be written");
  return {};
}

/// A copy: the folder of the keys, where the authority's own key lies, stays closed to the broker.
Result<BrokerFile> copy_of(fs::path const& file, fs::path const& folder, mode_t mode, std::string const& mend) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream bytes;
  if (!in || !(bytes << in.rdbuf())) {
    return fail(Code::not_found, file.string() + ": cannot be read; the broker needs it: " + mend);
  }
  return BrokerFile{folder / file.filename(), bytes.str(), mode};
}

/// The topmost folder on the way to this one that others may not enter; empty: there is none.
fs::path closed_way(fs::path const& folder) {
  fs::path way;
  for (auto const& part : folder) {
    way /= part;
    std::error_code error;
    bool const open = (fs::status(way, error).permissions() & fs::perms::others_exec) != fs::perms::none;
    if (!open) return way;
  }
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

/// What is left to do until it runs, to be done as it stands there.
void tell_steps(BrokerSettings const& settings, fs::path const& configuration) {
  if (auto const closed = closed_way(configuration.parent_path()); !closed.empty()) {
    std::cerr << closed.string() << ": its owner alone may enter it, and the broker runs as a user of its own: "
              << (closed == configuration.parent_path() ? "chmod o+x it, or give an --out" : "give an --out")
              << " that everybody may enter, such as /etc/mosquitto/conf.d\n";
  }
  std::cout << "The key is to be the broker's own. Then start it, with its unit or without; as root:\n"
            << "  chown mosquitto " << settings.key.string() << "\n"
            << "  systemctl restart mosquitto\n"
            << "  cd /var/lib/mosquitto && mosquitto -c " << configuration.string() << "\n"
            << "For " << settings.terminals << " terminals its process needs " << broker_descriptors(settings.terminals)
            << " file descriptors: systemctl edit mosquitto, [Service], LimitNOFILE="
            << broker_descriptors(settings.terminals) << "\n";
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
  if (fs::equivalent(keys, out, error)) {
    return report_error({Code::invalid, "--out " + options.out +
                                            ": is the folder of the keys, which the broker must "
                                            "not be able to read; name one that is the broker's"});
  }
  auto const name = options.name;
  std::vector<BrokerFile> files;
  for (auto const& [file, mode, mend] :
       {std::tuple{"authority.tls.pem"s, mode_t{0644}, "make it with `keys authority`, or put your authority's there"s},
        std::tuple{name + ".tls.pem", mode_t{0644},
                   "make it with `keys certificate --for broker --name " + name + " --host HOST`"},
        std::tuple{name + ".tls-key.pem", mode_t{0600}, "it is the key of " + name + ".tls.pem"}}) {
    auto copy = copy_of(keys / file, out, mode, mend);
    if (!copy) return report_error(copy.error());
    files.push_back(std::move(*copy));
  }
  BrokerSettings const settings{.chain = options.chain,
                                .address = options.address,
                                .port = options.port,
                                .authority = files[0].path,
                                .certificate = files[1].path,
                                .key = files[2].path,
                                .rights = out / "tillcue.acl",
                                .limits = *limits,
                                .terminals = options.terminals};
  files.push_back({settings.rights, broker_rights(options.chain)});
  files.push_back({out / "tillcue.conf", broker_configuration(settings)});
  for (auto const& file : files) {
    if (options.force || !fs::exists(file.path, error)) continue;
    return report_error({Code::rejected, file.path.string() + ": exists; --force writes all five files anew"});
  }
  for (auto const& file : files) {
    if (auto done = write(file); !done) return report_error(done.error());
    std::cout << file.path.string() << '\n';
  }
  tell_steps(settings, files.back().path);
  return Exit::done;
}

}  // namespace

void add_broker_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const command = app.add_subcommand("broker-config", "Writes a mosquitto's configuration and access list");
  command->footer(
      "Example:\n  tillcue-hq broker-config --dir keys --chain demo --out /etc/mosquitto/conf.d\n"
      "  chown mosquitto /etc/mosquitto/conf.d/broker.tls-key.pem\n"
      "  systemctl restart mosquitto\n"
      "The broker reads copies beside its configuration; after a renewal: again, with --force.\n"
      "Clients show certificates; name and client id are the certificate's common name. A terminal\n"
      "speaks under its own name only; `serve` uses the certificate hq, `publish` and `rollout\n"
      "start` hq-publish (one of them at a time).");
  command->add_option("--dir", options->folder, "Folder of the keys and certificates; the broker never sees it")
      ->required();
  command->add_option("--chain", options->chain, "Whose topics")->required();
  command
      ->add_option("--out", options->out,
                   "Folder for tillcue.conf, tillcue.acl and copies of the three files that the broker reads")
      ->required();
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
