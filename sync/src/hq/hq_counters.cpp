#include "tillcue/sync/hq_counters.hpp"

#include <array>
#include <string_view>

namespace tillcue::sync {
namespace {

struct Series {
  std::string_view name;
  std::string_view meaning;
  HqCounters::Count HqCounters::*count;
};

constexpr std::array kSeries{
    Series{"messages_total", "MQTT messages arrived", &HqCounters::messages},
    Series{"batches_total", "Result batches committed", &HqCounters::batches},
    Series{"events_added_total", "Results stored for the first time", &HqCounters::events_added},
    Series{"events_duplicate_total", "Results that were stored already", &HqCounters::events_duplicate},
    Series{"events_changed_total", "Stored numbers that came again with other content", &HqCounters::events_changed},
    Series{"events_lost_total", "Results that full terminals had to throw away", &HqCounters::events_lost},
    Series{"events_thinned_total", "Results of which full terminals sent sums only", &HqCounters::events_thinned},
    Series{"events_unread_total", "Results stored but not understood", &HqCounters::events_unread},
    Series{"refused_total", "Messages that broke a rule of the wire format", &HqCounters::refused},
    Series{"store_failures_total", "Batches that could not be committed", &HqCounters::store_failures},
    Series{"acks_sent_total", "Acknowledgements the broker took", &HqCounters::acks_sent},
    Series{"acks_failed_total", "Acknowledgements the broker did not take", &HqCounters::acks_failed},
    Series{"states_total", "Terminal states noted", &HqCounters::states},
    Series{"chunk_requests_total", "Requests for missing chunks", &HqCounters::chunk_requests},
    Series{"chunks_republished_total", "Chunks published again on request", &HqCounters::chunks_republished},
    Series{"connects_total", "Connections to the broker", &HqCounters::connects},
    Series{"connection_losses_total", "Lost connections and failed attempts", &HqCounters::connection_losses},
    Series{"commit_microseconds_total", "Time spent storing batches", &HqCounters::commit_micros},
};

void append(std::string& out, std::string_view name, std::string_view type, std::string_view meaning,
            std::uint64_t value) {
  std::string const full = "tillcue_hq_" + std::string{name};
  out += "# HELP " + full + ' ' + std::string{meaning} + '\n';
  out += "# TYPE " + full + ' ' + std::string{type} + '\n';
  out += full + ' ' + std::to_string(value) + '\n';
}

}  // namespace

std::string metrics_text(HqCounters const& counters, bool connected) {
  std::string out;
  for (auto const& series : kSeries) {
    append(out, series.name, "counter", series.meaning, (counters.*series.count).load(std::memory_order_relaxed));
  }
  append(out, "storing", "gauge", "0 while results cannot be stored", counters.storing ? 1 : 0);
  append(out, "connected", "gauge", "1 while connected to the broker", connected ? 1 : 0);
  return out;
}

}  // namespace tillcue::sync
