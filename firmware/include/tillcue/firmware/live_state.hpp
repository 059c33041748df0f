#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/live.hpp"
#include "tillcue/core/result.hpp"

namespace tillcue::terminal {

/// What head office says apart from bundles, whole: what a newer one leaves out no longer holds.
/// {"stop_all":false,"stop":["spring"],"grants":{"spring":{"amount":5000,"issues":40},"partner:ACME":{"issues":100}},
///  "out_of_stock":["4711"],"names":[["COLA 0,5","4712"],["COLA","4713",129]]}
struct LiveState {
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;
  static constexpr std::size_t kMaxStops = 10'000;
  static constexpr std::size_t kMaxGrants = 10'000;
  static constexpr std::size_t kMaxOutOfStock = 50'000;
  static constexpr std::int64_t kMaxAmount = 1'000'000'000'000;

  static constexpr std::size_t kMaxNames = 10'000;
  static constexpr std::size_t kMaxName = 200;  ///< bytes of what a till calls an item

  /// What this till calls an item.
  struct Name {
    std::string text, sku;
    std::optional<std::int64_t> price_minor{};  ///< of one: the name means the item at that price only
    friend bool operator==(Name const&, Name const&) = default;
  };

  bool stop_all = false;
  std::vector<std::string> stop{};  ///< campaigns
  /// This terminal's shares since each campaign began, in minor units; names as Live::grant() takes them.
  std::map<std::string, Allotment> grants{};
  std::string epoch{};  ///< of the live.sqlite the grants are for, 16 hexadecimal digits; empty: for any
  std::vector<std::string> out_of_stock{};  ///< SKUs
  std::vector<Name> names{};
  std::vector<std::string> unread{};  ///< fields this program does not know: a newer sender's, or misspelt
};

/// Every field may be left out; a grant without `amount` or without `issues` is unlimited in that. Comments are
/// allowed. Unknown fields are read over, so that a newer head office can still stop a campaign here.
/// Errors  invalid: every fault at once, a line each: "NAME:LINE: field: what is wrong".
Result<LiveState> parse_live_state(std::string_view text, std::string_view name);

/// Puts all of it into a Live that knows nothing yet.
void apply(LiveState const& state, Live& live);

}  // namespace tillcue::terminal
