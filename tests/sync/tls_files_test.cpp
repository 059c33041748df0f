#include "tillcue/sync/tls_files.hpp"

#include <fstream>

#include <doctest/doctest.h>

#include "support/mosquitto.hpp"
#include "tillcue/sync/hq_certificates.hpp"

namespace tillcue::sync::test {
namespace {

using tillcue::test::TempDir;

constexpr Timestamp kNow{std::chrono::milliseconds{1'790'000'000'000}};
constexpr auto kDay = std::chrono::days{1};

struct Office {
  TempDir folder;
  Office() { REQUIRE(init_authority(folder.path(), "demo", kNow)); }

  [[nodiscard]] MqttTls till(std::string const& name, CertificateUse use = CertificateUse::terminal) const {
    std::vector<std::string> hosts;
    if (use == CertificateUse::broker) hosts = {"localhost"};
    auto const made = issue_certificate(folder.path(), {use, name, hosts}, 400, kNow).value();
    return {.ca = folder / "authority.tls.pem", .certificate = made.certificate, .key = made.key};
  }
};

/// All faults, a line each.
std::string faults(MqttTls const& files, std::string const& name = "till-1", Timestamp now = kNow) {
  std::string text;
  for (auto const& fault : tls_faults(files, name, now)) {
    text += (fault.file == TlsFile::ca            ? "ca "
             : fault.file == TlsFile::certificate ? "certificate "
                                                  : "key ") +
            fault.what + '\n';
  }
  return text;
}

bool says(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

TEST_CASE("files as head office makes them have no fault, nor has a client without any") {
  Office const office;
  auto const files = office.till("till-1");
  CHECK(faults(files) == "");
  CHECK(faults({}) == "");
  MqttTls authority;
  authority.ca = files.ca;
  CHECK(faults(authority) == "");
}

TEST_CASE("each fault of each file is told at once, with the file and the mend, and nothing of a key") {
  Office const office, other;
  auto files = office.till("till-2");
  files.key = other.till("till-1").key;
  files.ca = office.folder / "names.csv";
  std::ofstream(files.ca) << "text,sku\n";
  auto const all = faults(files);
  CHECK(says(all, "ca " + files.ca.string() + ": holds no PEM certificate; give the one of the authority"));
  CHECK(says(all, "till-2.tls.pem: is made out to \"till-2\""));
  CHECK(says(all, "get one for \"till-1\""));
  CHECK(says(all, files.key.string() + ": is not the key of " + files.certificate.string()));
  std::ifstream in(files.key);
  for (std::string line; std::getline(in, line);) CHECK_FALSE(says(all, line));
  files.ca = files.key;
  files.certificate = office.folder / "away.pem";
  CHECK(says(faults(files), "holds no PEM certificate, but a private key"));
  CHECK(says(faults(files), "away.pem: No such file or directory; give this client's"));
  files.key = office.folder / "authority.tls.pem";
  CHECK(says(faults(files), "key " + files.key.string() + ": holds no PEM private key"));
}

TEST_CASE("a certificate's time, authority and purpose are looked at; its name and authority only where they count") {
  Office const office, other;
  auto files = office.till("till-1");
  CHECK(
      says(faults(files, "till-1", kNow + 500 * kDay), "certificate " + files.certificate.string() + ": ended 2027-"));
  CHECK(says(faults(files, "till-1", kNow + 500 * kDay), "and this machine's clock says 2028-"));
  CHECK(says(faults(files, "till-1", kNow - kDay), "is not valid before 2026-"));
  CHECK(says(faults(files, "till-1", kNow + 4000 * kDay), "ca " + files.ca.string() + ": ended 2036-"));
  files.ca = other.folder / "authority.tls.pem";
  CHECK(says(faults(files), "does not hold by " + files.ca.string() + " ("));
  CHECK(faults(files, "") == "");
  CHECK(says(faults(office.till("mqtt", CertificateUse::broker), "mqtt"), "purpose"));
}

}  // namespace
}  // namespace tillcue::sync::test
