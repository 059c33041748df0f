#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "counter_feed.hpp"
#include "layout_desk.hpp"
#include "terminal_metrics.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/firmware/config.hpp"
#include "tillcue/firmware/log.hpp"
#include "tillcue/pos/line_display.hpp"
#include "tillcue/pos/print_proxy.hpp"
#include "timer.hpp"

namespace tillcue::terminal {

/// The counter of a till that knows nothing of us: its printer's and its display's lines listened to, sales made of
/// what they say, slips put behind its receipts.
/// Threads  the io_context's.
class CounterDesk {
 public:
  /// Borrows all references. A layout file that is away or wrong is told in the log, and receipts are read without it.
  static std::unique_ptr<CounterDesk> open(boost::asio::io_context& io, Config const& config, Log const& log,
                                           pos::SaleEvents& events, CounterFeed::NameToSku names);
  /// What a configuration names must serve, too: for --check.
  static Result<void> check(Config const& config);

  /// The one in force, whose items receipts name.
  std::function<std::shared_ptr<Bundle const>()> bundle;
  /// What an automatic status of the printer said.
  std::function<void(std::string const& trouble, bool paper_near_end)> on_status;
  /// Uses a layout that was learned.
  void tick();
  /// Its counters, whether the lines to the bypasses stand, and how far the layout is known.
  void tell(TerminalReading& reading) const;
  /// Where slips are printed; nullptr when only a display is listened to.
  [[nodiscard]] pos::ReceiptPrinter* printer() const noexcept { return proxy_.get(); }
  [[nodiscard]] bool after_the_fact() const noexcept { return feed_.after_the_fact(); }
  [[nodiscard]] std::string_view no_coupon() const noexcept { return feed_.no_coupon(); }
  void stop();

 private:
  CounterDesk(boost::asio::io_context& io, Config const& config, Log const& log, pos::SaleEvents& events,
              CounterFeed::NameToSku names);
  void open_proxy();
  void open_display();
  pos::PrintProxyHandlers handlers(std::string line);
  void slip(pos::Receipt const& receipt);
  void shown(std::span<std::byte const> bytes);
  void frame(pos::DisplayFrame const& frame);

  boost::asio::io_context& io_;
  Config const& config_;
  Log const& log_;
  CounterFeed feed_;
  std::optional<LayoutDesk> layout_;  ///< where it is to be learned
  std::unique_ptr<pos::PrintProxy> proxy_, display_;
  bool layout_refused_ = false;
  pos::DisplayScreen screen_;
  pos::DisplayReader reader_;
  Timer settle_;
};

}  // namespace tillcue::terminal
