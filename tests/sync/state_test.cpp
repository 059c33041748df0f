#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "samples.hpp"

namespace tillcue::sync {
namespace {

using Json = nlohmann::json;

TerminalState sample() {
  TerminalState state;
  state.terminal = TerminalId{"till-7"};
  state.at = test::at(1'790'000'000);
  state.version = "0.1.0";
  state.release = 6;
  state.wanted = 7;
  state.phase = "fetching 3/171";
  state.epoch = Epoch{99};
  state.pending = 12;
  state.dropped = 1;
  state.last_error = "chunk 4: wrong digest";
  state.counters = {{"hints", 5}, {"coupons", -1}};
  return state;
}

TEST_CASE("a state comes back as it was") {
  auto const read = decode_state(*encode_state(sample()));
  REQUIRE(read);
  CHECK(read->terminal.value == "till-7");
  CHECK(read->presence == Presence::online);
  CHECK(read->at == sample().at);
  CHECK(read->release == 6);
  CHECK(read->wanted == 7);
  CHECK(read->phase == "fetching 3/171");
  CHECK(read->epoch == Epoch{99});
  CHECK(read->pending == 12);
  CHECK(read->dropped == 1);
  CHECK(read->last_error == "chunk 4: wrong digest");
  CHECK(read->counters == sample().counters);
  auto gone = sample();
  gone.presence = Presence::offline;
  CHECK(decode_state(*encode_state(gone))->presence == Presence::offline);
}

TEST_CASE("what is too long is cut at a character, so that presence always gets out") {
  auto state = sample();
  state.last_error = std::string(299, 'e') + "\xD0\x96" + std::string(9'000, 'e');
  state.phase = "bad \xFF byte";
  state.counters.clear();
  for (int n = 0; n < 100; ++n) state.counters["counter-" + std::to_string(n) + std::string(60, 'x')] = INT64_MAX;
  auto const text = encode_state(state);
  REQUIRE(text);
  CHECK(text->size() <= kMaxState);
  auto const read = decode_state(*text);
  REQUIRE(read);
  CHECK(read->last_error == std::string(299, 'e'));
  CHECK(read->phase == "bad ");
  CHECK(read->counters.size() == 32);
}

TEST_CASE("each malformed state is refused for its own reason") {
  auto const good = Json::parse(*encode_state(sample()));
  Json many = Json::object();
  for (int n = 0; n < 33; ++n) many["c" + std::to_string(n)] = n;
  struct {
    char const* field;
    Json value;
    char const* why;
  } const all[] = {
      {"terminal", "a/b", "\"terminal\" is no topic name"},
      {"terminal", 1, "\"terminal\" must be a text"},
      {"presence", "asleep", "\"presence\" is none"},
      {"presence", 1, "\"presence\" must be a text"},
      {"at", "x", "\"at\" must be a whole number"},
      {"release", -1, "\"release\" must be a whole number"},
      {"pending", kMaxInteger + 1, "\"pending\" is out of range"},
      {"epoch", "xyz", "\"epoch\" is too short"},
      {"last_error", std::string(301, 'e'), "\"last_error\" is longer"},
      {"counters", 1, "\"counters\" must be an object"},
      {"counters", many, "\"counters\" must be an object of at most 32"},
      {"counters", {{"a", 1.5}}, "\"counters\" holds something else"},
      {"counters", {{std::string(41, 'n'), 1}}, "\"counters\" has a name longer"},
  };
  for (auto const& one : all) {
    auto json = good;
    json[one.field] = one.value;
    auto const read = decode_state(json.dump());
    REQUIRE_MESSAGE(!read, one.field, " = ", one.value.dump());
    CHECK_MESSAGE(read.error().what.find(one.why) != std::string::npos, read.error().what, " / expected: ", one.why);
  }
  CHECK_FALSE(decode_state(""));
  CHECK_FALSE(decode_state(std::string(kMaxState + 1, ' ')));
  auto nameless = sample();
  nameless.terminal = TerminalId{""};
  CHECK(encode_state(nameless).error().code == Code::invalid);
}

TEST_CASE("a chunk request comes back as it was and is checked") {
  ChunkRequest const request{TerminalId{"till-7"}, 7, sha256(as_bytes("x")), {0, 5, 170}};
  auto const text = *encode_request(request);
  auto const read = decode_request(text);
  REQUIRE(read);
  CHECK(read->terminal == request.terminal);
  CHECK(read->release == 7);
  CHECK(read->object == request.object);
  CHECK(read->missing == request.missing);
  auto const spoiled = [&](char const* field, Json value) {
    auto json = Json::parse(text);
    json[field] = std::move(value);
    return decode_request(json.dump()).error().what;
  };
  CHECK(spoiled("terminal", "+").find("topic name") != std::string::npos);
  CHECK(spoiled("release", 0).find("\"release\"") != std::string::npos);
  CHECK(spoiled("object", "aa").find("\"object\"") != std::string::npos);
  CHECK(spoiled("missing", Json::array()).find("\"missing\" is empty") != std::string::npos);
  CHECK(spoiled("missing", Json::array({-1})).find("\"missing\" must hold") != std::string::npos);
  CHECK(spoiled("missing", Json::array({1920})).find("\"missing\" must hold") != std::string::npos);
  CHECK(spoiled("missing", std::vector<int>(65, 1)).find("more than 64") != std::string::npos);
  auto empty = request;
  empty.missing.clear();
  CHECK(encode_request(empty).error().code == Code::invalid);
}

TEST_CASE("what a program can do travels, and an error with a card's number in it does not") {
  TerminalState state;
  state.terminal = TerminalId{"till-7"};
  state.can = {"parcels", "stages"};
  state.last_error = "pos: 4111 1111 1111 1111 is no customer";
  auto const text = *encode_state(state);
  CHECK(text.find("4111") == std::string::npos);
  CHECK(decode_state(text)->can == state.can);
  CHECK(decode_state(text)->last_error.find("withheld") != std::string::npos);
  CHECK_FALSE(decode_state(R"({"terminal":"a","presence":"online","at":1,"can":[7]})"));
  CHECK_FALSE(decode_state(R"({"terminal":"a","presence":"online","at":1,"can":["two words"]})"));
}

}  // namespace
}  // namespace tillcue::sync
