#include "terminal_metrics.hpp"

#include <fstream>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace tillcue::terminal {
namespace {

void sale_metrics(TerminalReading const& r, MetricsText& out) {
  out.counter("sales_begun_total", "Sales begun.", r.checkout.sales_begun);
  out.counter("sales_finished_total", "Sales finished.", r.checkout.sales_finished);
  out.counter("sales_voided_total", "Sales voided by the till.", r.checkout.sales_voided);
  out.counter("sales_abandoned_total", "Sales given up because too many were open.", r.checkout.sales_abandoned);
  out.gauge("sales_open", "Sales open now.", static_cast<std::int64_t>(r.open_sales));
  out.counter("lines_total", "Lines put.", r.checkout.lines);
  out.counter("unknown_items_total", "Lines whose SKU the bundle does not know.", r.checkout.unknown_items);
  out.counter("decisions_total", "Times the engine was asked.", r.checkout.decisions);
  out.counter("hints_total", "Hints shown.", r.checkout.hints);
  out.counter("hints_accepted_total", "Hints accepted or bought.", r.checkout.accepted);
  out.counter("hints_declined_total", "Hints declined.", r.checkout.declined);
  out.counter("hints_ignored_total", "Hints that went unanswered.", r.checkout.ignored);
  out.counter("notices_total", "Information shown.", r.checkout.notices);
  out.counter("down_sells_total", "Cheaper alternatives shown after a decline; hints as well.", r.checkout.down_sells);
  out.counter("budget_unkept_total", "Offers not made because their cost could not be written down.",
              r.checkout.unkept);
  out.gauge("items_probably_out_of_stock", "Items not sold for far longer than chance allows, so not offered.",
            static_cast<std::int64_t>(r.probably_out));
  out.counter("live_refused_total", "Live states refused.", r.live_refused);
  out.gauge("all_stopped_by_file", "1 while the live file stops everything.", r.stops_by_file.all ? 1 : 0);
  out.gauge("all_stopped_by_hq", "1 while a word of head office stops everything.", r.stops_by_words.all ? 1 : 0);
  out.gauge("campaigns_stopped_by_file", "Campaigns that the live file stops.",
            static_cast<std::int64_t>(r.stops_by_file.campaigns));
  out.gauge("campaigns_stopped_by_hq", "Campaigns that words of head office stop.",
            static_cast<std::int64_t>(r.stops_by_words.campaigns));
  out.gauge("live_file_gone", "1 while something holds that a live file said which is gone; {} in a new one lifts it.",
            r.live_file_gone ? 1 : 0);
  out.counter("coupons_printed_total", "Coupons printed.", r.checkout.coupons);
  out.counter("coupons_dropped_total", "Coupons not printed.", r.checkout.coupons_dropped);
  out.histogram("pos_message_seconds", "From a POS message read to its effects done.", r.handling);
}

void counter_metrics(TerminalReading const& r, MetricsText& out) {
  out.gauge("pos_connections", "Tills connected.", static_cast<std::int64_t>(r.native.connections));
  out.counter("pos_messages_ok_total", "Messages answered ok.", r.native.answered_ok);
  out.counter("pos_messages_refused_total", "Messages answered with an error.", r.native.answered_error);
  out.counter("pos_dropped_total", "Tills dropped: slow, idle, oversized or unreadable lines.",
              r.native.dropped_slow + r.native.dropped_idle + r.native.dropped_oversized + r.native.dropped_unreadable);
  out.gauge("screens", "Cashier screens connected.", static_cast<std::int64_t>(r.screen.screens));
  out.counter("screen_refused_total", "HTTP requests refused.", r.screen.refused);
  out.gauge("feeds_open", "Feeds open, of those configured.", static_cast<std::int64_t>(r.feeds_open));
  out.counter("feed_messages_total", "Lines, datagrams and requests of feeds.", r.feeds.messages);
  out.counter("feed_refused_total", "Those of feeds not understood or not allowed.", r.feeds.refused);
  out.counter("names_by_code_total", "Lines of feeds whose code the bundle knows.", r.names.by_code);
  out.counter("names_by_alias_total", "Lines of feeds found by an alias.", r.names.by_alias);
  out.counter("names_by_name_total", "Lines of feeds found by their name.", r.names.by_name);
  out.counter("names_open_total", "Lines of feeds whose item is not known.", r.names.unknown + r.names.ambiguous);
}

void proxy_metrics(TerminalReading const& r, MetricsText& out) {
  if (r.proxy) {
    out.counter("proxy_connects_total", "Connections to the bypass.", r.proxy->connects);
    out.counter("proxy_bytes_total", "Bytes the POS printed.", r.proxy->bytes);
    out.counter("proxy_slips_total", "Slips read, sales or not.", r.proxy->slips);
    out.counter("proxy_sales_total", "Slips that were sales.", r.proxy->sales);
    out.counter("proxy_copies_total", "Receipts printed once more without saying so: no second sale, no coupon.",
                r.proxy->copies);
    out.counter("proxy_late_total", "Slips printed while this terminal was away: no coupon.", r.proxy->late);
    out.counter("proxy_coupons_total", "Coupons put behind receipts.", r.proxy->printed);
    out.counter("proxy_coupons_refused_total", "Coupons that found no place or no paper.", r.proxy->refused);
  }
  if (r.layout_refused) {
    out.gauge("layout_refused", "1 while receipts are read without the layout file that is named: it is away or wrong.",
              *r.layout_refused ? 1 : 0);
  }
  if (r.layout_learned) {
    out.gauge("layout_learned", "1 when receipts are read by a layout this terminal learned.",
              *r.layout_learned ? 1 : 0);
    out.counter("layout_searches_total", "Searches for the layout of this till's receipts.", r.layout_searches);
  }
  if (!r.counter) return;
  out.counter("feed_sales_total", "Sales made of receipts and displays.", r.counter->sales);
  out.counter("feed_unnamed_total", "Lines whose name no item has for sure.", r.counter->unnamed);
  out.counter("counter_refused_total", "Messages made of receipts and displays that the checkout refused.",
              r.counter->refused);
  out.counter("receipts_doubtful_total", "Receipts whose items do not make their total: no coupon.",
              r.counter->doubtful);
  out.counter("feed_reconciled_total", "Displayed sales that the receipt put right.", r.counter->reconciled);
}

constexpr std::pair<std::string_view, std::string_view> kHealth[] = {
    {"printer_paper_out", "1 when the receipt printer said last that it has no paper."},
    {"printer_cover_open", "1 when it said last that its cover is open."},
    {"printer_failed", "1 when it is offline, silent, away or in error."},
    {"printer_paper_low", "1 when its paper nears the end."},
    {"customer_display_lost", "1 when the customer's display cannot be reached."},
    {"print_line_lost", "1 without a connection to the bypass before the printer."},
    {"display_line_lost", "1 without a connection to the bypass before the till's own display."}};

void health_metrics(TerminalReading const& r, MetricsText& out) {
  auto const flags = flags_of(r.health);
  for (auto const& [name, help] : kHealth) {
    if (auto const flag = flags.find(std::string(name)); flag != flags.end()) out.gauge(name, help, flag->second);
  }
}

void sync_metrics(TerminalReading const& r, MetricsText& out) {
  out.gauge("release", "Release of the bundle in force; 0: none from HQ.", static_cast<std::int64_t>(r.release));
  out.gauge("bundle_loaded", "1 when there is a bundle to decide with.", r.has_bundle ? 1 : 0);
  out.gauge("outbox_pending", "Results HQ has not acknowledged.", static_cast<std::int64_t>(r.outbox_pending));
  out.counter("outbox_dropped_total", "Results thrown away because the outbox was full.", r.outbox_dropped);
  out.counter("outbox_thinned_total", "Results of which only sums are left, because outbox or disk were nearly full.",
              r.outbox_thinned);
  out.gauge("outbox_short_of_room", "1 while results make room for others.", r.outbox_short ? 1 : 0);
  out.gauge("data_unwritable", "1 while the data folder takes nothing: budgets closed, or results wait in memory.",
            r.data_unwritable ? 1 : 0);
  out.gauge("secret_replaced", "1 while serials and pseudonyms go by another key than the one configured or kept.",
            r.secret_replaced ? 1 : 0);
  out.gauge("clock_behind", "1 while the clock is before the sales the bundle was made of: no coupons.",
            r.clock_behind ? 1 : 0);
  out.counter("results_lost_total", "Results that could not be kept at all.", r.results_lost);
  if (!r.agent) return;
  out.gauge("hq_connected", "1 when connected to the broker.", r.agent->connected ? 1 : 0);
  out.counter("hq_connects_total", "Connections made.", r.agent->connects);
  out.counter("batches_sent_total", "Result batches sent, repeats included.", r.agent->batches_sent);
  out.counter("batches_acknowledged_total", "Result batches HQ has committed.", r.agent->batches_acknowledged);
  out.counter("manifests_refused_total", "Manifests refused.", r.agent->manifests_refused);
  out.counter("pieces_total", "Bundle pieces received.", r.agent->pieces);
  out.counter("pieces_refused_total", "Bundle pieces with a wrong digest.", r.agent->pieces_refused);
  out.counter("acks_refused_total", "Acknowledgements refused.", r.agent->acks_refused);
  out.counter("stray_messages_total", "MQTT messages that were not for us or not readable.", r.agent->stray_messages);
}

}  // namespace

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0, resident = 0;
  statm >> size >> resident;
  return statm ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

