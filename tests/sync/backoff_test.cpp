#include "terminal/backoff.hpp"

#include <map>

#include <doctest/doctest.h>

namespace tillcue::sync {
namespace {

using std::chrono::milliseconds;

TEST_CASE("waits double up to the longest, each between half and one and a half of itself, and begin anew") {
  Backoff backoff(milliseconds{2'000}, milliseconds{300'000}, 5);
  for (std::int64_t whole = 2'000; whole < 600'000; whole *= 2) {
    auto const wait = backoff.next().count();
    auto const most = std::min<std::int64_t>(whole, 300'000);
    CHECK(wait >= most / 2);
    CHECK(wait <= most + most / 2);
  }
  for (int n = 0; n < 100; ++n) CHECK(backoff.next() <= milliseconds{450'000});
  backoff.reset();
  CHECK(backoff.next() <= milliseconds{3'000});
}

TEST_CASE("a thousand terminals that lost the same broker do not come back together") {
  // By the second, in virtual time: all try at their first, second, ... wait, and none succeeds.
  std::map<std::int64_t, unsigned> tries;
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    Backoff backoff(milliseconds{2'000}, milliseconds{300'000}, seed);
    for (auto now = milliseconds{0}; now < std::chrono::hours{1};) {
      now += backoff.next();
      ++tries[now.count() / 1'000];
    }
  }
  unsigned first = 0, later = 0;
  for (auto const& [second, count] : tries) {
    auto& most = second < 60 ? first : later;
    most = std::max(most, count);
  }
  CHECK(first < 600);  // the first wait is of one to three seconds
  CHECK(later < 60);   // of a thousand, in any second after the first minute
}

}  // namespace
}  // namespace tillcue::sync
