#include "tillcue/sync/crypto.hpp"

#include <filesystem>
#include <fstream>
#include <set>

#include <doctest/doctest.h>

#include "support/mosquitto.hpp"

namespace tillcue::sync {
namespace {

using tillcue::test::TempDir;

TEST_CASE("SHA-256 gives the digests of FIPS 180-4, whole, in pieces and from a file") {
  CHECK(sha256(as_bytes("")).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256(as_bytes("abc")).hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256Stream stream;
  stream.add(as_bytes("a"));
  stream.add(as_bytes("bc"));
  CHECK(stream.finish() == sha256(as_bytes("abc")));
  TempDir const folder;
  std::ofstream(folder / "abc") << "abc";
  CHECK(*sha256_file(folder / "abc") == sha256(as_bytes("abc")));
  CHECK(sha256_file(folder / "none").error().code == Code::not_found);
}

TEST_CASE("base64 is read in its canonical form only") {
  for (auto const* text : {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmFy"}) {
    auto const bytes = from_base64(text);
    REQUIRE(bytes);
    CHECK(to_base64(*bytes) == text);
  }
  CHECK(as_text(*from_base64("Zm9vYmE=")) == "fooba");
  for (auto const* text : {"Zg", "Zg=", "Zh==", "Zg==\n", "Zg= =", "Z===", "====", "Zm9v Zm9v", "Zm9-", "Zg==Zg=="}) {
    CHECK_MESSAGE(from_base64(text).error().code == Code::invalid, text);
  }
}

TEST_CASE("a digest is read from 64 lower-case digits only") {
  auto const hex = sha256(as_bytes("abc")).hex();
  CHECK(Sha256::parse(hex)->hex() == hex);
  CHECK_FALSE(Sha256::parse(hex.substr(1)));
  CHECK_FALSE(Sha256::parse(hex + "0"));
  CHECK_FALSE(Sha256::parse("BA" + hex.substr(2)));
  CHECK_FALSE(Sha256::parse("g" + hex.substr(1)));
}

TEST_CASE("a pseudonym is HMAC-SHA256 (RFC 4231) cut to 32 digits, and nobody stays nobody") {
  CHECK(pseudonym(as_bytes("Jefe"), "what do ya want for nothing?") == "5bdcc146bf60754e6a042426089575c7");
  CHECK(pseudonym(as_bytes("Jefe"), "").empty());
  CHECK(pseudonym(as_bytes("a"), "42") != pseudonym(as_bytes("b"), "42"));
  CHECK(pseudonym({}, "42").size() == 32);
}

TEST_CASE("random ids differ, are never zero and fit 63 bits") {
  std::set<std::uint64_t> seen;
  for (int n = 0; n < 1000; ++n) seen.insert(*random_id());
  CHECK(seen.size() == 1000);
  CHECK_FALSE(seen.contains(0));
  CHECK(*seen.rbegin() <= static_cast<std::uint64_t>(INT64_MAX));
}

TEST_CASE("keys survive their files, the private one is its owner's alone, and none is overwritten") {
  TempDir const folder;
  auto const key = *SigningKey::generate();
  REQUIRE(key.save(folder / "hq.key.pem"));
  REQUIRE(key.public_key().save(folder / "hq.pub.pem"));
  auto const mode = std::filesystem::status(folder / "hq.key.pem").permissions();
  CHECK(mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  auto const loaded = SigningKey::load(folder / "hq.key.pem");
  auto const open = PublicKey::load(folder / "hq.pub.pem");
  REQUIRE(loaded);
  REQUIRE(open);
  CHECK(loaded->id() == key.id());
  CHECK(open->id() == key.id());
  CHECK(key.id().size() == 16);
  CHECK(open->verifies(as_bytes("hello"), loaded->sign(as_bytes("hello"))));
  CHECK(key.save(folder / "hq.key.pem").error().code == Code::rejected);
  CHECK(key.public_key().save(folder / "hq.pub.pem").error().code == Code::rejected);
}

TEST_CASE("a key file that is none is refused with its name") {
  TempDir const folder;
  CHECK(SigningKey::load(folder / "none").error().code == Code::not_found);
  CHECK(PublicKey::load(folder / "none").error().code == Code::not_found);
  std::ofstream(folder / "junk") << "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
  auto const junk = PublicKey::load(folder / "junk");
  REQUIRE_FALSE(junk);
  CHECK(junk.error().code == Code::invalid);
  CHECK(junk.error().what.find("junk") != std::string::npos);
  CHECK(SigningKey::load(folder / "junk").error().code == Code::invalid);
  // P-256, a valid key of another kind.
  std::ofstream(folder / "ec") << "-----BEGIN PUBLIC KEY-----\n"
                                  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYxMsTUvbSWm42mgeyxqLOu7V4kU2\n"
                                  "lZSqk5mO8rW6sWlRP7ITwZ3P5RMIFo2FBQSlHZp1CD0+11Apj6Pe9AD8Lg==\n"
                                  "-----END PUBLIC KEY-----\n";
  CHECK(PublicKey::load(folder / "ec").error().code == Code::invalid);
}

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t n = 0; n < hex.size(); n += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(n, 2)), nullptr, 16)));
  }
  return bytes;
}

TEST_CASE("public keys of small order and second encodings are refused") {
  std::string const zero(64, '0');
  std::string const full = "ff" + std::string(60, 'f');
  auto const weak = {zero,
                     "01" + zero.substr(2),
                     std::string("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
                     std::string("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
                     "ec" + full.substr(2) + "7f",   // -1
                     "ed" + full.substr(2) + "7f",   // p, a second 0
                     "ee" + full.substr(2) + "7f"};  // p+1, a second 1
  for (auto const& hex : weak) {
    auto raw = from_hex(hex);
    CHECK_MESSAGE(PublicKey::from_raw(raw).error().code == Code::invalid, hex);
    raw.back() |= std::byte{0x80};  // the other sign
    CHECK_MESSAGE(PublicKey::from_raw(raw).error().code == Code::invalid, hex);
  }
  CHECK(PublicKey::from_raw(from_hex(zero.substr(2))).error().code == Code::invalid);
  CHECK(PublicKey::from_raw(from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")));
}

TEST_CASE("the RFC 8032 signature verifies, and no single flipped bit of it does") {
  auto const key = *PublicKey::from_raw(from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
  auto const raw = from_hex(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
      "b0"
      "0d291612bb0c00");
  Signature signature{};
  std::copy(raw.begin(), raw.end(), signature.begin());
  CHECK(key.verifies(as_bytes("\x72"), signature));
  for (std::size_t bit = 0; bit < 512; ++bit) {
    auto spoiled = signature;
    spoiled[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    CHECK_FALSE(key.verifies(as_bytes("\x72"), spoiled));
  }
}

}  // namespace
}  // namespace tillcue::sync
