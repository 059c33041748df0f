#include <algorithm>

#include "json_fields.hpp"
#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {

Result<std::string> seal(SigningKey const& key, std::string_view body, std::size_t limit) {
  if (!is_utf8(body)) return fail(Code::invalid, "envelope: the body is not UTF-8");
  auto const signature = key.sign(as_bytes(body));
  auto text = Json{{"key", key.id()}, {"sig", to_base64(signature)}, {"body", std::string(body)}}.dump();
  if (text.size() > limit) {
    return fail(Code::invalid, "envelope: " + std::to_string(text.size()) + " bytes, at most " + std::to_string(limit) +
                                   ": shorten what it says");
  }
  return text;
}

Result<std::string> unseal(KeyRing const& keys, std::string_view envelope, std::size_t limit) {
  auto const json = parse_json(envelope, limit, 2, "envelope");
  if (!json) return tl::unexpected(json.error());
  Fields fields(*json, "envelope");
  auto const key = fields.text("key", 16, 16);
  auto const encoded = fields.text("sig", 88, 88);
  auto body = fields.text("body", limit, 1);
  if (!fields.ok()) return fields.error();
  auto const decoded = from_base64(encoded);
  Signature signature{};
  if (!decoded || decoded->size() != signature.size()) {
    return fail(Code::invalid, "envelope: \"sig\" is not the base64 of 64 bytes");
  }
  std::copy(decoded->begin(), decoded->end(), signature.begin());
  if (auto checked = keys.verify(key, as_bytes(body), signature); !checked) {
    return tl::unexpected(checked.error().within("envelope"));
  }
  return body;
}

}  // namespace tillcue::sync
