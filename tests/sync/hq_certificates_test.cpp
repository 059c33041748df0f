#include "tillcue/sync/hq_certificates.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "support/mosquitto.hpp"

namespace tillcue::sync::test {
namespace {

using tillcue::test::TempDir;
namespace fs = std::filesystem;

constexpr Timestamp kNow{std::chrono::milliseconds{1'790'000'000'000}};
constexpr auto kYear = std::chrono::days{365};

struct Folder {
  TempDir dir;
  fs::path authority = dir / "authority.tls.pem";
  Folder() { REQUIRE(init_authority(dir.path(), "demo", kNow)); }

  Result<CertificateEntry> issue(CertificateUse use, std::string name, std::vector<std::string> hosts = {},
                                 int days = 400) {
    return issue_certificate(dir.path(), {use, std::move(name), std::move(hosts)}, days, kNow);
  }
  Result<CertificateEntry> check(CertificateEntry const& made, CertificateUse use, Timestamp now = kNow) {
    return check_certificate(made.certificate, made.key, authority, use, now);
  }
};

TEST_CASE("certificates of each use hold, for that use and in their time only") {
  Folder folder;
  auto const till = folder.issue(CertificateUse::terminal, "till-1").value();
  auto const broker = folder.issue(CertificateUse::broker, "broker", {"mqtt.example.com", "192.0.2.7"}).value();
  auto const hq = folder.issue(CertificateUse::hq, "hq").value();
  CHECK(folder.check(till, CertificateUse::terminal)->name == "till-1");
  CHECK(folder.check(till, CertificateUse::terminal)->ends == kNow + std::chrono::days{400});
  CHECK(folder.check(broker, CertificateUse::broker));
  CHECK(folder.check(hq, CertificateUse::hq));
  CHECK(folder.check(till, CertificateUse::broker).error().what.find("purpose") != std::string::npos);
  CHECK(folder.check(broker, CertificateUse::terminal).error().what.find("purpose") != std::string::npos);
  CHECK(folder.check(till, CertificateUse::hq).error().what.find("hq-publish") != std::string::npos);
  CHECK(folder.check(hq, CertificateUse::terminal).error().what.find("rights of HQ") != std::string::npos);
  CHECK(folder.check(till, CertificateUse::terminal, kNow + 2 * kYear).error().what.find("expired") !=
        std::string::npos);
  CHECK(folder.check(till, CertificateUse::terminal, kNow - kYear).error().what.find("not yet valid") !=
        std::string::npos);
  CHECK(fs::status(till.key).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("another authority's certificate, another's key and things that are no certificate are told apart") {
  Folder folder, other;
  auto const till = folder.issue(CertificateUse::terminal, "till-1").value();
  auto const stranger = other.issue(CertificateUse::terminal, "till-1").value();
  CHECK(folder.check(stranger, CertificateUse::terminal).error().code == Code::rejected);
  auto mixed = till;
  mixed.key = stranger.key;
  CHECK(folder.check(mixed, CertificateUse::terminal).error().what.find("is not the key of") != std::string::npos);
  auto nothing = till;
  nothing.certificate = till.key;
  CHECK(folder.check(nothing, CertificateUse::terminal).error().what.find("no PEM certificate") != std::string::npos);
  nothing.certificate = folder.dir / "away.pem";
  CHECK(folder.check(nothing, CertificateUse::terminal).error().code == Code::not_found);
  CHECK(check_certificate(till.certificate, {}, till.key, CertificateUse::terminal, kNow).error().code ==
        Code::invalid);
}

TEST_CASE("nobody but HQ is called like HQ, nothing is overwritten, faults name the mend") {
  Folder folder;
  for (auto const* name : {"hq", "hq-publish", "hq-2", "authority"}) {
    CHECK(folder.issue(CertificateUse::terminal, name).error().code == Code::rejected);
  }
  CHECK(folder.issue(CertificateUse::hq, "office").error().what.find("hq (serve)") != std::string::npos);
  CHECK(folder.issue(CertificateUse::terminal, "a/b").error().code == Code::invalid);
  CHECK(folder.issue(CertificateUse::terminal, "till-1", {"host"}).error().what.find("--host") != std::string::npos);
  CHECK(folder.issue(CertificateUse::broker, "broker").error().what.find("--host") != std::string::npos);
  CHECK(folder.issue(CertificateUse::broker, "broker", {"a b,IP:1.2.3.4"}).error().code == Code::invalid);
  CHECK(folder.issue(CertificateUse::terminal, "till-1", {}, 0).error().what.find("--days") != std::string::npos);
  REQUIRE(folder.issue(CertificateUse::terminal, "till-1"));
  CHECK(folder.issue(CertificateUse::terminal, "till-1").error().what.find("not overwritten") != std::string::npos);
  CHECK(init_authority(folder.dir.path(), "demo", kNow).error().code == Code::rejected);
  TempDir const empty;
  CHECK(issue_certificate(empty.path(), {CertificateUse::terminal, "till-1", {}}, 1, kNow)
            .error()
            .what.find("keys authority") != std::string::npos);
}

TEST_CASE("a certificate never outlives its authority, and none is made when that is over") {
  Folder folder;
  auto const late =
      issue_certificate(folder.dir.path(), {CertificateUse::terminal, "till-1", {}}, 3653, kNow + 9 * kYear);
  REQUIRE(late);
  CHECK(late->ends == kNow + std::chrono::days{3653});
  CHECK(issue_certificate(folder.dir.path(), {CertificateUse::terminal, "till-2", {}}, 10, kNow + 11 * kYear)
            .error()
            .what.find("is over") != std::string::npos);
  auto const list = list_certificates(folder.dir.path()).value();
  REQUIRE(list.size() == 2);
  CHECK(list[1].name == "till-1");
}

TEST_CASE("certificates made now and later end after January 2038 when they should") {
  TempDir dir;
  auto const later = kNow + 10 * kYear;
  CHECK(init_authority(dir.path(), "demo", later).value().ends == later + std::chrono::days{3653});
  auto const till = issue_certificate(dir.path(), {CertificateUse::terminal, "till-1", {}}, 400, later).value();
  CHECK(till.ends == later + std::chrono::days{400});
  CHECK(check_certificate(till.certificate, till.key, dir / "authority.tls.pem", CertificateUse::terminal, later));
}

TEST_CASE("a request asks an authority of one's own for what is needed") {
  TempDir const dir;
  auto const asked = request_certificate(dir.path(), {CertificateUse::broker, "broker", {"mqtt.example.com"}});
  REQUIRE(asked);
  std::ifstream in{asked->certificate};
  std::string first;
  std::getline(in, first);
  CHECK(first == "-----BEGIN CERTIFICATE REQUEST-----");
  CHECK(fs::exists(asked->key));
  CHECK(request_certificate(dir.path(), {CertificateUse::broker, "broker", {"x"}}).error().code == Code::rejected);
}

}  // namespace
}  // namespace tillcue::sync::test
