#include "link_parts.hpp"

#include <filesystem>
#include <functional>
#include <utility>

#include "tillcue/sync/tls_files.hpp"

namespace tillcue::terminal {
namespace {

Result<void> pin(sync::KeyRing& keys, std::filesystem::path const& file) {
  auto const pinned = keys.pin_file(file);
  if (pinned) return {};
  bool const secret = pinned.error().code == Code::rejected;
  return fail(pinned.error().code,
              pinned.error().what +
                  (secret ? "; head office's private key must not be on a till: delete it here, and have head office "
                            "change it (tillcue-hq keys rotate) if anybody else may have read it"
                          : "; copy head office's public key there (NAME.pub.pem of tillcue-hq keys init)"));
}

sync::MqttTls tls_files(SyncConfig const& config) { return {config.ca, config.certificate, config.key, true}; }

char const* setting_of(sync::TlsFile file) {
  switch (file) {
    case sync::TlsFile::ca:
      return "sync.ca: ";
    case sync::TlsFile::certificate:
      return "sync.certificate: ";
    default:
      return "sync.key: ";
  }
}

}  // namespace

sync::AgentOptions agent_options(Config const& config) {
  sync::AgentOptions options;
  options.chain = config.store.chain;
  options.terminal = config.terminal;
  options.version = TILLCUE_VERSION;
  options.group = config.store.group;
  options.store = config.store.id;
  options.seed = std::hash<std::string>{}(config.terminal.value);
  return options;
}

Result<std::unique_ptr<sync::MqttLink>> open_link(Config const& config, sync::AgentOptions const& options,
                                                  sync::Moment now) {
  auto mqtt = sync::terminal_mqtt_options(options, now.wall);
  if (!mqtt) return tl::unexpected(mqtt.error());
  mqtt->uri = config.sync->broker;
  mqtt->limits = config.sync->broker_limits;
  if (!config.sync->ca.empty() || !config.sync->certificate.empty()) {
    mqtt->tls = tls_files(*config.sync);
  }
  return sync::make_paho_link(std::move(*mqtt));
}

Result<sync::KeyRing> believed_keys(Config const& config, Log const& log, std::string const& keys_word) {
  sync::KeyRing files;
  for (auto const& file : config.sync->trusted_keys) {
    if (auto const pinned = pin(files, file); !pinned) return tl::unexpected(pinned.error());
  }
  if (keys_word.empty()) return files;
  auto const named = sync::decode_keys(keys_word, config.store.chain);
  if (!named) {
    log.error("keys.unread", {{"error", named.error().what}});
    return files;
  }
  sync::KeyRing ring;
  bool known = false;
  for (auto const& entry : named->keys) ring.pin(entry.key);
  for (auto const& id : files.ids()) known = known || named->replaces(id) || ring.knows(id);
  if (known) return ring;
  log.warning("keys.files", {{"why", "the trusted keys' files are none of those that head office has replaced"}});
  return files;
}

std::vector<std::string> link_faults(Config const& config, Timestamp now) {
  std::vector<std::string> faults;
  sync::KeyRing keys;
  for (auto const& file : config.sync->trusted_keys) {
    if (auto const pinned = pin(keys, file); !pinned) faults.push_back("sync.trusted_keys: " + pinned.error().what);
  }
  auto const files = tls_files(*config.sync);
  bool const any = !files.ca.empty() || !files.certificate.empty();
  if (any && !config.sync->broker.starts_with("mqtts://")) {
    faults.push_back("sync.broker: is mqtt://, and files for TLS are given; write mqtts:// or take them out");
  }
  // Other brokers may know clients by another authority and other names.
  bool const recipe = config.sync->broker_limits.name == "mosquitto";
  for (auto const& fault : sync::tls_faults(files, recipe ? config.terminal.value : std::string(), now)) {
    faults.push_back(setting_of(fault.file) + fault.what);
  }
  if (!faults.empty()) return faults;
  auto const link = open_link(config, agent_options(config), sync::Moment{{}, now});
  if (!link) faults.push_back("sync: " + link.error().what);
  return faults;
}

}  // namespace tillcue::terminal
