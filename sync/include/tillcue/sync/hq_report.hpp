#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tillcue/core/units.hpp"
#include "tillcue/sync/hq_statistics.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

struct ReportOptions {
  Timestamp since{};     ///< events at or after this by the terminal's clock
  std::size_t top = 10;  ///< offers listed
  /// When shifts begin, minutes of the stores' day, rising; before the first it is still the last one's.
  std::vector<int> shifts{6 * 60, 14 * 60, 22 * 60};
  int utc_offset = 0;  ///< minutes the stores' clocks are ahead of UTC
};

/// What the collected results say. "Sales" are finished ones unless said otherwise.
struct Report {
  /// One arm of the experiment (D11).
  struct Arm {
    std::uint64_t finished = 0, voided = 0, abandoned = 0;
    Moments lines;  ///< of finished sales
  };
  /// Basket value by arm in one currency; minor units. Compared are sales of one till under one release, for these were
  /// drawn with one chance; what is known of no release (a local bundle, sums) is compared day by day. Sales of one
  /// known customer count as drawn together: under `holdout_by: customer` they were.
  struct Impact {
    Currency currency{};
    Moments treated{}, holdout{};  ///< all sales
    StratifiedArms arms{};
    StratifiedArms::Compared compared{};
    std::uint64_t summed = 0;                     ///< compared sales of which only sums are known, customers neither
    static constexpr std::uint64_t kEnough = 30;  ///< compared sales of each arm, before a verdict means anything
    static constexpr std::uint64_t kEnoughDrawn = 10;  ///< customers or sales drawn into each arm
    [[nodiscard]] bool enough() const noexcept {
      return compared.treated >= kEnough && compared.holdout >= kEnough && compared.drawn_treated >= kEnoughDrawn &&
             compared.drawn_holdout >= kEnoughDrawn;
    }
  };
  /// Answers to suggestions at the screen. Shown without an answer yet = unanswered.
  struct Answers {
    std::uint64_t shown = 0, accepted = 0, declined = 0, ignored = 0, unanswered = 0, bought = 0;
    Answers& operator+=(Answers const& more) noexcept;
  };
  struct Coupons {
    std::uint64_t printed = 0, unconfirmed = 0;
    std::map<std::string, std::uint64_t> dropped;  ///< by reason
    [[nodiscard]] std::uint64_t dropped_total() const;
  };
  struct Offer {
    std::string item;
    Answers answers;
    double predicted = 0;  ///< mean probability of the offers shown, 0..1
  };
  /// Suggestions of one type and reason: "upgrade", "upgrade".
  struct Kind {
    std::string type, reason;
    Answers answers;
  };
  struct Till {
    std::string terminal;
    std::uint64_t sales = 0, hinted = 0, accepted = 0;  ///< sales; of treated ones with a hint; with an accepted one
    std::uint64_t treated = 0;
    std::uint64_t without_bundle = 0;  ///< finished sales nothing was decided for
    std::int64_t last_event = 0;       ///< ms since 1970
  };
  /// What was said to customers at one till in one shift (D17): to coach by, never a quota of a person.
  struct Shift {
    std::string terminal;
    int begins = 0;  ///< minute of the day
    Answers answers;
  };
  /// Numbers of one stream that are missing below the highest that arrived. Not limited by `since`.
  struct Gap {
    std::string terminal;
    std::uint64_t epoch = 0, first = 0, last = 0;
  };
  struct Alarm {
    std::string kind, terminal, detail;
    std::uint64_t seq = 0, times = 0;
    std::int64_t last_at = 0;
  };

  std::int64_t from = 0, to = 0;  ///< ms since 1970, first and last event; 0 = none
  std::uint64_t events = 0;
  Arm treated, holdout;
  std::uint64_t without_bundle = 0;                    ///< finished sales nothing was decided for: in no arm
  std::uint64_t hinted_sales = 0, accepted_sales = 0;  ///< treated finished sales with >= 1 hint, >= 1 accepted
  std::vector<Impact> impact;                          ///< most sales first
  Answers answers;
  Coupons coupons;
  std::uint64_t decisions = 0;
  std::int64_t decision_p50 = 0, decision_p99 = 0;  ///< microseconds
  std::vector<Offer> offers;                        ///< most shown first
  std::vector<Kind> kinds;                          ///< most shown first
  std::uint64_t notices = 0;                        ///< information shown; not counted as suggestions
  std::vector<Till> tills;
  std::vector<Shift> shifts;  ///< by till, then by hour
  std::vector<Gap> gaps;
  /// Results of which only sums by day are known, because the terminal was nearly full. They are in the totals, in what
  /// is told by item, type and till, and not in shifts and decision times.
  std::map<std::string, std::uint64_t> thinned;
  std::map<std::string, std::uint64_t> lost;  ///< results thrown away by full terminals, not limited by `since`
  std::vector<Alarm> alarms;                  ///< latest first, up to 20
  std::uint64_t alarm_count = 0;
};

/// Reads HQ's database, which may be written at the same time (all is read as of one moment).
/// Errors  as Statement.
Result<Report> make_report(Database& db, ReportOptions const& options = {});

/// SKU -> name, from a catalogue file (CSV with the columns sku and name).
using ItemNames = std::map<std::string, std::string, std::less<>>;
/// Errors  not_found, invalid naming file, line and column.
Result<ItemNames> read_item_names(std::string const& file);

/// At most 80 columns.
std::string to_text(Report const& report, ItemNames const& names = {});
/// One JSON object; times are milliseconds since 1970, money minor units.
std::string to_json(Report const& report, ItemNames const& names = {});

}  // namespace tillcue::sync
