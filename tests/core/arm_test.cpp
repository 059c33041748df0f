#include "arm.hpp"

#include <cmath>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "core/shop.hpp"

using namespace tillcue;

namespace {
double held_out(std::uint16_t permille, std::uint32_t salt, int sales) {
  auto source = shop::source();
  source.policy.holdout_permille = permille;
  source.policy.holdout_salt = salt;
  auto const bundle = shop::open(source);
  Engine const engine(bundle.bundle);
  int count = 0;
  for (int n = 0; n < sales; ++n) {
    count += engine.arm_of(SaleId{"store-7/till-2/" + std::to_string(n)}) == Arm::holdout ? 1 : 0;
  }
  return static_cast<double>(count) / sales;
}
}  // namespace

TEST_CASE("the held-out share of many sales is the policy's, whatever the salt") {
  constexpr int kSales = 40'000;
  for (std::uint16_t permille : {10, 50, 100, 500}) {
    for (std::uint32_t salt : {0U, 1U, 0xFFFF'FFFFU}) {
      auto const p = permille / 1000.0;
      auto const deviation = std::fabs(held_out(permille, salt, kSales) - p) / std::sqrt(p * (1 - p) / kSales);
      CHECK_MESSAGE(deviation < 4, permille, " permille, salt ", salt, ": ", deviation, " standard errors");
    }
  }
  CHECK(held_out(0, 3, 1000) == 0);
  CHECK(held_out(1000, 3, 1000) == 1);
}

TEST_CASE("another salt holds other sales out") {
  int same = 0;
  for (int n = 0; n < 10'000; ++n) {
    auto const id = std::to_string(n);
    same += (permille_of(keyed_hash(1, id)) < 500) == (permille_of(keyed_hash(2, id)) < 500) ? 1 : 0;
  }
  CHECK(std::abs(same - 5000) < 200);
}

TEST_CASE("the hash never changes: arms logged long ago can be checked") {
  CHECK(keyed_hash(0, "") == 0xE220A8397B1DCDAFULL);  // the first number of SplitMix64 seeded with 0
  CHECK(keyed_hash(7, "till-1/42") == 9811585786967028713ULL);
  CHECK(keyed_hash(7, "till-1/43-and-longer-than-eight") == 5356397860749306550ULL);
}

TEST_CASE("texts that differ by a zero byte or an end have hashes of their own") {
  std::set<std::uint64_t> hashes;
  std::string text;
  for (int n = 0; n < 40; ++n) {
    hashes.insert(keyed_hash(0, text));
    text.push_back('\0');
  }
  CHECK(hashes.size() == 40);
}
