#include "json_fields.hpp"
#include "tillcue/sync/results.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {
namespace {

constexpr char const* kWhat = "ack";

Result<void> check(Ack const& ack) {
  auto const bad = [](std::string const& why) { return fail(Code::invalid, std::string(kWhat) + ": " + why); };
  if (!is_topic_name(ack.terminal.value)) return bad("\"terminal\" must be 1 to 64 letters, digits or -_.:");
  if (ack.epoch == Epoch{}) return bad("\"epoch\" is zero");
  if (ack.through > kMaxInteger) return bad("\"through\" is beyond 2^53-1");
  if (ack.also.size() > kMaxAckRanges) return bad("\"also\" has more than 50 ranges");
  auto before = ack.through;
  for (auto const& range : ack.also) {
    // A gap of at least one number: otherwise it would belong to what went before.
    if (range.first <= before + 1 || range.last < range.first || range.last > kMaxInteger) {
      return bad("\"also\" must be ascending ranges apart from each other and beyond \"through\"");
    }
    before = range.last;
  }
  return {};
}

void ranges_field(Fields& fields, Ack& ack) {
  if (!fields.has("also")) return;
  auto const* list = fields.array("also", kMaxAckRanges);
  if (list == nullptr) return;
  for (auto const& pair : *list) {
    bool const fits =
        pair.is_array() && pair.size() == 2 && pair[0].is_number_unsigned() && pair[1].is_number_unsigned();
    if (!fits) return fields.reject("also", "must be a list of [first, last]");
    ack.also.push_back({pair[0].get<std::uint64_t>(), pair[1].get<std::uint64_t>()});
  }
}

}  // namespace

Result<std::string> encode_ack(Ack const& ack) {
  if (auto ok = check(ack); !ok) return tl::unexpected(ok.error());
  Json json{{"terminal", ack.terminal.value}, {"epoch", to_text(ack.epoch)}, {"through", ack.through}};
  for (auto const& range : ack.also) json["also"].push_back(Json::array({range.first, range.last}));
  return json.dump();
}

Result<Ack> decode_ack(std::string_view body) {
  auto const json = parse_json(body, kMaxAckEnvelope, 4, kWhat);
  if (!json) return tl::unexpected(json.error());
  Fields fields(*json, kWhat);
  Ack ack;
  ack.terminal = TerminalId{fields.text("terminal", kMaxIdentifier, 1)};
  auto const epoch = parse_epoch(fields.text("epoch", 16, 16));
  if (!epoch) fields.reject("epoch", "must be 16 lower-case hexadecimal digits, not zero, below 2^63");
  ack.through = fields.number("through", 0, kMaxInteger);
  ranges_field(fields, ack);
  if (!fields.ok()) return fields.error();
  ack.epoch = *epoch;
  if (auto ok = check(ack); !ok) return tl::unexpected(ok.error());
  return ack;
}

}  // namespace tillcue::sync
