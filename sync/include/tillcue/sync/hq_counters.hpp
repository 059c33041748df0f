#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace tillcue::sync {

/// What the collector has done since it started.
/// Threads  any.
struct HqCounters {
  using Count = std::atomic<std::uint64_t>;

  Count messages{0};  ///< arrived, on any topic
  Count batches{0};   ///< stored
  Count events_added{0};
  Count events_duplicate{0};
  Count events_changed{0};  ///< same number, other content: an alarm each
  Count events_lost{0};     ///< thrown away by full terminals
  Count events_thinned{0};  ///< came as sums
  Count events_unread{0};   ///< stored, but not understood
  Count refused{0};         ///< messages that broke a rule of WIRE.md
  Count store_failures{0};  ///< batches that could not be committed; not acknowledged, so they come again
  Count acks_sent{0};
  Count acks_failed{0};
  Count states{0};
  Count chunk_requests{0};
  Count chunks_republished{0};
  Count connects{0};
  Count connection_losses{0};
  Count commit_micros{0};           ///< time spent committing batches, in all
  std::atomic<bool> storing{true};  ///< false after a failure to store, until the next success
};

/// Prometheus text format, version 0.0.4.
std::string metrics_text(HqCounters const& counters, bool connected);

}  // namespace tillcue::sync
