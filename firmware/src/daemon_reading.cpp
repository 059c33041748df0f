// What a daemon tells of itself: to the cashier page, to whoever watches it, to head office.
#include "daemon_impl.hpp"

namespace tillcue::terminal {

pos::TerminalStatus Daemon::Impl::status() const {
  pos::TerminalStatus status;
  status.terminal = config_.terminal.value;
  status.store = config_.store.name;
  status.language = language_;
  status.release = !has_bundle_ ? "none" : release_ == 0 ? "local" : std::to_string(release_);
  status.printer = desk_->printer_text();
  status.printer_ok = desk_->printer_ok();
  status.sales = checkout_.counters().sales_finished;
  status.message = trouble_;
  if (config_.sync) status.hq_connected = false;
  if (uplink_) {
    status.hq_connected = uplink_->status().connected;
    status.outbox_pending = uplink_->outbox().pending();
    if (status.message.empty()) status.message = uplink_->trouble();
  }
  if (word_line_) status.hq_connected = word_line_->connected();
  for (auto const* trouble : {&outbox_trouble_, &named_secret_trouble_, &own_secret_trouble_}) {
    if (status.message.empty()) status.message = *trouble;
  }
  if (status.message.empty() && checkout_.clock_is_behind()) status.message = clock_trouble();
  return status;
}

std::string Daemon::Impl::clock_trouble() const {
  return "clock: " + log_time(wall_clock()) +
         " is before the sales the offers were made of; set this machine's clock (date, time server). No coupons until "
         "then";
}

/// What is wrong with the data folder; empty: it takes what is to be kept.
std::string Daemon::Impl::unkept() const {
  auto const& files = uplink_ ? uplink_->unkept() : outbox_trouble_;
  return files.empty() ? live_.unkept() : files;
}

TerminalReading Daemon::Impl::reading() const {
  TerminalReading reading;
  reading.checkout = checkout_.counters();
  reading.open_sales = checkout_.open_sales();
  reading.native = native->counters();
  reading.screen = screen->counters();
  reading.names = names_.counters();
  reading.feeds = feeds_.counters();
  reading.feeds_open = feeds_.open();
  reading.results_lost = results_lost_;
  reading.live_refused = live_.refused();
  reading.stops_by_file = live_.stopped_by_file();
  reading.stops_by_words = live_.stopped_by_words();
  reading.live_file_gone = live_.holds_without_file();
  reading.probably_out = checkout_.probably_out().size();
  reading.release = release_;
  reading.has_bundle = has_bundle_;
  reading.handling = handling_;
  desk_->tell(reading.health);
  display_.tell(reading.health);
  if (counter_) counter_->tell(reading);
  reading.secret_replaced = !named_secret_trouble_.empty() || !own_secret_trouble_.empty();
  reading.clock_behind = checkout_.clock_is_behind();
  reading.data_unwritable = !unkept().empty();
  reading.outbox_pending = waiting_.size();
  if (uplink_) {
    reading.agent = uplink_->status();
    reading.outbox_pending = uplink_->outbox().pending() + uplink_->outbox().buffered();
    reading.outbox_dropped = uplink_->outbox().dropped();
    reading.outbox_thinned = uplink_->outbox().thinned();
    reading.outbox_short = !uplink_->outbox().shortage().empty();
  }
  return reading;
}

std::map<std::string, std::int64_t> Daemon::Impl::report() const {
  auto report = report_of(reading());
  auto const errors = results_lost_ + checkout_.counters().unkept + (uplink_ ? uplink_->troubles() : 0);
  report["errors"] = static_cast<std::int64_t>(errors);
  report["started"] = started_;
  return report;
}

}  // namespace tillcue::terminal
