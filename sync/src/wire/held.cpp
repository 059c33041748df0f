#include <iterator>

#include "json_fields.hpp"
#include "tillcue/sync/manifest.hpp"
#include "tillcue/sync/word.hpp"

namespace tillcue::sync {
namespace {

constexpr char const* kWhat = "held";
constexpr std::size_t kMaxWords = 16;
constexpr std::size_t kMaxText = 300;
constexpr std::size_t kMaxFields = 64;
constexpr std::size_t kMaxKeys = 32;
constexpr std::size_t kMaxName = 200;
constexpr auto kMost = static_cast<std::int64_t>(kMaxInteger);

std::int64_t clamped(std::int64_t value) { return value < 0 ? 0 : (value > kMost ? kMost : value); }

Json texts(std::map<std::string, std::string> const& entries, std::size_t most) {
  auto json = Json::object();
  for (auto const& [name, text] : entries) {
    if (json.size() == most) break;
    json[cut_utf8(name, kMaxName)] = cut_utf8(text, kMaxText);
  }
  return json;
}

/// The object under `name`, or nothing when it is absent or wrong.
Json const* object(Json const& json, Fields& fields, char const* name, std::size_t most) {
  if (!fields.has(name)) return nullptr;
  auto const& value = json[name];
  if (value.is_object() && value.size() <= most) return &value;
  fields.reject(name, "must be an object of at most " + std::to_string(most) + " entries");
  return nullptr;
}

std::map<std::string, std::string> read_texts(Json const& json, Fields& fields, char const* name, std::size_t most) {
  std::map<std::string, std::string> out;
  auto const* entries = object(json, fields, name, most);
  if (entries == nullptr) return out;
  for (auto const& [key, value] : entries->items()) {
    bool const fits =
        key.size() <= kMaxName && value.is_string() && value.get_ref<std::string const&>().size() <= kMaxText;
    if (!fits) fields.reject(name, "must hold texts of at most 300 bytes");
    if (fits) out[key] = value.get<std::string>();
  }
  return out;
}

void read_words(Json const& json, Fields& fields, Held& held) {
  auto const* words = object(json, fields, "words", kMaxWords);
  if (words == nullptr) return;
  Fields numbers(*words, kWhat);
  for (auto const& [name, value] : words->items()) held.words[name] = numbers.number(name.c_str(), 1, kMaxInteger);
  if (!numbers.ok()) fields.reject("words", "must hold numbers from 1 to 2^53-1");
}

void read_budgets(Json const& json, Fields& fields, Held& held) {
  auto const* budgets = object(json, fields, "budgets", kMaxHeldBudgets);
  if (budgets == nullptr) return;
  for (auto const& [name, value] : budgets->items()) {
    Fields entry(value, kWhat);
    auto& spent = held.budgets[name];
    spent.grant = static_cast<std::uint32_t>(entry.optional_number("grant", 0, 0, UINT32_MAX));
    spent.amount.minor = static_cast<std::int64_t>(entry.optional_number("amount", 0, 0, kMaxInteger));
    spent.amount.issues = static_cast<std::int64_t>(entry.optional_number("issues", 0, 0, kMaxInteger));
    if (!entry.ok() || name.size() > kMaxName)
      fields.reject("budgets", "must hold grant, amount and issues as numbers");
  }
}

void read_file(Fields& fields, Held& held) {
  held.turn = fields.optional_number("turn", 0, 0, kMaxInteger);
  auto const text = fields.optional_text("epoch", 16);
  if (text.empty()) return;
  auto const epoch = parse_epoch(text);
  if (!epoch) return fields.reject("epoch", "must be 16 lower-case hexadecimal digits, not zero, below 2^63");
  held.epoch = *epoch;
}

void read_keys(Fields& fields, Held& held) {
  if (!fields.has("keys")) return;
  auto const* keys = fields.array("keys", kMaxKeys);
  if (keys == nullptr) return;
  for (auto const& id : *keys) {
    bool const fits = id.is_string() && id.get_ref<std::string const&>().size() == 16;
    if (!fits) fields.reject("keys", "must hold key ids of 16 digits");
    if (fits) held.keys.push_back(id.get<std::string>());
  }
}

}  // namespace

std::string held_name(WordKind kind, Scope const& scope) { return std::string(name_of(kind)) + " " + scope.text(); }

Result<std::string> encode_held(Held const& held) {
  if (!is_topic_name(held.terminal.value))
    return fail(Code::invalid, "held: \"terminal\" must be 1 to 64 letters, digits or -_.:");
  Json json{{"terminal", held.terminal.value}, {"at", held.at.time_since_epoch().count()}};
  if (!held.group.empty()) json["group"] = cut_utf8(held.group, kMaxIdentifier);
  if (!held.store.empty()) json["store"] = cut_utf8(held.store, kMaxIdentifier);
  if (!held.words.empty()) json["words"] = held.words;
  if (!held.refused.empty()) json["refused"] = texts(held.refused, kMaxWords);
  if (!held.config.empty()) json["config"] = texts(held.config, kMaxFields);
  if (!held.keys.empty()) json["keys"] = held.keys;
  if (held.epoch != Epoch{}) json["epoch"] = to_text(held.epoch);
  if (held.turn != 0) json["turn"] = held.turn;
  for (auto const& [name, spent] : held.budgets) {
    if (json.contains("budgets") && json["budgets"].size() == kMaxHeldBudgets) break;
    auto& entry = json["budgets"][cut_utf8(name, kMaxName)] = Json::object();
    if (spent.grant != 0) entry["grant"] = spent.grant;
    if (spent.amount.minor > 0) entry["amount"] = clamped(spent.amount.minor);
    if (spent.amount.issues > 0) entry["issues"] = clamped(spent.amount.issues);
  }
  auto text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kMaxHeld) return fail(Code::invalid, "held: larger than 61440 bytes");
  return text;
}

Result<Held> decode_held(std::string_view message) {
  auto const json = parse_json(message, kMaxHeld, 4, kWhat);
  if (!json) return tl::unexpected(json.error());
  Fields fields(*json, kWhat);
  Held held;
  held.terminal = TerminalId{fields.text("terminal", kMaxIdentifier, 1)};
  held.at = Timestamp{std::chrono::milliseconds{fields.integer("at", -kMost, kMost)}};
  held.group = fields.optional_text("group", kMaxIdentifier);
  held.store = fields.optional_text("store", kMaxIdentifier);
  read_words(*json, fields, held);
  held.refused = read_texts(*json, fields, "refused", kMaxWords);
  held.config = read_texts(*json, fields, "config", kMaxFields);
  read_keys(fields, held);
  read_budgets(*json, fields, held);
  read_file(fields, held);
  if (!fields.ok()) return fields.error();
  if (!is_topic_name(held.terminal.value)) return fail(Code::invalid, "held: \"terminal\" is no topic name");
  return held;
}

}  // namespace tillcue::sync
