#pragma once

#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/pos/basket_follower.hpp"

namespace tillcue::pos {

/// What an Odoo POS shows its customer: {"params":{"action":"set","data":{...}}} (recipes/odoo.md).
struct OdooDisplay {
  std::vector<HeardLine> lines;
  std::optional<std::int64_t> total_minor{};
  bool paying = false;  ///< there are payment lines
  bool finalized = false;
};

inline constexpr std::size_t kMaxOdooBody = std::size_t{256} * 1024;

/// Errors  invalid (naming the field), unsupported (another action than "set").
Result<OdooDisplay> parse_odoo_display(std::string_view json, Currency currency);

/// The display knows no order numbers: an order ends when it is finalized or its lines are gone.
class OdooOrders {
 public:
  /// `epoch` tells the orders of this start from earlier ones.
  OdooOrders(BasketFollower& follower, std::string epoch) : follower_(&follower), epoch_(std::move(epoch)) {}
  void show(OdooDisplay display);

 private:
  [[nodiscard]] std::string ticket() const { return epoch_ + "-" + std::to_string(number_); }

  BasketFollower* follower_;
  std::string epoch_;
  std::uint64_t number_ = 1;
  bool open_ = false;
  std::vector<HeardLine> paid_;  ///< of the order paid last, until something else is shown
};

}  // namespace tillcue::pos
