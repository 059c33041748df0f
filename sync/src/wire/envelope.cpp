#include <algorithm>

#include "json_fields.hpp"
#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {

namespace {

constexpr std::size_t kMostSignatures = 16;

Result<Signature> signature_of(std::string_view base64) {
  auto const decoded = from_base64(base64);
  Signature signature{};
  if (!decoded || decoded->size() != signature.size()) {
    return fail(Code::invalid, "envelope: \"sig\" is not the base64 of 64 bytes");
  }
  std::copy(decoded->begin(), decoded->end(), signature.begin());
  return signature;
}

/// Of the further signatures that of a key in the ring; else the first one stays.
void choose(KeyRing const& keys, Fields& fields, std::string& key, std::string& encoded) {
  if (keys.knows(key) || !fields.has("also")) return;
  auto const* list = fields.array("also", kMostSignatures - 1);
  for (auto const& one : list == nullptr ? Json::array() : *list) {
    Fields further(one, "envelope: \"also\"");
    auto other = further.text("key", 16, 16);
    auto signature = further.text("sig", 88, 88);
    if (!further.ok()) return fields.reject("also", "must hold a key and its signature");
    if (!keys.knows(other)) continue;
    key = std::move(other);
    encoded = std::move(signature);
    return;
  }
}

}  // namespace

Result<std::string> seal(std::span<SigningKey const> keys, std::string_view body, std::size_t limit) {
  if (!is_utf8(body)) return fail(Code::invalid, "envelope: the body is not UTF-8");
  if (keys.empty() || keys.size() > kMostSignatures) return fail(Code::invalid, "envelope: signed by 1 to 16 keys");
  Json json{
      {"key", keys.front().id()}, {"sig", to_base64(keys.front().sign(as_bytes(body)))}, {"body", std::string(body)}};
  for (auto const& key : keys.subspan(1)) {
    json["also"].push_back({{"key", key.id()}, {"sig", to_base64(key.sign(as_bytes(body)))}});
  }
  auto text = json.dump();
  if (text.size() > limit) {
    return fail(Code::invalid, "envelope: " + std::to_string(text.size()) + " bytes, at most " + std::to_string(limit) +
                                   ": shorten what it says");
  }
  return text;
}

Result<std::string> seal(SigningKey const& key, std::string_view body, std::size_t limit) {
  return seal(std::span{&key, 1}, body, limit);
}

Result<std::string> unseal(KeyRing const& keys, std::string_view envelope, std::size_t limit) {
  auto const json = parse_json(envelope, limit, 3, "envelope");
  if (!json) return tl::unexpected(json.error());
  Fields fields(*json, "envelope");
  auto key = fields.text("key", 16, 16);
  auto encoded = fields.text("sig", 88, 88);
  auto body = fields.text("body", limit, 1);
  if (fields.ok()) choose(keys, fields, key, encoded);
  if (!fields.ok()) return fields.error();
  auto const signature = signature_of(encoded);
  if (!signature) return tl::unexpected(signature.error());
  if (auto checked = keys.verify(key, as_bytes(body), *signature); !checked) {
    return tl::unexpected(checked.error().within("envelope"));
  }
  return body;
}

}  // namespace tillcue::sync
