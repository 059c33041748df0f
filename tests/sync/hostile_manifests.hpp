#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "samples.hpp"

/// Manifests that each break one rule of WIRE.md, with what must be said about it.
namespace tillcue::sync::test {

using Json = nlohmann::json;

/// A manifest with everything in it: 150,000 bytes in three pieces, two parcels, two probes, a stage.
inline Manifest full_manifest(std::uint64_t release = 7) {
  auto manifest = manifest_of(content(150'000), release);
  manifest.scope = kNextScope;
  manifest.stage = Manifest::Stage{100, 3, true, 300, {"till-1"}};
  manifest.parcels = {{sha256(as_bytes("a")), 10, {}, {}},
                      {sha256(as_bytes("b")), 70'000, sha256(as_bytes("base")), sha256(as_bytes("list"))}};
  manifest.probes = {{{"4711"}, {"22", "23"}}, {{"22", "23"}, {}}};
  return manifest;
}

/// `value` in the place that `path` points to (RFC 6901); a discarded one: the field is taken away.
struct Spoiled {
  std::string path;
  Json value;
  std::string why;

  [[nodiscard]] Json of(Json manifest) const {
    auto const at = Json::json_pointer(path);
    if (!value.is_discarded()) {
      manifest[at] = value;
    } else {
      manifest[at.parent_pointer()].erase(at.back());
    }
    return manifest;
  }
};

inline std::vector<Spoiled> spoiled_manifests() {
  auto const hash = std::string(64, 'a');
  std::uint64_t const big = 9'007'199'254'740'992;
  auto const gone = Json(Json::value_t::discarded);
  auto const many = [](std::size_t count, Json one) { return Json(std::vector<Json>(count, std::move(one))); };
  Json const parcel{{"object", hash}, {"size", 10}};
  Json const probe{{"basket", {"1"}}, {"answer", {"2"}}};
  std::vector<Spoiled> all{
      {"/format", 0, "\"format\" is out of range"},
      {"/format", -1, "\"format\" must be a whole number"},
      {"/format", "1", "\"format\" must be a whole number"},
      {"/format", 1.5, "\"format\" must be a whole number"},
      {"/format", 2, "\"format\" 2 is newer: update the program"},
      {"/chain", "", "\"chain\" is empty"},
      {"/chain", std::string(65, 'c'), "\"chain\" is longer than 64"},
      {"/chain", 7, "\"chain\" must be a text"},
      {"/chain", "a/b", "\"chain\" must be 1 to 64 letters"},
      {"/chain", "+", "\"chain\" must be 1 to 64 letters"},
      {"/chain", "#", "\"chain\" must be 1 to 64 letters"},
      {"/scope", "", "\"scope\" is empty"},
      {"/scope", "a b", "\"scope\" must be 1 to 64 letters"},
      {"/scope", std::string(65, 's'), "\"scope\" is longer"},
      {"/scope", "all", "\"stage\" belongs to scope \"next\", and only there"},
      {"/release", 0, "\"release\" is out of range"},
      {"/release", -1, "\"release\" must be a whole number, not negative"},
      {"/release", big, "\"release\" is out of range"},
      {"/release", 4294967297.5, "\"release\" must be a whole number"},
      {"/release", true, "\"release\" must be a whole number"},
      {"/release", nullptr, "\"release\" must be a whole number"},
      {"/bundle", hash.substr(1), "\"bundle\" is too short"},
      {"/bundle", hash + "a", "\"bundle\" is longer"},
      {"/bundle", std::string(64, 'A'), "\"bundle\" must be 64 lower-case"},
      {"/bundle", std::string(64, 'x'), "\"bundle\" must be 64 lower-case"},
      {"/bundle", Json::array(), "\"bundle\" must be a text"},
      {"/size", 0, "\"size\" is out of range"},
      {"/size", kMaxBundle + 1, "\"size\" is out of range"},
      {"/size", -150000, "\"size\" must be a whole number, not negative"},
      {"/size", 4294967296 + 150000, "\"size\" is out of range"},
      {"/size", 61'440, "\"chunks\" holds 3 digests, \"size\" needs 1"},
      {"/size", 184'321, "\"chunks\" holds 3 digests, \"size\" needs 4"},
      {"/chunk", 0, "\"chunk\" is out of range"},
      {"/chunk", 4294967296 + 61440, "\"chunk\" is out of range"},
      {"/chunk", 61'441, "\"chunk\" must be 61440"},
      {"/chunk", 1024, "\"chunk\" must be 61440"},
      {"/chunks", "", "\"chunks\" holds 0 digests"},
      {"/chunks", "AAAA", "\"chunks\" must be the base64 of digests"},
      {"/chunks", "!", "\"chunks\" must be the base64 of digests"},
      {"/chunks", std::string(9000, 'A'), "\"chunks\" is longer"},
      {"/chunks", Json::array({"a"}), "\"chunks\" must be a text"},
      {"/chunk_list", hash, "both \"chunks\" and \"chunk_list\""},
      {"/chunk_list", "x", "\"chunk_list\" is too short"},
      {"/chunk_list", std::string(64, 'G'), "\"chunk_list\" must be 64 lower-case"},
      {"/created", 0, "\"created\" is out of range"},
      {"/created", -5, "\"created\" must be a whole number"},
      {"/created", big, "\"created\" is out of range"},
      {"/expires", 1'789'999'999, "\"expires\" is not after \"created\""},
      {"/expires", 1'790'000'000, "\"expires\" is not after \"created\""},
      {"/expires", "tomorrow", "\"expires\" must be a whole number"},
      {"/expires", big, "\"expires\" is out of range"},
      {"/min_version", "", "\"min_version\" is empty"},
      {"/min_version", "one", "\"min_version\" must be like 1.2.3"},
      {"/min_version", "1.2.3.4", "\"min_version\" must be like 1.2.3"},
      {"/min_version", "1..2", "\"min_version\" must be like 1.2.3"},
      {"/min_version", std::string(33, '1'), "\"min_version\" is longer than 32"},
      {"/note", std::string(501, 'n'), "\"note\" is longer"},
      {"/note", 1, "\"note\" must be a text"},
      {"/parcels", "x", "\"parcels\" must be a list"},
      {"/parcels", Json::object(), "\"parcels\" must be a list"},
      {"/parcels", many(10, parcel), "\"parcels\" has more than 9 elements"},
      {"/parcels/0", 7, "\"parcels\" holds one that is wrong: manifest: is not a JSON object"},
      {"/parcels/0/object", gone, "\"object\" is missing"},
      {"/parcels/0/object", "a", "\"object\" is too short"},
      {"/parcels/0/object", std::string(64, 'Z'), "\"object\" must be 64 lower-case"},
      {"/parcels/0/object", 1, "\"object\" must be a text"},
      {"/parcels/0/size", gone, "\"parcels\" holds one that is wrong: manifest: \"size\" is missing"},
      {"/parcels/0/size", 0, "\"parcels\" holds one that is wrong: manifest: \"size\" is out of range"},
      {"/parcels/0/size", kMaxBundle + 1, "\"parcels\" holds one that is wrong: manifest: \"size\" is out of range"},
      {"/parcels/0/size", -1, "\"parcels\" holds one that is wrong: manifest: \"size\" must be a whole number"},
      {"/parcels/0/size", 61'441, "\"parcels\": more than one piece needs a \"list\""},
      {"/parcels/1/list", gone, "\"parcels\": more than one piece needs a \"list\""},
      {"/parcels/1/size", 61'440, "\"parcels\": more than one piece needs a \"list\""},
      {"/parcels/1/list", "b", "\"list\" is too short"},
      {"/parcels/1/list", std::string(64, '!'), "\"list\" must be 64 lower-case"},
      {"/parcels/1/base", "b", "\"base\" is too short"},
      {"/parcels/1/base", nullptr, "\"base\" must be a text"},
      {"/parcels/1/base", std::string(64, 'A'), "\"base\" must be 64 lower-case"},
      {"/probes", true, "\"probes\" must be a list"},
      {"/probes", many(9, probe), "\"probes\" has more than 8 elements"},
      {"/probes/0", "x", "\"probes\" holds one that is wrong: manifest: is not a JSON object"},
      {"/probes/0/basket", gone, "\"basket\" is missing"},
      {"/probes/0/basket", "4711", "\"basket\" must be a list"},
      {"/probes/0/basket", Json::array({4711}), "\"basket\" must hold texts"},
      {"/probes/0/basket", Json::array(), "\"probes\" must hold baskets of 1 to 8"},
      {"/probes/0/basket", Json::array({""}), "\"probes\" must hold baskets of 1 to 8"},
      {"/probes/0/basket", Json::array({std::string(65, '1')}), "\"probes\" must hold baskets of 1 to 8"},
      {"/probes/0/basket", many(9, "1"), "\"basket\" has more than 8 elements"},
      {"/probes/0/answer", gone, "\"answer\" is missing"},
      {"/probes/0/answer", many(6, "1"), "\"answer\" has more than 5 elements"},
      {"/probes/0/answer", Json::array({Json::array()}), "\"answer\" must hold texts"},
      {"/probes/1/answer", Json::array({""}), "answers of at most 5 SKUs"},
      {"/stage", gone, "\"stage\" belongs to scope \"next\", and only there"},
      {"/stage", 1, "\"stage\" is wrong: manifest: is not a JSON object"},
      {"/stage/share", gone, "\"share\" is missing"},
      {"/stage/share", 10'001, "\"share\" is out of range"},
      {"/stage/share", -1, "\"share\" must be a whole number"},
      {"/stage/share", 4294967296, "\"share\" is out of range"},
      {"/stage/share", 0.5, "\"share\" must be a whole number"},
      {"/stage/revision", gone, "\"revision\" is missing"},
      {"/stage/revision", 0, "\"revision\" is out of range"},
      {"/stage/revision", big, "\"revision\" is out of range"},
      {"/stage/paused", 1, "\"paused\" must be true or false"},
      {"/stage/paused", "true", "\"paused\" must be true or false"},
      {"/stage/spread", 86'401, "\"spread\" is out of range"},
      {"/stage/spread", -1, "\"spread\" must be a whole number"},
      {"/stage/first", "till-1", "\"first\" must be a list"},
      {"/stage/first", Json::array({1}), "\"first\" must hold texts"},
      {"/stage/first", many(51, "till"), "\"first\" has more than 50 elements"},
      {"/stage/first", Json::array({"a/b"}), "\"first\" must hold at most 50 terminals"},
      {"/stage/first", Json::array({""}), "\"first\" must hold at most 50 terminals"},
  };
  for (auto const* field : {"format", "chain", "scope", "release", "bundle", "size", "chunk", "chunks", "created",
                            "expires", "min_version"}) {
    all.push_back({"/" + std::string(field), gone, "\"" + std::string(field) + "\" is missing"});
  }
  return all;
}

}  // namespace tillcue::sync::test
