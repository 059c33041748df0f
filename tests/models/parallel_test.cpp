#include "tillcue/models/parallel.hpp"

#include <cstdint>

#include <doctest/doctest.h>
#include <pthread.h>

using namespace tillcue::models;

namespace {

/// As long as it lives no thread can be started: its stack would take seven eighths of all addresses.
class NoThreads {
 public:
  NoThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, std::size_t{7} << (sizeof(std::size_t) * 8 - 3));
    pthread_setattr_default_np(&huge);
    pthread_attr_destroy(&huge);
  }
  NoThreads(NoThreads const&) = delete;
  NoThreads& operator=(NoThreads const&) = delete;
  ~NoThreads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_;
};

std::vector<int> visits(unsigned threads) {
  std::vector<int> visited(1000, 0);
  in_pieces(visited.size(), 7, threads, [&](std::size_t begin, std::size_t end, unsigned) {
    for (auto n = begin; n < end; ++n) ++visited[n];
  });
  return visited;
}

}  // namespace

TEST_CASE("every piece is done once, with one thread, with some and when no other can be started") {
  std::vector<int> const once(1000, 1);
  CHECK(visits(1) == once);
  CHECK(visits(4) == once);
  NoThreads const none;
  CHECK_THROWS_AS(std::thread([] {}).join(), std::system_error);
  CHECK(visits(4) == once);
}
