#include "tillcue/sync/word.hpp"

#include <algorithm>
#include <iterator>

#include "json_fields.hpp"
#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {
namespace {

constexpr std::string_view kKinds[] = {"live", "config", "keys"};
constexpr char const* kWhat = "word";
constexpr int kDepth = 8;
constexpr std::size_t kMaxKeys = 8;
constexpr std::size_t kMaxReplaced = 64;
constexpr std::size_t kMaxName = 80;  // "partner:" and a name

Result<void> check(Word const& word) {
  auto const bad = [](std::string const& why) { return fail(Code::invalid, std::string(kWhat) + ": " + why); };
  if (!is_topic_name(word.chain)) return bad("\"chain\" must be 1 to 64 letters, digits or -_.:");
  if (auto const scope = Scope::parse(word.scope.text()); !scope) return bad("\"scope\": " + scope.error().what);
  if (word.number == 0 || word.number > kMaxInteger) return bad("\"number\" must be 1..2^53-1");
  if (word.created <= 0) return bad("\"created\" must be seconds since 1970");
  if (word.expires <= word.created) return bad("\"expires\" is not after \"created\"");
  return {};
}

Json allotment(Allotment const& share) {
  auto json = Json::object();
  if (share.minor != Allotment::kUnlimited) json["amount"] = share.minor;
  if (share.issues != Allotment::kUnlimited) json["issues"] = share.issues;
  return json;
}

KeysContent::Entry read_key(Json const& json, std::string_view chain, Fields& whole) {
  Fields fields(json, "keys word");
  auto const raw = from_base64(fields.text("key", 44, 44));
  auto const proof = from_base64(fields.text("proof", 88, 88));
  auto const key = raw ? PublicKey::from_raw(*raw) : Result<PublicKey>(tl::unexpected(raw.error()));
  auto const fallback = [] { return SigningKey::generate()->public_key(); };
  if (!fields.ok() || !key) {
    whole.reject("keys", "holds an entry that is no Ed25519 key" + (key ? std::string() : ": " + key.error().what));
    return {fallback(), {}};
  }
  KeysContent::Entry entry{*key, {}};
  if (proof && proof->size() == entry.proof.size()) std::copy(proof->begin(), proof->end(), entry.proof.begin());
  if (!key->verifies(as_bytes(key_proof_text(chain, *key)), entry.proof)) {
    whole.reject("keys", "holds a key whose owner has not signed it: " + key->id());
  }
  return entry;
}

}  // namespace

std::string_view name_of(WordKind kind) noexcept { return kKinds[static_cast<std::size_t>(kind)]; }

TopicKind topic_of(WordKind kind) noexcept {
  switch (kind) {
    case WordKind::live:
      return TopicKind::live;
    case WordKind::config:
      return TopicKind::config;
    case WordKind::keys:
      break;
  }
  return TopicKind::keys;
}

Result<std::string> encode_word(Word const& word) {
  if (auto ok = check(word); !ok) return tl::unexpected(ok.error());
  auto content = parse_json(word.content, kMaxWord, kDepth, kWhat);
  if (!content) return tl::unexpected(content.error());
  return Json{{"format", 1},
              {"kind", name_of(word.kind)},
              {"chain", word.chain},
              {"scope", word.scope.text()},
              {"number", word.number},
              {"created", word.created},
              {"expires", word.expires},
              {"content", std::move(*content)}}
      .dump();
}

Result<Word> decode_word(std::string_view body) {
  auto const json = parse_json(body, kMaxWord, kDepth + 1, kWhat);
  if (!json) return tl::unexpected(json.error());
  Fields fields(*json, kWhat);
  auto const format = fields.number("format", 1, kMaxInteger);
  if (!fields.ok()) return fields.error();
  if (format != 1) {
    return fail(Code::unsupported, "word: \"format\" " + std::to_string(format) + " is newer: update the program");
  }
  Word word;
  word.kind = fields.choice<WordKind>("kind", kKinds);
  word.chain = fields.text("chain", kMaxIdentifier, 1);
  auto const scope = Scope::parse(fields.text("scope", 2 * kMaxIdentifier, 1));
  if (!scope) fields.reject("scope", "must be all, group:NAME, store:NAME or terminal:NAME");
  word.number = fields.number("number", 1, kMaxInteger);
  word.created = static_cast<std::int64_t>(fields.number("created", 1, kMaxInteger));
  word.expires = static_cast<std::int64_t>(fields.number("expires", 1, kMaxInteger));
  auto const content = json->find("content");
  if (content == json->end() || !content->is_object()) fields.reject("content", "must be an object");
  if (!fields.ok()) return fields.error();
  word.scope = *scope;
  word.content = content->dump();
  if (auto ok = check(word); !ok) return tl::unexpected(ok.error());
  return word;
}

