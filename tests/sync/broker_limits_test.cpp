#include "tillcue/sync/broker_limits.hpp"

#include <doctest/doctest.h>

#include "tillcue/sync/manifest.hpp"
#include "tillcue/sync/word.hpp"

namespace tillcue::sync {
namespace {

TEST_CASE("every preset takes what Tillcue sends") {
  CHECK(broker_presets().size() == 5);
  for (auto const& preset : broker_presets()) {
    CHECK(preset.retained);
    CHECK(preset.max_payload >= kChunkBytes);
    CHECK(preset.max_payload >= kMaxWord);
    CHECK(preset.filters >= kTerminalFilters);
    CHECK(preset.in_flight >= 1);
    CHECK(read_broker_limits(preset.name)->name == preset.name);
  }
}

TEST_CASE("limits are a preset with changes; a fault names what there is") {
  auto const limits = read_broker_limits("aws-iot-core,max_payload=65536,in_flight=4,keep_alive=60,retained=0");
  REQUIRE(limits);
  CHECK(limits->max_payload == 65'536);
  CHECK(limits->in_flight == 4);
  CHECK(limits->keep_alive == std::chrono::seconds{60});
  CHECK_FALSE(limits->retained);
  CHECK(limits->filters == 50);
  struct {
    char const* text;
    char const* why;
  } const bad[] = {{"", "azure-event-grid"},
                   {"vernemq", "hivemq"},
                   {"emqx,", "no limit of a broker"},
                   {"emqx,payload=1", "max_payload, retained"},
                   {"emqx,in_flight", "from 1 to"},
                   {"emqx,in_flight=0", "from 1 to 65535"},
                   {"emqx,in_flight=4x", "whole"},
                   {"emqx,filters=19", "from 20 to"},
                   {"emqx,max_payload=99999999999999999999", "whole"}};
  for (auto const& one : bad) {
    auto const read = read_broker_limits(one.text);
    CHECK_MESSAGE(!read, one.text);
    if (!read) CHECK_MESSAGE(read.error().what.find(one.why) != std::string::npos, read.error().what);
  }
}

}  // namespace
}  // namespace tillcue::sync
