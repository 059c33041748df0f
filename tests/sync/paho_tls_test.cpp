#include <doctest/doctest.h>

#include "tls_scene.hpp"

namespace tillcue::sync::test {
namespace {

TEST_CASE("with the authority and a client certificate the terminal connects over TLS") {
  if (skip_without_broker("connects over TLS")) return;
  TlsScene const scene;
  Probe probe(scene.options(scene.issue("till-7", CertificateUse::terminal), "till-7"));
  probe.start();
  REQUIRE(probe.connected());
  CHECK(probe.publish("tillcue/1/demo/r/till-7", std::string(100'352, 'x')));
}

TEST_CASE("a broker of another authority, another host name, or a missing client certificate is no connection") {
  if (skip_without_broker("no connection over TLS")) return;
  TlsScene const scene, other;
  auto const till = scene.issue("till-7", CertificateUse::terminal);
  auto const fails = [&](auto spoil) {
    auto options = scene.options(till, "till-7");
    spoil(options);
    Probe probe(std::move(options));
    probe.start();
    CHECK(probe.patience.until([&] { return probe.losses.size() >= 2 || !probe.connects.empty(); }));
    CHECK(probe.connects.empty());
  };
  fails([&](MqttOptions& o) { o.tls->ca = other.folder / "authority.tls.pem"; });
  fails([&](MqttOptions& o) {
    o.tls->certificate.clear();
    o.tls->key.clear();
  });
  fails([&](MqttOptions& o) {
    auto const stranger = other.issue("till-7", CertificateUse::terminal);
    o.tls->certificate = stranger.certificate;
    o.tls->key = stranger.key;
  });
  fails([&](MqttOptions& o) { o.uri = "mqtts://127.0.0.1:" + std::to_string(scene.broker->port()); });
}

}  // namespace
}  // namespace tillcue::sync::test