std::map<std::string, std::int64_t> report_of(TerminalReading const& reading) {
  auto const& c = reading.checkout;
  auto const count = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  std::map<std::string, std::int64_t> out{{"sales", count(c.sales_finished)},
                                          {"decisions", count(c.decisions)},
                                          {"hints", count(c.hints)},
                                          {"accepted", count(c.accepted)},
                                          {"coupons", count(c.coupons)},
                                          {"coupons_dropped", count(c.coupons_dropped)},
                                          {"unknown_items", count(c.unknown_items)},
                                          {"open_names", count(reading.names.unknown + reading.names.ambiguous)},
                                          {"results_lost", count(reading.results_lost)},
                                          {"resident_bytes", resident_bytes()}};
  if (reading.counter) out["receipts_doubtful"] = count(reading.counter->doubtful);
  if (reading.layout_learned) out["layout_learned"] = *reading.layout_learned ? 1 : 0;
  out.merge(flags_of(reading.health));
  return out;
}

std::string metrics_text(TerminalReading const& reading) {
  MetricsText out;
  sale_metrics(reading, out);
  counter_metrics(reading, out);
  proxy_metrics(reading, out);
  health_metrics(reading, out);
  sync_metrics(reading, out);
  out.gauge("resident_bytes", "Resident memory of the daemon.", resident_bytes());
  return out.text();
}

}  // namespace tillcue::terminal
