#pragma once

#include <memory>
#include <string>

#include "counter_health.hpp"
#include "tillcue/firmware/config.hpp"
#include "tillcue/firmware/log.hpp"
#include "tillcue/pos/customer_display.hpp"
#include "tillcue/pos/hint_board.hpp"

namespace boost::asio {
class io_context;
}

namespace tillcue::terminal {

/// What of a board the cashier sees: nothing where the main hint is for the customer's display only.
pos::HintBoard for_cashier(pos::HintBoard const& board);

/// The customer's display, if there is one: offers that may be seen there, the resting text else.
/// Threads  the io_context's.
class DisplayDesk {
 public:
  DisplayDesk(boost::asio::io_context& io, Config const& config, Log const& log);

  void show(pos::HintBoard const& board);
  void rest();
  /// Every main hint, or only those of campaigns that name the display.
  void show_all(bool all) noexcept { all_ = all; }
  /// True when an offer may be decided for it. Learned hints are decided for any channel that works, so a display that
  /// does not show them counts only `beside` a cashier who does.
  [[nodiscard]] bool works(bool beside_cashier) const;
  void tell(CounterHealth& health) const {
    if (display_) health.customer_display = display_->trouble().empty();
  }
  /// Logs when the display was lost or is back.
  void tell();

 private:
  Log const& log_;
  bool all_ = false;
  std::string told_;
  pos::DisplayProfile profile_;
  std::unique_ptr<pos::CustomerDisplay> display_;
};

}  // namespace tillcue::terminal
