#pragma once

#include <iosfwd>
#include <string_view>

#include "baskets.hpp"
#include "tally.hpp"
#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos::sim {

/// Tells what happens at the till: readable lines, or one JSON object a line. Flushed after each event.
/// Borrows `out`.  Threads  one.
class Narrator {
 public:
  Narrator(std::ostream& out, bool json) : out_(out), json_(json) {}

  void sale(std::uint64_t number, SaleId const& id, std::size_t scans);
  void scan(Scan const& scan, Currency currency);
  void mended(std::string_view what);
  void hint(HintCard const& card, Stage stage, double latency_ms);
  void answered(HintCard const& card, bool accepted);
  void taken_out(Scan const& scan);  ///< one piece of it, for an upgrade
  void skipped(Scan const& scan);
  void voided();
  void tender(Money total, std::size_t lines);
  void coupon(CouponNotice const& coupon);
  void notice(std::string_view text);
  void trouble(std::string_view text);
  void summary(Tally const& tally);

 private:
  /// An event that is of one line: as JSON, or `lead`, its name and `why`.
  void of_scan(char const* event, char const* lead, Scan const& scan, char const* why);

  std::ostream& out_;
  bool json_;
};

}  // namespace tillcue::pos::sim
