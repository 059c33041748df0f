#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tillcue/core/engine.hpp"
#include "tillcue/core/outcome.hpp"
#include "tillcue/firmware/config.hpp"
#include "tillcue/pos/hint_board.hpp"
#include "tillcue/pos/native_server.hpp"

namespace tillcue::terminal {

/// A coupon decided at tender, on its way to paper. Shares the bundle it was decided with.
struct CouponOrder {
  SaleId sale;
  CustomerId customer;
  Offer offer;
  std::shared_ptr<Bundle const> bundle;
  Timestamp at{};
};

/// What became of a coupon order.
struct CouponFate {
  std::string serial;
  std::int64_t valid_until = 0;  ///< seconds since 1970
  PrintFate fate = PrintFate::dropped;
  std::string why;
};

/// What the checkout asks of its surroundings. None of them may block or throw; all run on the checkout's thread.
struct CheckoutPorts {
  std::function<Timestamp()> now;
  std::function<std::uint64_t()> micros;            ///< a steady clock, for how long a decision took
  std::function<void(pos::HintBoard const&)> show;  ///< no cards: take it away
  std::function<void(Outcome const&)> record;       ///< never fails for the sale: its owner copes
  std::function<std::string(CustomerId const&)> pseudonym;
  /// Calls back once, now or later, with what became of it.
  std::function<void(CouponOrder, std::function<void(CouponFate)>)> print;
};

/// Counted since start.
struct CheckoutCounters {
  std::uint64_t sales_begun = 0, sales_finished = 0, sales_voided = 0, sales_abandoned = 0;
  std::uint64_t lines = 0, unknown_items = 0;
  std::uint64_t decisions = 0, hints = 0, accepted = 0, declined = 0, ignored = 0;
  std::uint64_t coupons = 0, coupons_dropped = 0;
};

/// Follows the sales of one terminal: events in, decisions asked of the engine, hints shown, coupons ordered, outcomes
/// recorded. Without a bundle it follows the sale and stays silent (fail-open).
/// Threads  one (the io_context's).
class Checkout final : public pos::SaleEvents {
 public:
  static constexpr std::size_t kMaxOpenSales = 16;
  static constexpr std::size_t kClosedRemembered = 64;  ///< names of closed sales, to answer late repeats

  Checkout(StoreConfig store, std::chrono::milliseconds hint_lifetime, CheckoutPorts ports);
  ~Checkout() override;

  /// Decides with this bundle from now on, open sales included.
  void use(std::shared_ptr<Bundle const> bundle, std::uint64_t release);

  /// Errors  not_found (unknown sale, line or offer), rejected (sale already open, too many lines, offer already
  ///         answered), invalid.
  Result<void> on(pos::Message const& message) override;

  /// Takes hints away whose time is over. To be called at next_due().
  void expire();
  [[nodiscard]] std::optional<Timestamp> next_due() const;

  [[nodiscard]] CheckoutCounters const& counters() const noexcept { return counters_; }
  [[nodiscard]] std::size_t open_sales() const noexcept { return sales_.size(); }

 private:
  struct OpenSale;
  enum class Phase : std::uint8_t;
  enum class Event : std::uint8_t;
  struct Step;
  static Step const kFlow[];

  Result<void> handle(pos::Hello const&) { return {}; }
  Result<void> handle(pos::Ping const&) { return {}; }
  Result<void> handle(pos::Begin const& begin);
  Result<void> handle(pos::PutLine const& put);
  Result<void> handle(pos::RemoveLine const& remove);
  Result<void> handle(pos::SetCustomer const& set);
  Result<void> handle(pos::Subtotal const& subtotal);
  Result<void> handle(pos::Tender const& tender);
  Result<void> handle(pos::Finish const& finish);
  Result<void> handle(pos::Void const& voided);
  Result<void> handle(pos::Answer const& answer);

  Result<OpenSale*> find(SaleId const& sale);
  [[nodiscard]] bool was_closed(SaleId const& sale) const;
  void advance(OpenSale& sale, Event event);
  void scanned(OpenSale& sale);
  void totalled(OpenSale& sale);
  void tendered(OpenSale& sale);
  void finished(OpenSale& sale);
  void voided(OpenSale& sale);
  void removed(OpenSale& sale);
  void repeated(OpenSale& sale);

  void suggest(OpenSale& sale, Stage stage);
  void record_silence(OpenSale& sale, Decision const& decision, std::uint32_t micros);
  void record_decision(OpenSale& sale, Decision const& decision, Offer const* offer, std::uint32_t micros);
  void settle_bought(OpenSale& sale);
  Result<void> answer(OpenSale& sale, std::uint32_t offer, Response response);
  void take_away(OpenSale& sale);
  void redraw(OpenSale const& sale);
  void choose_coupon(OpenSale& sale);
  void reconsider_coupon(OpenSale& sale);
  void order_coupon(OpenSale& sale);
  void close(OpenSale& sale, SaleEnd end);
  void record(Timestamp at, decltype(Outcome::what) what);

  StoreConfig store_;
  std::chrono::milliseconds hint_lifetime_;
  CheckoutPorts ports_;
  std::unique_ptr<Engine> engine_;
  std::uint64_t release_ = 0;
  std::map<SaleId, std::unique_ptr<OpenSale>> sales_;
  std::deque<SaleId> closed_;
  CheckoutCounters counters_;
};

}  // namespace tillcue::terminal
