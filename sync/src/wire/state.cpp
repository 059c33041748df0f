#include "tillcue/sync/state.hpp"

#include "json_fields.hpp"
#include "tillcue/core/card_number.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {
namespace {

constexpr std::string_view kPresence[] = {"online", "offline"};
constexpr std::size_t kMaxCounters = 32;
constexpr std::size_t kMaxCounterName = 40;
constexpr std::size_t kMaxError = 300;
constexpr std::size_t kMaxShortage = 100;
constexpr std::size_t kMaxCan = 16;
constexpr std::size_t kMaxMissing = 64;
constexpr std::int64_t kMost = static_cast<std::int64_t>(kMaxInteger);

std::int64_t clamped(std::int64_t value) { return value < -kMost ? -kMost : (value > kMost ? kMost : value); }
std::uint64_t clamped(std::uint64_t value) { return value > kMaxInteger ? kMaxInteger : value; }

/// An error that repeats what it was about must not carry a card's number out of the store.
std::string_view harmless(std::string_view error) {
  return looks_like_card_number(error) ? "(withheld: it holds what looks like a payment card number)" : error;
}

void counters_field(Fields& fields, Json const& json, TerminalState& state) {
  if (!fields.has("counters")) return;
  auto const& object = json["counters"];
  if (!object.is_object() || object.size() > kMaxCounters) {
    return fields.reject("counters", "must be an object of at most 32 numbers");
  }
  Fields counters(object, "state: \"counters\"");
  for (auto const& [name, value] : object.items()) {
    if (name.size() > kMaxCounterName) return fields.reject("counters", "has a name longer than 40 bytes");
    state.counters[name] = counters.integer(name.c_str(), -kMost, kMost);
  }
  if (!counters.ok()) fields.reject("counters", "holds something else than whole numbers below 2^53");
}

}  // namespace

Result<std::string> encode_state(TerminalState const& s) {
  if (!is_topic_name(s.terminal.value))
    return fail(Code::invalid, "state: \"terminal\" must be 1 to 64 letters, digits or -_.:");
  Json json{{"terminal", s.terminal.value},
            {"presence", kPresence[s.presence == Presence::online ? 0 : 1]},
            {"at", clamped(static_cast<std::int64_t>(s.at.time_since_epoch().count()))},
            {"version", cut_utf8(s.version, 32)},
            {"release", clamped(s.release)},
            {"wanted", clamped(s.wanted)},
            {"phase", cut_utf8(s.phase, kMaxIdentifier)},
            {"pending", clamped(s.pending)},
            {"dropped", clamped(s.dropped)}};
  if (s.thinned != 0) json["thinned"] = clamped(s.thinned);
  if (!s.shortage.empty()) json["shortage"] = cut_utf8(s.shortage, kMaxShortage);
  for (auto const& word : s.can) {
    if (json.contains("can") && json["can"].size() == kMaxCan) break;
    json["can"].push_back(cut_utf8(word, kMaxCounterName));
  }
  if (s.epoch != Epoch{}) json["epoch"] = to_text(s.epoch);
  if (!s.last_error.empty()) json["last_error"] = cut_utf8(harmless(s.last_error), kMaxError);
  for (auto const& [name, value] : s.counters) {
    if (json.contains("counters") && json["counters"].size() == kMaxCounters) break;
    json["counters"][cut_utf8(name, kMaxCounterName)] = clamped(value);
  }
  return json.dump();
}

Result<TerminalState> decode_state(std::string_view message) {
  auto const json = parse_json(message, kMaxState, 3, "state");
  if (!json) return tl::unexpected(json.error());
  Fields fields(*json, "state");
  TerminalState s;
  s.terminal = TerminalId{fields.text("terminal", kMaxIdentifier, 1)};
  s.presence = fields.choice<Presence>("presence", kPresence);
  s.at = Timestamp{std::chrono::milliseconds{fields.integer("at", -kMost, kMost)}};
  s.version = fields.optional_text("version", 32);
  s.release = fields.optional_number("release", 0, 0, kMaxInteger);
  s.wanted = fields.optional_number("wanted", 0, 0, kMaxInteger);
  s.phase = fields.optional_text("phase", kMaxIdentifier);
  s.pending = fields.optional_number("pending", 0, 0, kMaxInteger);
  s.dropped = fields.optional_number("dropped", 0, 0, kMaxInteger);
  s.thinned = fields.optional_number("thinned", 0, 0, kMaxInteger);
  s.shortage = fields.optional_text("shortage", kMaxShortage);
  s.last_error = fields.optional_text("last_error", kMaxError);
  if (fields.has("epoch")) {
    auto const epoch = parse_epoch(fields.text("epoch", 16, 16));
    if (!epoch) fields.reject("epoch", "must be 16 lower-case hexadecimal digits, not zero, below 2^63");
    s.epoch = epoch.value_or(Epoch{});
  }
  counters_field(fields, *json, s);
  auto const* can = fields.has("can") ? fields.array("can", kMaxCan) : nullptr;
  for (auto const& word : can == nullptr ? Json::array() : *can) {
    bool const fits = word.is_string() && is_topic_name(word.get_ref<std::string const&>()) &&
                      word.get_ref<std::string const&>().size() <= kMaxCounterName;
    if (!fits) fields.reject("can", "must hold words of 1 to 40 letters");
    if (fits) s.can.push_back(word.get<std::string>());
  }
  if (!fields.ok()) return fields.error();
  if (!is_topic_name(s.terminal.value)) return fail(Code::invalid, "state: \"terminal\" is no topic name");
  return s;
}

Result<std::string> encode_request(ChunkRequest const& r) {
  if (!is_topic_name(r.terminal.value))
    return fail(Code::invalid, "request: \"terminal\" must be 1 to 64 letters, digits or -_.:");
  if (r.missing.empty() || r.missing.size() > kMaxMissing)
    return fail(Code::invalid, "request: \"missing\" must hold 1 to 64 numbers");
  return Json{
      {"terminal", r.terminal.value}, {"release", r.release}, {"object", r.object.hex()}, {"missing", r.missing}}
      .dump();
}

Result<ChunkRequest> decode_request(std::string_view message) {
  auto const json = parse_json(message, kMaxRequest, 3, "request");
  if (!json) return tl::unexpected(json.error());
  Fields fields(*json, "request");
  ChunkRequest r;
  r.terminal = TerminalId{fields.text("terminal", kMaxIdentifier, 1)};
  r.release = fields.number("release", 1, kMaxInteger);
  auto const object = Sha256::parse(fields.text("object", 64, 64));
  if (!object) fields.reject("object", "must be 64 lower-case hexadecimal digits");
  auto const* missing = fields.array("missing", kMaxMissing);
  if (missing != nullptr && missing->empty()) fields.reject("missing", "is empty");
  if (!fields.ok()) return fields.error();
  if (!is_topic_name(r.terminal.value)) return fail(Code::invalid, "request: \"terminal\" is no topic name");
  r.object = *object;
  for (auto const& index : *missing) {
    if (!index.is_number_unsigned() || index.get<std::uint64_t>() >= kMaxChunks) {
      return fail(Code::invalid, "request: \"missing\" must hold numbers below " + std::to_string(kMaxChunks));
    }
    r.missing.push_back(index.get<std::uint32_t>());
  }
  return r;
}

}  // namespace tillcue::sync
