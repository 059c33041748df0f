#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "golden/day.hpp"
#include "golden/told.hpp"
#include "tillcue/core/replay.hpp"

using namespace tillcue;

namespace {

std::string text_of(std::string const& name) {
  std::ifstream in(std::string(TILLCUE_SOURCE_DIR) + "/tests/golden/" + name, std::ios::binary);
  REQUIRE_MESSAGE(in, name);
  return {std::istreambuf_iterator<char>(in), {}};
}

void check_says_the_same(std::string const& name) {
  auto const bytes = shop::golden(name + ".tcb");
  auto const bundle = Bundle::from_bytes(bytes);
  REQUIRE_MESSAGE(bundle, (bundle ? "" : bundle.error().what));
  CHECK(bundle->item_count() == 40);
  CHECK(golden::told(std::make_shared<Bundle const>(*bundle)) == text_of(name + ".txt"));
}

}  // namespace

TEST_CASE("the first version's bundle is opened by this one and says what it said then") {
  check_says_the_same("bundle-v1");
}

TEST_CASE("a day of sales is decided as it was, from its log alone and from the beginning") {
  auto const bytes = shop::golden("bundle-v1-rules.tcb");
  auto const opened = Bundle::from_bytes(bytes);
  REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().what));
  auto const bundle = std::make_shared<Bundle const>(*opened);
  auto const day = text_of("day-v1.txt");
  CHECK(golden::day_of(bundle) == day);
  std::istringstream lines(day);
  std::size_t decisions = 0;
  for (std::string line; std::getline(lines, line); ++decisions) {
    auto const end = line.find(' ');
    auto const replay = read_replay(line.substr(0, end), *bundle);
    REQUIRE_MESSAGE(replay, (replay ? "" : replay.error().what));
    Engine engine(bundle, replay->place);
    auto const decision = engine.decide(replay->sale, replay->stage, replay->context);
    CHECK(digest_of(decision) == replay->digest);
    CHECK(golden::told(*bundle, decision) == line.substr(end + 1));
  }
  CHECK(decisions > 300);
}

TEST_CASE("so does the first bundle whose probabilities go by the size of the basket") {
  check_says_the_same("bundle-v1-sized");
}

TEST_CASE("so do the first bundles with a packed table, of 8-bit and of 4-bit weights") {
  check_says_the_same("bundle-v1-packed8");
  check_says_the_same("bundle-v1-packed4");
}
