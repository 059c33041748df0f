#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "golden/told.hpp"

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

TEST_CASE("so do the first bundles with a packed table, of 8-bit and of 4-bit weights") {
  check_says_the_same("bundle-v1-packed8");
  check_says_the_same("bundle-v1-packed4");
}
