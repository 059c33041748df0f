#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "samples.hpp"

namespace tillcue::sync {
namespace {

using Json = nlohmann::json;

Batch batch_of(std::size_t events, std::uint64_t first = 1) {
  Batch batch{.terminal = TerminalId{"till-7"}, .epoch = Epoch{0x0123456789abcdef}, .first = first, .events = {}};
  for (std::size_t n = 0; n < events; ++n) batch.events.push_back(R"({"at":)" + std::to_string(n) + R"(,"t":"lost"})");
  return batch;
}

TEST_CASE("a batch comes back as it was, events byte for byte") {
  auto batch = batch_of(3, 41);
  batch.events[1] = *encode_event(test::decision());
  batch.events[2] = *encode_event(test::sale());
  auto const read = decode_batch(*encode_batch(batch));
  REQUIRE(read);
  CHECK(read->terminal.value == "till-7");
  CHECK(read->epoch == batch.epoch);
  CHECK(read->first == 41);
  CHECK(read->last() == 43);
  CHECK(read->events == batch.events);
}

TEST_CASE("two spellings of one event have one digest, two events have two") {
  auto const read = [](std::string const& event) {
    return decode_batch(R"({"terminal":"t","epoch":"00000000000000ff","first":1,"events":[)" + event + "]}")->events[0];
  };
  CHECK(event_digest(read(R"({"t":"x","a":1})")) == event_digest(read(R"( { "a" : 1 , "t":"\u0078" } )")));
  CHECK(event_digest(read(R"({"t":"x","a":1})")) != event_digest(read(R"({"t":"x","a":2})")));
}

TEST_CASE("events of an unknown type are kept for later") {
  auto const read =
      decode_batch(R"({"terminal":"t","epoch":"00000000000000ff","first":1,"events":[{"t":"new","x":[1,{"y":2}]}]})");
  REQUIRE(read);
  CHECK(read->events[0] == R"({"t":"new","x":[1,{"y":2}]})");
}

TEST_CASE("200 events or 32 KiB fit a batch, one more does not; a single large event does") {
  CHECK(encode_batch(batch_of(200)));
  CHECK(encode_batch(batch_of(201)).error().what.find("more than 200") != std::string::npos);
  auto large = batch_of(2);
  large.events[0] = R"({"t":"x","pad":")" + std::string(33'000, 'p') + "\"}";
  CHECK(encode_batch(large).error().what.find("32768") != std::string::npos);
  large.events.pop_back();
  CHECK(decode_batch(*encode_batch(large)));
  large.events[0] = R"({"t":"x","pad":")" + std::string(kMaxEvent, 'p') + "\"}";
  CHECK(encode_batch(large).error().what.find("98304") != std::string::npos);
  auto largest = batch_of(1);
  largest.terminal = TerminalId{std::string(64, 't')};
  largest.events[0] = R"({"t":"x","pad":")" + std::string(kMaxEvent - 18, 'p') + "\"}";
  CHECK(largest.events[0].size() == kMaxEvent);
  CHECK(decode_batch(*encode_batch(largest)));
}

TEST_CASE("an event that is not a JSON object is not sent") {
  for (auto const* event : {"", "1", "[]", "{", "{}{}", "{\"a\":1,\"a\":1}"}) {
    auto batch = batch_of(1);
    batch.events[0] = event;
    CHECK_MESSAGE(encode_batch(batch).error().code == Code::invalid, event);
  }
}

TEST_CASE("each malformed batch is refused for its own reason") {
  auto const good = Json::parse(*encode_batch(batch_of(2)));
  struct {
    char const* field;
    Json value;
    char const* why;
  } const all[] = {
      {"terminal", "", "\"terminal\" is empty"},
      {"terminal", "a/b", "\"terminal\" must be 1 to 64"},
      {"terminal", "+", "\"terminal\" must be 1 to 64"},
      {"terminal", std::string(65, 'x'), "\"terminal\" is longer"},
      {"epoch", 5, "\"epoch\" must be a text"},
      {"epoch", "5", "\"epoch\" is too short"},
      {"epoch", "0000000000000000", "\"epoch\" must be 16"},
      {"epoch", "ffffffffffffffff", "\"epoch\" must be 16"},
      {"epoch", "0123456789ABCDEF", "\"epoch\" must be 16"},
      {"epoch", "0123456789abcdeg", "\"epoch\" must be 16"},
      {"epoch", "-123456789abcdef", "\"epoch\" must be 16"},
      {"first", 0, "\"first\" is out of range"},
      {"first", -1, "\"first\" must be a whole number"},
      {"first", 1.5, "\"first\" must be a whole number"},
      {"first", kMaxInteger, "\"first\" must be 1..2^53-201"},
      {"first", "1", "\"first\" must be a whole number"},
      {"events", Json::array(), "\"events\" is empty"},
      {"events", Json::object(), "\"events\" must be a list"},
      {"events", Json::array({1}), "\"events\" must hold objects"},
      {"events", Json(std::vector<Json>(201, Json::object())), "more than 200"},
      {"events", Json::array({Json::object(), {{"pad", std::string(33'000, 'x')}}}), "32768"},
  };
  for (auto const& one : all) {
    auto json = good;
    json[one.field] = one.value;
    auto const read = decode_batch(json.dump());
    REQUIRE_MESSAGE(!read, one.field, " = ", one.value.dump());
    CHECK_MESSAGE(read.error().what.find(one.why) != std::string::npos, read.error().what, " / expected: ", one.why);
    CHECK(read.error().code == Code::invalid);
  }
  for (auto const* field : {"terminal", "epoch", "first", "events"}) {
    auto json = good;
    json.erase(field);
    CHECK(decode_batch(json.dump()).error().what.find("is missing") != std::string::npos);
  }
}

TEST_CASE("a batch cut at any length, too long or too deep is refused") {
  auto const text = *encode_batch(batch_of(3));
  for (std::size_t length = 0; length < text.size(); ++length) CHECK_FALSE(decode_batch(text.substr(0, length)));
  CHECK(decode_batch(std::string(kMaxBatchMessage + 1, ' ')).error().what.find("at most") != std::string::npos);
  CHECK(decode_batch(std::string(50'000, '[')).error().what.find("nested deeper") != std::string::npos);
}

TEST_CASE("an epoch is 16 hexadecimal digits") {
  CHECK(to_text(Epoch{255}) == "00000000000000ff");
  CHECK(*parse_epoch("7fffffffffffffff") == Epoch{INT64_MAX});
  CHECK(parse_epoch("").error().code == Code::invalid);
}

}  // namespace
}  // namespace tillcue::sync
