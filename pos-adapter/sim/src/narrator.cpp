#include "narrator.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>

#include <nlohmann/json.hpp>

namespace tillcue::pos::sim {
namespace {

using nlohmann::json;

std::string_view word(Stage stage) {
  return stage == Stage::scan ? "scan" : stage == Stage::subtotal ? "subtotal" : "tender";
}

std::string_view word(PrintFate fate) {
  return fate == PrintFate::printed ? "printed" : fate == PrintFate::unconfirmed ? "unconfirmed" : "dropped";
}

std::string fixed(double value, int decimals) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string pieces(Quantity quantity) {
  if (quantity.milli % 1000 == 0) return std::to_string(quantity.milli / 1000);
  return fixed(static_cast<double>(quantity.milli) / 1000, 3);
}

/// Foreign text may hold anything: one line of it, and bytes that are not UTF-8 replaced.
std::string line_of(json const& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"; }

/// Whoever watches through a pipe sees each event when it happens.
struct Flush {
  std::ostream& out;
  ~Flush() { out.flush(); }
};

}  // namespace

void Narrator::sale(std::uint64_t number, SaleId const& id, std::size_t scans) {
  Flush const told{out_};
  if (json_) {
    out_ << line_of({{"event", "sale"}, {"number", number}, {"sale", id.value}, {"scans", scans}});
    return;
  }
  out_ << "\nsale " << number << "  " << id.value << ", " << scans << (scans == 1 ? " article\n" : " articles\n");
}

void Narrator::scan(Scan const& scan, Currency currency) {
  Flush const told{out_};
  if (json_) {
    json line{{"event", "scan"},
              {"sku", scan.sku.value},
              {"name", scan.name},
              {"quantity", static_cast<double>(scan.quantity.milli) / 1000}};
    if (scan.price_minor) line["price_minor"] = *scan.price_minor;
    out_ << line_of(line);
    return;
  }
  out_ << "  scan     " << scan.name << "   " << pieces(scan.quantity) << " x "
       << (scan.price_minor ? to_text({*scan.price_minor, currency}, false) : "?") << '\n';
}

void Narrator::mended(std::string_view what) {
  Flush const told{out_};
  if (json_) {
    out_ << line_of({{"event", "mended"}, {"what", what}});
  } else {
    out_ << "  mended   " << what << '\n';
  }
}

void Narrator::hint(HintCard const& card, Stage stage, double latency_ms) {
  Flush const told{out_};
  if (json_) {
    out_ << line_of({{"event", "hint"},
                     {"offer", card.offer},
                     {"sku", card.sku.value},
                     {"name", card.name},
                     {"stage", word(stage)},
                     {"script", card.script},
                     {"reason", card.reason},
                     {"latency_ms", latency_ms},
                     {"probability", static_cast<double>(card.probability.ppm) / 1e6}});
    return;
  }
  out_ << "  HINT     " << card.name << (card.price_text.empty() ? "" : "  " + card.price_text)
       << (card.discount_text.empty() ? "" : "  " + card.discount_text) << "   [" << word(stage) << ", "
       << fixed(latency_ms, 1) << " ms, " << fixed(static_cast<double>(card.probability.ppm) / 1e4, 1)
       << " % likely]\n";
  if (!card.script.empty()) out_ << "           say: \"" << card.script << "\"\n";
  if (!card.reason.empty()) out_ << "           why: " << card.reason << '\n';
}

void Narrator::answered(HintCard const& card, bool accepted) {
  Flush const told{out_};
  if (json_) {
    out_ << line_of({{"event", accepted ? "accepted" : "declined"}, {"offer", card.offer}, {"sku", card.sku.value}});
  } else {
    out_ << (accepted ? "  ACCEPT   " : "  decline  ") << card.name << '\n';
  }
}

void Narrator::of_scan(char const* event, char const* lead, Scan const& scan, char const* why) {
  Flush const told{out_};
  if (json_) {
    out_ << line_of({{"event", event}, {"sku", scan.sku.value}, {"name", scan.name}});
  } else {
    out_ << lead << scan.name << why << '\n';
  }
}

void Narrator::taken_out(Scan const& scan) {
  of_scan("taken_out", "  out      ", scan, ": what was offered is sold instead");
}

void Narrator::skipped(Scan const& scan) { of_scan("skipped", "  skipped  ", scan, ": rung up already, as a hint"); }

void Narrator::voided() {
  Flush const told{out_};
  if (json_) {
    out_ << line_of({{"event", "voided"}});
  } else {
    out_ << "  VOID     stopped: the open sale is cancelled\n";
  }
}

void Narrator::tender(Money total, std::size_t lines) {
  Flush const told{out_};
  if (json_) {
    out_ << line_of({{"event", "tender"}, {"total_minor", total.minor}, {"lines", lines}});
  } else {
    out_ << "  tender   " << to_text(total) << " for " << lines << (lines == 1 ? " line\n" : " lines\n");
  }
}

void Narrator::coupon(CouponNotice const& coupon) {
  Flush const told{out_};
  if (json_) {
    out_ << line_of({{"event", "coupon"},
                     {"sale", coupon.sale.value},
                     {"serial", coupon.serial},
                     {"fate", word(coupon.fate)},
                     {"reason", coupon.reason},
                     {"text", coupon.text}});
    return;
  }
  out_ << "  COUPON   " << coupon.serial << " of sale " << coupon.sale.value << ", " << word(coupon.fate)
       << (coupon.reason.empty() ? "" : ": " + coupon.reason) << '\n';
  std::string_view rest = coupon.text;
  while (!rest.empty()) {
    auto const end = std::min(rest.find('\n'), rest.size());
    out_ << "           | " << rest.substr(0, end) << '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void Narrator::notice(std::string_view text) {
  Flush const told{out_};
  if (json_) {
    out_ << line_of({{"event", "notice"}, {"text", text}});
  } else {
    out_ << "  notice   " << text << '\n';
  }
}

void Narrator::trouble(std::string_view text) {
  Flush const told{out_};
  if (json_) {
    out_ << line_of({{"event", "trouble"}, {"text", text}});
  } else {
    out_ << "  TROUBLE  " << text << '\n';
  }
}

void Narrator::summary(Tally const& t) {
  Flush const told{out_};
  if (json_) {
    out_ << line_of({{"event", "summary"},
                     {"sales", t.sales},
                     {"scans", t.scans},
                     {"hints", t.hints},
                     {"accepted", t.accepted},
                     {"declined", t.declined},
                     {"ignored", t.ignored},
                     {"coupons", t.coupons()},
                     {"coupons_printed", t.coupons_printed},
                     {"coupons_dropped", t.coupons_dropped},
                     {"receipts", t.receipts},
                     {"receipts_failed", t.receipts_failed},
                     {"hint_p50_ms", t.latency_ms(0.5)},
                     {"hint_p99_ms", t.latency_ms(0.99)},
                     {"refused", t.refused},
                     {"lost", t.lost}});
    return;
  }
  out_ << "\n"
       << t.sales << " sales, " << t.scans << " scans, " << t.hints << " hints: " << t.accepted << " accepted, "
       << t.declined << " declined, " << t.ignored << " not answered\n";
  out_ << t.coupons() << " coupons: " << t.coupons_printed << " printed, " << t.coupons_unconfirmed << " unconfirmed, "
       << t.coupons_dropped << " dropped; " << t.receipts << " receipts printed, " << t.receipts_failed << " failed\n";
  if (!t.latencies_ms.empty()) {
    out_ << "scan to hint over the socket: p50 " << fixed(t.latency_ms(0.5), 2) << " ms, p99 "
         << fixed(t.latency_ms(0.99), 2) << " ms (" << t.latencies_ms.size() << " hints)\n";
  }
  out_ << "terminal: " << t.refused << " messages refused, " << t.lost << " times lost\n";
}

}  // namespace tillcue::pos::sim
