#include <functional>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "hostile_manifests.hpp"

namespace tillcue::sync {
namespace {

using Json = nlohmann::json;
using test::content;
using test::manifest_of;

TEST_CASE("a manifest comes back as it was") {
  auto const manifest = manifest_of(content(150'000), 42);
  auto const read = decode_manifest(*encode_manifest(manifest));
  REQUIRE(read);
  CHECK(read->chain == "demo");
  CHECK(read->scope == "all");
  CHECK(read->release == 42);
  CHECK(read->bundle == manifest.bundle);
  CHECK(read->size == 150'000);
  CHECK(read->chunks == manifest.chunks);
  CHECK(read->created == manifest.created);
  CHECK(read->expires == manifest.expires);
  CHECK(read->minimum_version == "0.1.0");
  CHECK(read->note == "week 47");
  CHECK(read->chunk_count() == 3);
  CHECK(read->chunk_size(1) == 61'440);
  CHECK(read->chunk_size(2) == 150'000 - 2 * 61'440);
  CHECK(read->chunk_size(3) == 0);
}

TEST_CASE("a manifest of 10 MiB fits 16 KiB with its signature") {
  auto const key = *SigningKey::generate();
  auto manifest = manifest_of(content(10U << 20U));
  manifest.note = std::string(500, 'n');
  CHECK(manifest.chunks.size() == 171);
  auto const envelope = seal(key, *encode_manifest(manifest));
  REQUIRE(envelope);
  MESSAGE("10 MiB manifest: ", envelope->size(), " bytes");
  CHECK(envelope->size() <= kMaxEnvelope);
}

TEST_CASE("up to 200 pieces are named in the manifest, more in an object of their own") {
  CHECK_FALSE(cut_bundle(as_bytes(content(200 * kChunkBytes)))->manifest.chunk_list);
  auto const bytes = content(200 * kChunkBytes + 1);
  auto const cut = *cut_bundle(as_bytes(bytes));
  REQUIRE(cut.manifest.chunk_list);
  CHECK(cut.manifest.chunks.empty());
  CHECK(cut.chunks.size() == 201);
  auto const read = decode_manifest(*encode_manifest(manifest_of(bytes)));
  REQUIRE(read);
  CHECK(*decode_chunk_list(*read, cut.chunk_list_bytes) == cut.chunks);
}

TEST_CASE("a chunk list with another digest or of another length is refused") {
  auto const bytes = content(201 * kChunkBytes);
  auto const cut = *cut_bundle(as_bytes(bytes));
  auto spoiled = cut.chunk_list_bytes;
  spoiled[5] = static_cast<char>(spoiled[5] ^ 1);
  CHECK(decode_chunk_list(cut.manifest, spoiled).error().code == Code::corrupt);
  auto shorter = cut.manifest;
  shorter.chunk_list = sha256(as_bytes(cut.chunk_list_bytes.substr(32)));
  CHECK(decode_chunk_list(shorter, cut.chunk_list_bytes.substr(32)).error().code == Code::invalid);
}

TEST_CASE("an empty or too large bundle is not cut") {
  CHECK(cut_bundle({}).error().code == Code::invalid);
  // Never read: the size alone decides.
  std::byte const one{};
  CHECK(cut_bundle({&one, static_cast<std::size_t>(kMaxBundle) + 1}).error().code == Code::invalid);
}

TEST_CASE("a newer format is unsupported, not invalid") {
  auto json = Json::parse(*encode_manifest(manifest_of(content(10))));
  json["format"] = 2;
  auto const read = decode_manifest(json.dump());
  REQUIRE_FALSE(read);
  CHECK(read.error().code == Code::unsupported);
  CHECK(read.error().what.find("update the program") != std::string::npos);
}

TEST_CASE("unknown fields are ignored") {
  auto json = Json::parse(*encode_manifest(manifest_of(content(10))));
  json["delta"] = {{"base", "x"}, {"list", {1, 2, 3}}};
  CHECK(decode_manifest(json.dump()));
}

TEST_CASE("each of more than a hundred malformed manifests is refused for its own reason") {
  auto const good = Json::parse(*encode_manifest(test::full_manifest()));
  REQUIRE(decode_manifest(good.dump()));
  auto const all = test::spoiled_manifests();
  for (auto const& one : all) {
    auto const read = decode_manifest(one.of(good).dump());
    REQUIRE_MESSAGE(!read, one.path, " = ", one.value.dump());
    CHECK_MESSAGE(read.error().what.find(one.why) != std::string::npos, read.error().what, " / expected: ", one.why);
    CHECK((read.error().code == Code::invalid || one.path == "/format"));
  }
  MESSAGE(all.size(), " malformed manifests");
  CHECK(all.size() > 100);
}

TEST_CASE("text that is no manifest is refused: cut, doubled, deep, repeated keys, bad UTF-8, too long") {
  auto const good = *encode_manifest(manifest_of(content(10)));
  for (std::size_t length = 0; length < good.size(); ++length) CHECK_FALSE(decode_manifest(good.substr(0, length)));
  auto const why = [](std::string const& text) { return decode_manifest(text).error().what; };
  CHECK(why(good + good).find("not JSON") != std::string::npos);
  CHECK(why("null").find("not a JSON object") != std::string::npos);
  CHECK(why(R"({"release":1,"release":2})").find("\"release\" appears twice") != std::string::npos);
  CHECK(why(R"({"x":{"a":1,"a":1}})").find("\"a\" appears twice") != std::string::npos);
  CHECK(why("{\"note\":\"\xC3\x28\"}").find("not JSON") != std::string::npos);
  CHECK(why(std::string(16'000, '[')).find("nested deeper") != std::string::npos);
  CHECK(why(std::string(kMaxEnvelope + 1, '[')).find("at most") != std::string::npos);
  CHECK(why(R"({"format":1e400})").find("manifest") == 0);
}

TEST_CASE("the same field in two nested objects is not a repetition") {
  auto json = Json::parse(*encode_manifest(manifest_of(content(10))));
  json["future"] = {{"size", 1}, {"inner", {{"size", 2}}}};
  CHECK(decode_manifest(json.dump()));
}

TEST_CASE("what breaks the rules is not encoded either") {
  std::function<void(Manifest&)> const spoil[] = {
      [](Manifest& m) { m.chain = ""; },          [](Manifest& m) { m.scope = "a/b"; },
      [](Manifest& m) { m.release = 0; },         [](Manifest& m) { m.release = kMaxInteger + 1; },
      [](Manifest& m) { m.size += kChunkBytes; }, [](Manifest& m) { m.size = 0; },
      [](Manifest& m) { m.chunk_bytes = 1; },     [](Manifest& m) { m.chunks.clear(); },
      [](Manifest& m) { m.expires = m.created; }, [](Manifest& m) { m.minimum_version = "x"; },
      [](Manifest& m) { m.note = "\xFF"; },       [](Manifest& m) { m.created = 0; }};
  for (auto const& one : spoil) {
    auto manifest = manifest_of(content(100));
    one(manifest);
    CHECK(encode_manifest(manifest).error().code == Code::invalid);
  }
}

TEST_CASE("versions are compared number by number") {
  CHECK(*compare_versions("1.10.0", "1.9.9") == 1);
  CHECK(*compare_versions("1", "1.0.0") == 0);
  CHECK(*compare_versions("0.1.0", "0.1.1") == -1);
  for (auto const* text : {"", "a", "1.", "1.2.3.4", "-1", "1.2.x", "99999999999"})
    CHECK_FALSE(compare_versions(text, "1"));
}

}  // namespace
}  // namespace tillcue::sync
