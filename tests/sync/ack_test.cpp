#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "samples.hpp"

namespace tillcue::sync {
namespace {

using Json = nlohmann::json;

Ack sample() {
  return {.terminal = TerminalId{"till-7"}, .epoch = Epoch{0xabc}, .through = 10, .also = {{12, 12}, {20, 39}}};
}

TEST_CASE("an acknowledgement comes back as it was") {
  auto const read = decode_ack(*encode_ack(sample()));
  REQUIRE(read);
  CHECK(read->terminal.value == "till-7");
  CHECK(read->epoch == Epoch{0xabc});
  CHECK(read->through == 10);
  CHECK(read->also == sample().also);
  auto none = sample();
  none.through = 0;
  none.also.clear();
  CHECK(decode_ack(*encode_ack(none))->through == 0);
}

TEST_CASE("the largest acknowledgement fits its limit with the signature") {
  Ack ack{.terminal = TerminalId{std::string(64, 't')}, .epoch = Epoch{INT64_MAX}, .through = 1, .also = {}};
  for (std::uint64_t n = 0; n < kMaxAckRanges; ++n)
    ack.also.push_back({kMaxInteger - 1000 + 4 * n, kMaxInteger - 998 + 4 * n});
  auto const envelope = seal(*SigningKey::generate(), *encode_ack(ack));
  REQUIRE(envelope);
  CHECK(envelope->size() <= kMaxAckEnvelope);
}

TEST_CASE("each malformed acknowledgement is refused for its own reason") {
  auto const good = Json::parse(*encode_ack(sample()));
  auto const ranges = [](std::initializer_list<Json> list) { return Json(std::vector<Json>(list)); };
  struct {
    char const* field;
    Json value;
    char const* why;
  } const all[] = {
      {"terminal", "#", "\"terminal\" must be 1 to 64"},
      {"epoch", "0000000000000000", "\"epoch\" must be 16"},
      {"through", -1, "\"through\" must be a whole number"},
      {"through", kMaxInteger + 1, "\"through\" is out of range"},
      {"through", "10", "\"through\" must be a whole number"},
      {"also", 5, "\"also\" must be a list"},
      {"also", ranges({5}), "\"also\" must be a list of [first, last]"},
      {"also", ranges({Json::array({1})}), "\"also\" must be a list of [first, last]"},
      {"also", ranges({Json::array({-1, 5})}), "\"also\" must be a list of [first, last]"},
      {"also", ranges({Json::array({12.5, 13})}), "\"also\" must be a list of [first, last]"},
      {"also", ranges({Json::array({5, 6})}), "ascending ranges apart"},
      {"also", ranges({Json::array({11, 12})}), "ascending ranges apart"},
      {"also", ranges({Json::array({15, 14})}), "ascending ranges apart"},
      {"also", ranges({Json::array({20, 30}), Json::array({12, 13})}), "ascending ranges apart"},
      {"also", ranges({Json::array({12, 13}), Json::array({14, 15})}), "ascending ranges apart"},
      {"also", ranges({Json::array({12, kMaxInteger + 1})}), "ascending ranges apart"},
      {"also", Json(std::vector<Json>(51, Json::array({12, 13}))), "more than 50"},
  };
  for (auto const& one : all) {
    auto json = good;
    json[one.field] = one.value;
    auto const read = decode_ack(json.dump());
    REQUIRE_MESSAGE(!read, one.field, " = ", one.value.dump());
    CHECK_MESSAGE(read.error().what.find(one.why) != std::string::npos, read.error().what, " / expected: ", one.why);
  }
  for (auto const* field : {"terminal", "epoch", "through"}) {
    auto json = good;
    json.erase(field);
    CHECK(decode_ack(json.dump()).error().what.find("is missing") != std::string::npos);
  }
  CHECK_FALSE(decode_ack(std::string(kMaxAckEnvelope + 1, ' ')));
}

TEST_CASE("ranges that touch are not encoded") {
  auto ack = sample();
  ack.also = {{11, 12}};
  CHECK(encode_ack(ack).error().code == Code::invalid);
  ack = sample();
  ack.epoch = Epoch{};
  CHECK(encode_ack(ack).error().code == Code::invalid);
}

}  // namespace
}  // namespace tillcue::sync
