#include <charconv>

#include "json_fields.hpp"
#include "tillcue/sync/results.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {
namespace {

constexpr char const* kWhat = "batch";
constexpr int kDepth = 8;

Result<void> check(Batch const& b) {
  auto const bad = [](std::string const& why) { return fail(Code::invalid, std::string(kWhat) + ": " + why); };
  if (!is_topic_name(b.terminal.value)) return bad("\"terminal\" must be 1 to 64 letters, digits or -_.:");
  if (b.epoch == Epoch{}) return bad("\"epoch\" is zero");
  if (b.first == 0 || b.first > kMaxInteger - kMaxBatchEvents) return bad("\"first\" must be 1..2^53-201");
  if (b.events.empty()) return bad("\"events\" is empty");
  if (b.events.size() > kMaxBatchEvents) return bad("\"events\" has more than 200 elements");
  std::size_t bytes = 0;
  for (auto const& event : b.events) {
    if (event.size() > kMaxEvent) return bad("\"events\" holds one of more than 98304 bytes");
    bytes += event.size() + 1;
  }
  if (b.events.size() > 1 && bytes > kMaxBatchBytes) return bad("\"events\" hold more than 32768 bytes");
  return {};
}

}  // namespace

std::string to_text(Epoch epoch) {
  auto value = static_cast<std::uint64_t>(epoch);
  std::string text(16, '0');
  for (auto at = text.rbegin(); at != text.rend(); ++at, value >>= 4U) *at = "0123456789abcdef"[value & 15U];
  return text;
}

Result<Epoch> parse_epoch(std::string_view text) {
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  bool const whole = text.size() == 16 && error == std::errc{} && end == text.data() + text.size();
  bool const lower = text.find_first_of("ABCDEF-") == std::string_view::npos;
  if (!whole || !lower || value == 0 || value > static_cast<std::uint64_t>(INT64_MAX)) {
    return fail(Code::invalid, "epoch: must be 16 lower-case hexadecimal digits, not zero, below 2^63");
  }
  return Epoch{value};
}

Result<std::string> encode_batch(Batch const& batch) {
  if (auto ok = check(batch); !ok) return tl::unexpected(ok.error());
  std::string text =
      Json{{"terminal", batch.terminal.value}, {"epoch", to_text(batch.epoch)}, {"first", batch.first}}.dump();
  text.pop_back();
  text += ",\"events\":[";
  for (auto const& event : batch.events) {
    auto const json = parse_json(event, kMaxEvent, kDepth - 2, "batch: \"events\"");
    if (!json) return tl::unexpected(json.error());
    if (text.back() != '[') text += ',';
    text += event;
  }
  text += "]}";
  return text;
}

Result<Batch> decode_batch(std::string_view message) {
  auto const json = parse_json(message, kMaxBatchMessage, kDepth, kWhat);
  if (!json) return tl::unexpected(json.error());
  Fields fields(*json, kWhat);
  Batch batch;
  batch.terminal = TerminalId{fields.text("terminal", kMaxIdentifier, 1)};
  auto const epoch = parse_epoch(fields.text("epoch", 16, 16));
  if (!epoch) fields.reject("epoch", "must be 16 lower-case hexadecimal digits, not zero, below 2^63");
  batch.first = fields.number("first", 1, kMaxInteger);
  auto const* events = fields.array("events", kMaxBatchEvents);
  if (!fields.ok()) return fields.error();
  batch.epoch = *epoch;
  for (auto const& event : *events) {
    if (!event.is_object()) return fail(Code::invalid, "batch: \"events\" must hold objects");
    batch.events.push_back(event.dump());
  }
  if (auto ok = check(batch); !ok) return tl::unexpected(ok.error());
  return batch;
}

Sha256 event_digest(std::string_view event) { return sha256(as_bytes(event)); }

}  // namespace tillcue::sync
