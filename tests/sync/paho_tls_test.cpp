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

/// What the link says of the second attempt; a connection ends the test's hope.
std::string why_not(MqttOptions options) {
  Probe probe(std::move(options));
  probe.start();
  CHECK(probe.patience.until([&] { return probe.losses.size() >= 2 || !probe.connects.empty(); }));
  CHECK(probe.connects.empty());
  return probe.losses.empty() ? "connected" : probe.losses.back();
}

bool says(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

TEST_CASE("each reason why there is no connection over TLS is told apart, with the broker's address and the mend") {
  if (skip_without_broker("no connection over TLS")) return;
  TlsScene const scene, other;
  auto const till = scene.issue("till-7", CertificateUse::terminal);
  auto const stranger = other.issue("till-7", CertificateUse::terminal);
  auto const old = scene.issue("till-8", CertificateUse::terminal, std::chrono::hours{72});
  std::ofstream(scene.folder / "names.csv") << "text,sku\n";
  auto const place = "localhost:" + std::to_string(scene.broker->port()) + ": ";
  auto const fails = [&](std::string const& words, auto spoil) {
    auto options = scene.options(till, "till-7");
    spoil(options);
    auto const why = why_not(std::move(options));
    CHECK_MESSAGE(says(why, words), why);
    CHECK_MESSAGE(says(why, place), why);
  };
  fails("self-signed certificate in certificate chain",
        [&](auto& o) { o.tls->ca = other.folder / "authority.tls.pem"; });
  fails("authority.tls.pem must be the authority that signed it",
        [&](auto& o) { o.tls->ca = other.folder / "authority.tls.pem"; });
  fails("wants a certificate of this client", [&](auto& o) {
    o.tls->certificate.clear();
    o.tls->key.clear();
  });
  fails("it does not know the authority that signed " + stranger.certificate.string(), [&](auto& o) {
    o.tls->certificate = stranger.certificate;
    o.tls->key = stranger.key;
  });
  fails(stranger.key.string() + ": is not the key of " + till.certificate.string(),
        [&](auto& o) { o.tls->key = stranger.key; });
  fails("names.csv: holds no PEM certificate", [&](auto& o) { o.tls->ca = scene.folder / "names.csv"; });
  fails("till-8.tls.pem: ended 20", [&](auto& o) {
    o.tls->certificate = old.certificate;
    o.tls->key = old.key;
  });
  fails("hung up on MQTT: this port speaks TLS; write mqtts://", [&](auto& o) {
    o.uri = scene.broker->uri("mqtt");
    o.uri.replace(o.uri.find("127.0.0.1"), 9, "localhost");
    o.tls.reset();
  });
  auto elsewhere = scene.options(till, "till-7");
  elsewhere.uri = "mqtts://127.0.0.1:" + std::to_string(scene.broker->port());
  auto const why = why_not(elsewhere);
  CHECK_MESSAGE(says(why, "127.0.0.1:"), why);
  CHECK_MESSAGE(says(why, "is not made out to 127.0.0.1 (it names localhost)"), why);
}

TEST_CASE("a certificate of the broker that is over, and a broker that refuses a name, are told with the mend") {
  if (skip_without_broker("a broker whose certificate is over")) return;
  TlsScene const late(std::chrono::hours{72});
  auto const why = why_not(late.options(late.issue("till-7", CertificateUse::terminal), "till-7"));
  CHECK_MESSAGE(says(why, "the broker's certificate: certificate has expired; the broker needs another"), why);
  tillcue::test::Mosquitto const closed("allow_anonymous false");
  auto const refused = why_not(options_for(closed.uri(), "till-7"));
  CHECK_MESSAGE(says(refused, "Not authorized (reason code 135): its users or rights know no such client"), refused);
}

TEST_CASE("a port without TLS, a closed port and a host nobody knows are told apart") {
  if (skip_without_broker("a port without TLS")) return;
  tillcue::test::Mosquitto plain;
  auto const port = std::to_string(plain.port());
  auto const tls = why_not(options_for(plain.uri("mqtts"), "till-7"));
  CHECK_MESSAGE(says(tls, port + ": does not speak TLS ("), tls);
  plain.stop();
  auto const closed = why_not(options_for(plain.uri(), "till-7"));
  CHECK_MESSAGE(says(closed, port + ": Connection refused; the broker does not run"), closed);
  auto const unknown = why_not(options_for("mqtt://no-such-host.invalid:1", "till-7"));
  CHECK_MESSAGE(says(unknown, "no-such-host.invalid:1: "), unknown);
  // Where no name server answers at all it takes longer than that is looked for.
  CHECK_MESSAGE((says(unknown, "look at the broker's name") || says(unknown, "no answer within")), unknown);
}

}  // namespace
}  // namespace tillcue::sync::test
