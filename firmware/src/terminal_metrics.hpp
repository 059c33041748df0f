#pragma once

#include <map>
#include <optional>
#include <string>

#include "counter_feed.hpp"
#include "counter_health.hpp"
#include "live_desk.hpp"
#include "name_desk.hpp"
#include "tillcue/firmware/checkout.hpp"
#include "tillcue/firmware/metrics.hpp"
#include "tillcue/pos/feeds.hpp"
#include "tillcue/pos/native_server.hpp"
#include "tillcue/pos/print_proxy.hpp"
#include "tillcue/pos/screen_server.hpp"
#include "tillcue/sync/terminal_agent.hpp"

namespace tillcue::terminal {

/// Everything /metrics tells, read at the moment it is asked.
struct TerminalReading {
  CheckoutCounters checkout;
  std::size_t open_sales = 0;
  pos::NativeCounters native;
  pos::ScreenCounters screen;
  NameCounters names;
  pos::FeedCounters feeds;
  std::size_t feeds_open = 0;
  std::optional<CounterFeedCounters> counter;  ///< with a proxy or display
  std::optional<pos::PrintProxyCounters> proxy;
  CounterHealth health;
  std::optional<bool> layout_learned;  ///< where it is to be
  std::optional<bool> layout_refused;  ///< with a proxy
  std::size_t layout_searches = 0;
  std::optional<sync::AgentStatus> agent;
  std::uint64_t outbox_pending = 0, outbox_dropped = 0, outbox_thinned = 0, results_lost = 0, live_refused = 0,
                probably_out = 0;
  LiveDesk::Stops stops_by_file{}, stops_by_words{};
  bool live_file_gone = false;
  bool outbox_short = false;
  bool data_unwritable = false;
  bool secret_replaced = false;
  bool clock_behind = false;
  std::uint64_t release = 0;
  bool has_bundle = false;
  Histogram handling;  ///< from a POS message read to its effects done
};

std::string metrics_text(TerminalReading const& reading);
/// What head office is told of it each minute; further counters are the caller's.
std::map<std::string, std::int64_t> report_of(TerminalReading const& reading);
/// Bytes of resident memory of this process; 0 where /proc does not tell.
std::int64_t resident_bytes();

}  // namespace tillcue::terminal
