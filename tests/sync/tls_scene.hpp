#pragma once

#include <chrono>
#include <fstream>
#include <stdexcept>

#include "broker_probe.hpp"
#include "support/mosquitto.hpp"
#include "tillcue/sync/hq_broker_files.hpp"
#include "tillcue/sync/hq_certificates.hpp"

namespace tillcue::sync::test {

/// An authority, a broker set up as `tillcue-hq broker-config` does it, and certificates for whoever is asked for.
struct TlsScene {
  tillcue::test::TempDir folder;
  std::unique_ptr<tillcue::test::Mosquitto> broker;

  /// `age`: of the broker's certificate, which is for two days.
  explicit TlsScene(std::chrono::hours age = {}) {
    std::filesystem::permissions(folder.path(), std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
    need(init_authority(folder.path(), "demo", now()));
    auto const own = issue("broker", CertificateUse::broker, age);
    auto const rights = folder / "tillcue.acl";
    std::ofstream{rights} << broker_rights("demo");
    auto text = broker_configuration({.chain = "demo",
                                      .address = "127.0.0.1",
                                      .port = 8883,
                                      .authority = folder / "authority.tls.pem",
                                      .certificate = own.certificate,
                                      .key = own.key,
                                      .rights = rights});
    // The test's broker has a port of its own and keeps nothing.
    text.replace(text.find("8883"), 4, "@PORT@");
    text.replace(text.find("persistence true"), 16, "");
    text.replace(text.find("set_tcp_nodelay true"), 20, "");
    broker = std::make_unique<tillcue::test::Mosquitto>(text, true);
  }

  static Timestamp now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }
  CertificateEntry issue(std::string const& name, CertificateUse use, std::chrono::hours age = {}) const {
    std::vector<std::string> hosts;
    if (use == CertificateUse::broker) hosts = {"localhost"};
    return need(issue_certificate(folder.path(), {use, name, hosts}, 2, now() - age));
  }
  /// Options of a client that calls itself `client` and shows this certificate.
  MqttOptions options(CertificateEntry const& certificate, std::string client) const {
    auto options = options_for(broker->uri("mqtts"), std::move(client));
    options.tls =
        MqttTls{.ca = folder / "authority.tls.pem", .certificate = certificate.certificate, .key = certificate.key};
    return options;
  }

 private:
  template <class T>
  static T need(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().what);
    return *std::move(result);
  }
};

}  // namespace tillcue::sync::test
