#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "golden/told.hpp"

using namespace tillcue;

namespace {
std::string content_of(std::string const& name) {
  std::ifstream in(std::string(TILLCUE_SOURCE_DIR) + "/tests/golden/" + name, std::ios::binary);
  REQUIRE_MESSAGE(in, name);
  return {std::istreambuf_iterator<char>(in), {}};
}
}  // namespace

TEST_CASE("the first version's bundle is opened by this one and says what it said then") {
  auto const content = content_of("bundle-v1.tcb");
  auto const bundle = Bundle::from_bytes({reinterpret_cast<std::byte const*>(content.data()), content.size()});
  REQUIRE_MESSAGE(bundle, (bundle ? "" : bundle.error().what));
  CHECK(bundle->item_count() == 40);
  CHECK(golden::told(std::make_shared<Bundle const>(*bundle)) == content_of("bundle-v1.txt"));
}
