#include "tillcue/sync/hq_broker_files.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tillcue::sync {
namespace {

// Under a terminal's own name only, and readable by everybody of the chain.
constexpr std::array<std::string_view, 4> kTerminalWrites{"r/%u", "s/%u", "q/%u", "h/%u"};
constexpr std::array<std::string_view, 12> kTerminalReads{"m/#",       "c/#",       "a/%u",      "l/all",
                                                          "l/group/+", "l/store/+", "k/all",     "l/terminal/%u",
                                                          "f/all",     "f/group/+", "f/store/+", "f/terminal/%u"};
constexpr std::array<std::string_view, 6> kHqWrites{"m/#", "c/#", "a/+", "l/#", "f/#", "k/all"};
constexpr std::array<std::string_view, 2> kHqNames{"hq", "hq-publish"};
/// The largest message of the protocol is a batch of 100,352 bytes.
constexpr std::size_t kLargest = 131'072;
/// mosquitto itself takes 10; head office two connections, somebody who looks a few more.
constexpr std::size_t kOwnDescriptors = 100;

}  // namespace

std::string broker_rights(std::string const& chain) {
  auto const prefix = "tillcue/1/" + chain + "/";
  std::string text = "# Who may say and hear what in chain " + chain +
                     ". %u is the common name of the client's certificate.\n"
                     "# Certificates named hq and hq-publish are for head office alone.\n";
  for (auto const topic : kTerminalWrites) text += "pattern write " + prefix + std::string(topic) + "\n";
  for (auto const topic : kTerminalReads) text += "pattern read " + prefix + std::string(topic) + "\n";
  for (auto const name : kHqNames) {
    text += "\nuser " + std::string(name) + "\ntopic read " + prefix + "#\n";
    for (auto const topic : kHqWrites) text += "topic write " + prefix + std::string(topic) + "\n";
  }
  return text;
}

std::size_t broker_descriptors(std::size_t terminals) { return terminals + kOwnDescriptors; }

std::string broker_configuration(BrokerSettings const& settings) {
  auto const largest = std::to_string(std::min(kLargest, settings.limits.max_payload));
  return "# mosquitto 2.0 for the tills and the head office of chain " + settings.chain +
         ".\n"
         "listener " +
         std::to_string(settings.port) + " " + settings.address + "\ncafile " + settings.authority.string() +
         "\ncertfile " + settings.certificate.string() + "\nkeyfile " + settings.key.string() +
         "\ntls_version tlsv1.2\n"
         "# No certificate, no connection; who is who is the certificate's common name and nothing a client says.\n"
         "require_certificate true\n"
         "use_identity_as_username true\n"
         "use_username_as_clientid true\n"
         "allow_anonymous false\n"
         "# certificates taken back: crlfile FILE\n"
         "acl_file " +
         settings.rights.string() +
         "\n"
         "# The largest message of the protocol is a batch of 100,352 bytes.\n"
         "max_packet_size " +
         largest + "\nmessage_size_limit " + largest + "\nmax_inflight_messages " +
         std::to_string(settings.limits.in_flight) +
         "\n"
         "# A connection takes a file descriptor, and more of them than the process may have are refused. Set the "
         "unit's\n"
         "# limit for " +
         std::to_string(settings.terminals) + " terminals: systemctl edit mosquitto, [Service], LimitNOFILE=" +
         std::to_string(broker_descriptors(settings.terminals)) +
         "\n"
         "max_queued_messages 1000\n"
         "persistent_client_expiration 14d\n"
         "# What lies on the broker for terminals that come later outlasts an orderly restart. Nothing depends on it:\n"
         "# results are safe when head office has signed for them, and it says its words again when it connects.\n"
         "persistence true\n"
         "autosave_interval 300\n"
         "set_tcp_nodelay true\n";
}

}  // namespace tillcue::sync
