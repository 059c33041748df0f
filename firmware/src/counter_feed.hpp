#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/firmware/checkout.hpp"
#include "tillcue/pos/line_display.hpp"
#include "tillcue/pos/name_matcher.hpp"
#include "tillcue/pos/receipt.hpp"

namespace tillcue::terminal {

/// Counted since start.
struct CounterFeedCounters {
  std::uint64_t sales = 0, lines = 0, unnamed = 0, refused = 0, reconciled = 0, doubtful = 0;
};

/// Makes sales of what a till without a protocol prints and shows: a receipt is a whole sale; a display's frames are a
/// sale while it is rung up, and the receipt then says what it was.
/// Threads  one (the io_context's).
class CounterFeed {
 public:
  /// The item behind a name; none when nothing fits for sure.
  using NameToSku = std::function<std::optional<Sku>(pos::HeardName const&)>;

  /// `receipts`: they end the sales that a display shows. Without them a sale ends when the display says it was paid.
  CounterFeed(pos::SaleEvents& events, std::function<Timestamp()> now, NameToSku names, bool receipts = true);

  /// A slip of the till. Anything but a sale is passed over.
  void slip(pos::Receipt const& receipt);
  void display(pos::DisplayEvent const& event);

  /// True while a sale is told that is over already: nobody can be shown a hint any more.
  [[nodiscard]] bool after_the_fact() const noexcept { return after_the_fact_; }
  /// Why the receipt that is told earns no coupon: it may be misread, or came too late. Empty when it does.
  [[nodiscard]] std::string_view no_coupon() const noexcept { return no_coupon_; }
  [[nodiscard]] CounterFeedCounters const& counters() const noexcept { return counters_; }

 private:
  struct Line {
    LineNo number{};
    Sku sku;
    Quantity quantity{};
    std::int64_t unit_minor = 0;
    std::string name;
    std::int64_t shown_minor = 0;  ///< for all of it, on the display
  };

  void begin(std::string const& number);
  void tell(pos::Message const& message);
  void put(Line const& line, pos::PutLine::Verb verb);
  Line heard(std::string const& name, std::string const& code, Quantity quantity, std::int64_t unit_minor);
  void reconcile(pos::Receipt const& receipt);
  void close(pos::Receipt const& receipt);
  void give_up();
  void paid(std::int64_t total_minor);

  pos::SaleEvents& events_;
  std::function<Timestamp()> now_;
  NameToSku names_;
  bool receipts_;
  /// A sale being rung up.
  struct Open {
    std::optional<SaleId> sale;
    std::vector<Line> lines;
    std::uint32_t numbered = 0;
    bool totalled = false;
    bool paid = false;  ///< the display said so
  };
  Open open_;
  std::string last_name_;  ///< of a sale
  bool after_the_fact_ = false;
  std::string_view no_coupon_;
  CounterFeedCounters counters_;
};

}  // namespace tillcue::terminal
