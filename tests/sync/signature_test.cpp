#include <doctest/doctest.h>

#include "samples.hpp"

namespace tillcue::sync {
namespace {

struct Sealed {
  SigningKey key = *SigningKey::generate();
  KeyRing ring;
  std::string body = *encode_manifest(test::manifest_of(test::content(100'000)));
  std::string envelope = *seal(key, body);
  Sealed() { ring.pin(key.public_key()); }
};

TEST_CASE("a sealed manifest comes back as it was") {
  Sealed const s;
  CHECK(*unseal(s.ring, s.envelope) == s.body);
}

TEST_CASE("every flipped bit of the envelope is refused or leaves the signed body as it was") {
  Sealed const s;
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < s.envelope.size() * 8; ++bit) {
    auto spoiled = s.envelope;
    spoiled[bit / 8] = static_cast<char>(static_cast<unsigned char>(spoiled[bit / 8]) ^ (1U << bit % 8));
    auto const body = unseal(s.ring, spoiled);
    refused += body ? 0 : 1;
    // An escape of JSON can be spelt in two ways; the signed content may not differ.
    if (body) CHECK(*body == s.body);
  }
  CHECK(refused >= s.envelope.size() * 8 - 8);
}

TEST_CASE("of several signatures that of a pinned key counts, and only that") {
  Sealed s;
  auto const old = *SigningKey::generate(), lost = *SigningKey::generate();
  std::vector<SigningKey> const all{old, lost, s.key};
  auto const envelope = *seal(all, s.body);
  CHECK(*unseal(s.ring, envelope) == s.body);
  KeyRing first;
  first.pin(old.public_key());
  CHECK(*unseal(first, envelope) == s.body);
  KeyRing stranger;
  stranger.pin(SigningKey::generate()->public_key());
  CHECK(unseal(stranger, envelope).error().what.find("not pinned") != std::string::npos);
  auto forged = envelope;
  forged.replace(forged.find("demo"), 4, "diva");
  CHECK_FALSE(unseal(s.ring, forged));
  auto const another = *seal(std::vector<SigningKey>{old, lost}, s.body);
  auto borrowed = another;
  borrowed.replace(borrowed.find(lost.id()), 16, s.key.id());
  CHECK(unseal(s.ring, borrowed).error().what.find("signature is wrong") != std::string::npos);
  for (auto const* also : {"7", "[7]", "[{}]", R"([{"key":"short","sig":""}])"}) {
    auto spoiled = *seal(old, s.body);
    spoiled.insert(1, "\"also\":" + std::string(also) + ",");
    CHECK(unseal(s.ring, spoiled).error().what.find("also") != std::string::npos);
  }
  CHECK_FALSE(seal(std::vector<SigningKey>{}, s.body));
  CHECK_FALSE(seal(std::vector<SigningKey>(17, old), s.body));
}

TEST_CASE("a key that is not pinned is refused, also when the signature is right") {
  Sealed const s;
  auto const stranger = *SigningKey::generate();
  auto const opened = unseal(s.ring, *seal(stranger, s.body));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == Code::rejected);
  CHECK(opened.error().what.find("not pinned") != std::string::npos);
  CHECK(opened.error().what.find("signed by key " + stranger.public_key().id()) != std::string::npos);
  CHECK(opened.error().what.find("trusted: " + s.key.public_key().id()) != std::string::npos);
  CHECK(opened.error().what.find("add HQ's public key") != std::string::npos);
}

TEST_CASE("another pinned key's id does not help a signature") {
  Sealed s;
  auto const other = *SigningKey::generate();
  s.ring.pin(other.public_key());
  auto forged = s.envelope;
  forged.replace(forged.find(s.key.id()), 16, other.id());
  auto const opened = unseal(s.ring, forged);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().what.find("signature is wrong") != std::string::npos);
}

TEST_CASE("what is not an envelope is refused with its reason") {
  Sealed const s;
  auto const refused = [&](std::string const& text, std::string_view why) {
    auto const opened = unseal(s.ring, text);
    REQUIRE_FALSE(opened);
    CHECK_MESSAGE(opened.error().what.find(why) != std::string::npos, opened.error().what);
  };
  refused("", "not JSON");
  refused("[]", "not a JSON object");
  refused("{}", "\"key\" is missing");
  refused(R"({"key":"0123456789abcdef"})", "\"sig\" is missing");
  refused(R"({"key":5})", "\"key\" must be a text");
  refused(s.envelope + "x", "not JSON");
  refused(s.envelope.substr(0, s.envelope.size() - 1), "not JSON");
  refused(std::string(kMaxEnvelope + 1, ' '), "at most 16384");
  refused(R"({"key":"0123456789abcdef","sig":")" + std::string(88, '*') + R"(","body":"x"})", "\"sig\"");
  refused(R"({"key":"0123456789abcdef","sig":")" + std::string(88, 'A') + R"(","body":""})", "\"body\" is empty");
  refused(R"({"key":{"a":{"b":{"c":1}}},"sig":"","body":""})", "nested deeper");
}

TEST_CASE("a body that does not fit the envelope or is not UTF-8 is not sealed") {
  Sealed const s;
  CHECK(seal(s.key, std::string(kMaxEnvelope, 'x')).error().code == Code::invalid);
  CHECK(seal(s.key, "\xFF").error().code == Code::invalid);
}

}  // namespace
}  // namespace tillcue::sync
