#include <cstdlib>
#include <iostream>

#include <doctest/doctest.h>

#include "broker_probe.hpp"
#include "support/mosquitto.hpp"

namespace tillcue::sync::test {
namespace {

using tillcue::test::Mosquitto;
using tillcue::test::TempDir;

/// A CA, a server certificate for localhost and a client certificate for till-7; false when openssl is not installed.
bool make_certificates(TempDir const& folder) {
  auto const script = "cd '" + folder.path().string() + R"(' && {
    for ca in ca other; do
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $ca.key -out $ca.pem -days 2 -subj /CN=$ca
    done
    for name in localhost till-7; do
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $name.key -out $name.csr -subj /CN=$name
      printf 'subjectAltName=DNS:%s\n' $name > $name.ext
      openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $name.pem -days 2 -extfile $name.ext
    done
  } >openssl.log 2>&1)";
  return std::system(script.c_str()) == 0;
}

struct TlsScene {
  TempDir folder;
  bool ready = make_certificates(folder);
  std::unique_ptr<Mosquitto> broker;

  TlsScene() {
    std::filesystem::permissions(folder.path(), std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
    auto const file = [&](char const* name) { return (folder / name).string(); };
    if (ready) {
      broker = std::make_unique<Mosquitto>("listener @PORT@ 127.0.0.1\ncafile " + file("ca.pem") + "\ncertfile " +
                                               file("localhost.pem") + "\nkeyfile " + file("localhost.key") +
                                               "\nrequire_certificate true\nuse_identity_as_username true\n",
                                           true);
    }
  }
  [[nodiscard]] MqttOptions options() const {
    auto options = options_for(broker->uri("mqtts"), "till-7");
    options.tls = MqttTls{.ca = folder / "ca.pem", .certificate = folder / "till-7.pem", .key = folder / "till-7.key"};
    return options;
  }
};

bool skip(TlsScene const& scene, char const* test) {
  if (!scene.ready) std::cout << "skipped: " << test << ": the openssl program is not installed\n";
  return !scene.ready;
}

TEST_CASE("with the CA and a client certificate the terminal connects over TLS") {
  if (skip_without_broker("connects over TLS")) return;
  TlsScene const scene;
  if (skip(scene, "connects over TLS")) return;
  Probe probe(scene.options());
  probe.start();
  REQUIRE(probe.connected());
  CHECK(probe.publish("t", std::string(200'000, 'x')));
}

TEST_CASE("a broker of another CA, another host name, or a missing client certificate is no connection") {
  if (skip_without_broker("no connection over TLS")) return;
  TlsScene const scene;
  if (skip(scene, "no connection over TLS")) return;
  auto const fails = [&](auto spoil) {
    auto options = scene.options();
    spoil(options);
    Probe probe(std::move(options));
    probe.start();
    CHECK(probe.patience.until([&] { return probe.losses.size() >= 2 || !probe.connects.empty(); }));
    CHECK(probe.connects.empty());
  };
  fails([&](MqttOptions& o) { o.tls->ca = scene.folder / "other.pem"; });
  fails([&](MqttOptions& o) {
    o.tls->certificate.clear();
    o.tls->key.clear();
  });
  fails([&](MqttOptions& o) { o.uri = "mqtts://127.0.0.1:" + std::to_string(scene.broker->port()); });
}

}  // namespace
}  // namespace tillcue::sync::test
