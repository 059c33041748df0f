#include <doctest/doctest.h>

#include "samples.hpp"

namespace tillcue::sync::test {
namespace {

Manifest staged() {
  auto manifest = manifest_of(content(100'000));
  manifest.scope = kNextScope;
  manifest.stage = Manifest::Stage{100, 3, true, 300, {"till-1"}};
  manifest.parcels = {{sha256(as_bytes("a")), 10, {}, {}},
                      {sha256(as_bytes("b")), 70'000, sha256(as_bytes("base")), sha256(as_bytes("list"))}};
  manifest.probes = {{{"4711"}, {"22", "23"}}};
  return manifest;
}

TEST_CASE("parcels, probes and stage come back as they were") {
  auto const read = decode_manifest(*encode_manifest(staged()));
  REQUIRE(read);
  REQUIRE(read->parcels.size() == 2);
  CHECK_FALSE(read->parcels[0].base);
  CHECK(read->parcels[1].base == sha256(as_bytes("base")));
  CHECK(read->parcels[1].list == sha256(as_bytes("list")));
  CHECK(read->parcels[1].piece_count() == 2);
  CHECK(read->probes == staged().probes);
  CHECK(read->stage->share == 100);
  CHECK(read->stage->revision == 3);
  CHECK(read->stage->paused);
  CHECK(read->stage->spread == 300);
  CHECK(read->stage->first == std::vector<std::string>{"till-1"});
}

TEST_CASE("each rule of parcels, probes and stage is kept by the encoder, with the field's name") {
  auto const refused = [](auto spoil, std::string_view field) {
    auto manifest = staged();
    spoil(manifest);
    auto const written = encode_manifest(manifest);
    REQUIRE_FALSE(written);
    CHECK_MESSAGE(written.error().what.find(field) != std::string::npos, written.error().what);
  };
  refused([](Manifest& m) { m.stage.reset(); }, "\"stage\"");
  refused([](Manifest& m) { m.scope = "all"; }, "\"stage\"");
  refused([](Manifest& m) { m.stage->share = 10'001; }, "\"share\"");
  refused([](Manifest& m) { m.stage->first = {"a/b"}; }, "\"first\"");
  refused([](Manifest& m) { m.stage->first.resize(51, "t"); }, "\"first\"");
  refused([](Manifest& m) { m.parcels[1].list.reset(); }, "\"list\"");
  refused([](Manifest& m) { m.parcels[0].size = 0; }, "\"parcels\"");
  refused([](Manifest& m) { m.parcels.resize(10, m.parcels[0]); }, "\"parcels\"");
  refused([](Manifest& m) { m.probes[0].basket.clear(); }, "\"probes\"");
  refused([](Manifest& m) { m.probes[0].answer.resize(6, "1"); }, "\"probes\"");
}

TEST_CASE("a terminal that is in a stage is in every larger one, and shares come out as named") {
  Manifest::Stage one{100, 1, false, 0, {}}, half{5'000, 1, false, 600, {}}, all{10'000, 1, false, 0, {}};
  int in_one = 0, in_half = 0;
  std::uint32_t longest = 0;
  for (int n = 0; n < 10'000; ++n) {
    auto const name = "till-" + std::to_string(n);
    if (one.includes(8, name)) CHECK(half.includes(8, name));
    in_one += one.includes(8, name) ? 1 : 0;
    in_half += half.includes(8, name) ? 1 : 0;
    longest = std::max(longest, half.delay(8, name));
    CHECK(half.delay(8, name) <= 600);
    CHECK(all.includes(8, name));
  }
  CHECK(in_one > 60);
  CHECK(in_one < 150);
  CHECK(in_half > 4'700);
  CHECK(in_half < 5'300);
  CHECK(longest > 500);
  one.first = {"till-x"};
  CHECK(one.includes(8, "till-x"));
}

}  // namespace
}  // namespace tillcue::sync::test