namespace {

Json names_json(std::vector<LiveContent::Name> const& names) {
  auto list = Json::array();
  for (auto const& name : names) {
    list.push_back({name.text, name.sku});
    if (name.price) list.back().push_back(*name.price);
  }
  return list;
}

std::string dumped(Json const& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::size_t encoded_size(std::vector<LiveContent::Name> const& names) { return dumped(names_json(names)).size(); }

std::string encode_live(LiveContent const& live) {
  auto json = Json::object();
  if (live.stop_all) json["stop_all"] = true;
  if (!live.stop.empty()) json["stop"] = live.stop;
  if (!live.out_of_stock.empty()) json["out_of_stock"] = live.out_of_stock;
  for (auto const& [name, grant] : live.grants) {
    json["grants"][name] = allotment(grant.share);
    json["grants"][name]["number"] = grant.number;
  }
  if (!live.grants.empty()) json["epoch"] = to_text(live.epoch);
  if (!live.names.empty()) json["names"] = names_json(live.names);
  return dumped(json);
}

std::map<std::string, std::uint32_t> grant_numbers(std::string_view live_content) {
  std::map<std::string, std::uint32_t> numbers;
  auto const json = parse_json(live_content, kMaxWord, kDepth, "live word");
  if (!json || !json->contains("grants") || !(*json)["grants"].is_object()) return numbers;
  for (auto const& [name, grant] : (*json)["grants"].items()) {
    Fields fields(grant, "grant");
    auto const number = fields.optional_number("number", 0, 0, UINT32_MAX);
    if (fields.ok() && name.size() <= kMaxName) numbers[name] = static_cast<std::uint32_t>(number);
  }
  return numbers;
}

std::string key_proof_text(std::string_view chain, PublicKey const& key) {
  return "tillcue key " + std::string(chain) + " " + to_base64(key.raw());
}

bool KeysContent::replaces(std::string_view id) const {
  return std::find(replaced.begin(), replaced.end(), id) != replaced.end();
}

std::string encode_keys(KeysContent const& content) {
  auto list = Json::array();
  for (auto const& entry : content.keys) {
    list.push_back({{"key", to_base64(entry.key.raw())}, {"proof", to_base64(entry.proof)}});
  }
  return Json{{"keys", std::move(list)}, {"replaced", content.replaced}}.dump();
}

Result<KeysContent> decode_keys(std::string_view content, std::string_view chain) {
  auto const json = parse_json(content, kMaxWord, kDepth, "keys word");
  if (!json) return tl::unexpected(json.error());
  Fields fields(*json, "keys word");
  KeysContent keys;
  auto const* list = fields.array("keys", kMaxKeys);
  if (list != nullptr && list->empty()) fields.reject("keys", "is empty: nobody could be believed afterwards");
  if (!fields.ok()) return fields.error();
  for (auto const& entry : *list) keys.keys.push_back(read_key(entry, chain, fields));
  if (fields.has("replaced")) {
    auto const* replaced = fields.array("replaced", kMaxReplaced);
    for (auto const& id : replaced == nullptr ? Json::array() : *replaced) {
      bool const fits = id.is_string() && id.get_ref<std::string const&>().size() == 16;
      if (!fits) fields.reject("replaced", "must hold key ids of 16 digits");
      if (fits) keys.replaced.push_back(id.get<std::string>());
    }
  }
  if (!fields.ok()) return fields.error();
  return keys;
}

}  // namespace tillcue::sync
