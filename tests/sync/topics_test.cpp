#include "tillcue/sync/topics.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {
namespace {

TEST_CASE("every topic is understood as it was written and has at most seven slashes") {
  Topics const topics("demo");
  TerminalId const till{"till-7"};
  auto const object = sha256(as_bytes("x"));
  struct {
    std::string topic;
    TopicKind kind;
    std::string_view name;
  } const all[] = {{topics.manifest(), TopicKind::manifest, "all"},
                   {topics.manifest("group:north"), TopicKind::manifest, "group:north"},
                   {topics.results(till), TopicKind::results, "till-7"},
                   {topics.ack(till), TopicKind::ack, "till-7"},
                   {topics.state(till), TopicKind::state, "till-7"},
                   {topics.request(till), TopicKind::request, "till-7"},
                   {topics.chunk(object, 1919), TopicKind::chunk, ""}};
  for (auto const& one : all) {
    auto const parts = topics.parse(one.topic);
    REQUIRE_MESSAGE(parts, one.topic);
    CHECK(parts->kind == one.kind);
    CHECK(parts->name == one.name);
    CHECK(std::count(one.topic.begin(), one.topic.end(), '/') <= 7);
  }
  auto const chunk = topics.parse(topics.chunk(object, 17));
  CHECK(chunk->object == object);
  CHECK(chunk->index == 17);
}

TEST_CASE("foreign topics are not understood") {
  Topics const topics("demo");
  auto const hash = std::string(64, 'a');
  for (auto const& topic :
       {std::string(), std::string("tillcue/1/demo/"), std::string("tillcue/1/other/m/all"),
        std::string("tillcue/2/demo/m/all"), std::string("tillcue/1/demo/m"), std::string("tillcue/1/demo/m/"),
        std::string("tillcue/1/demo/m/a/b"), std::string("tillcue/1/demo/x/a"), std::string("tillcue/1/demo/mm/a"),
        std::string("tillcue/1/demo/r/+"), "tillcue/1/demo/c/" + hash, "tillcue/1/demo/c/" + hash + "/",
        "tillcue/1/demo/c/" + hash + "/01", "tillcue/1/demo/c/" + hash + "/-1", "tillcue/1/demo/c/" + hash + "/1920",
        "tillcue/1/demo/c/" + hash + "/4294967296", "tillcue/1/demo/c/" + hash + "/1/2",
        "tillcue/1/demo/c/" + hash.substr(1) + "/1"}) {
    CHECK_MESSAGE(!topics.parse(topic), topic);
  }
}

TEST_CASE("a topic name has no wildcard, no slash and at most 64 bytes") {
  for (auto const* name : {"a", "till-7", "A.b_c:9"}) CHECK(is_topic_name(name));
  for (auto const* name : {"", "a/b", "+", "#", "a b", "\xC3\xA4", "$SYS"}) CHECK_FALSE(is_topic_name(name));
  CHECK(is_topic_name(std::string(64, 'x')));
  CHECK_FALSE(is_topic_name(std::string(65, 'x')));
}

}  // namespace
}  // namespace tillcue::sync
