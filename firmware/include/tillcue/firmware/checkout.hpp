#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "tillcue/core/engine.hpp"
#include "tillcue/core/outcome.hpp"
#include "tillcue/firmware/config.hpp"
#include "tillcue/firmware/live_state.hpp"
#include "tillcue/pos/hint_board.hpp"
#include "tillcue/pos/native_server.hpp"

namespace tillcue::terminal {

class ClosedSales;
class DayBook;
class ShelfBook;

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
  std::function<std::int32_t(Timestamp)> utc_offset = {};  ///< of the store's clock, minutes; unset: UTC
  std::function<std::uint8_t()> channels = {};             ///< that work now, a bit for each Channel; unset: all
  /// Makes what was spent of budgets outlast a power cut; called before an offer that costs one is made. False: it
  /// cannot be kept, so the offer is not made. Unset: nothing is kept.
  std::function<bool(std::map<std::string, Allotment> const& spent)> keep_spent = {};
  /// For how long something is shown and waited for; `now` may be set at any moment. Unset: `now`.
  std::function<SteadyTime()> steady = {};
};

/// Counted since start.
struct CheckoutCounters {
  std::uint64_t sales_begun = 0, sales_finished = 0, sales_voided = 0, sales_abandoned = 0;
  std::uint64_t lines = 0, unknown_items = 0;
  std::uint64_t decisions = 0, hints = 0, accepted = 0, declined = 0, ignored = 0;
  std::uint64_t coupons = 0, coupons_dropped = 0;
  std::uint64_t notices = 0, down_sells = 0;  ///< a down-sell is a hint as well
  std::uint64_t unkept = 0;                   ///< offers not made because their cost could not be kept
};

/// Follows the sales of one terminal: events in, decisions asked of the engine, hints shown, coupons ordered, outcomes
/// recorded. Without a bundle it follows the sale and stays silent (fail-open).
/// Threads  one (the io_context's).
class Checkout final : public pos::SaleEvents {
 public:
  static constexpr std::size_t kMaxOpenSales = 16;
  static constexpr std::size_t kMaxOutOfStock = 10'000;  ///< told by the till

  Checkout(StoreConfig store, std::chrono::milliseconds hint_lifetime, CheckoutPorts ports, TerminalId terminal = {});
  ~Checkout() override;

  /// Decides with this bundle from now on, open sales included.
  void use(std::shared_ptr<Bundle const> bundle, std::uint64_t release);
  /// Stop switches, budgets and stock as head office says them now; hints and coupons of open sales that this forbids
  /// are taken back at once.
  void apply(LiveState state);
  /// What was spent before a restart; never less than what is known already.
  void restore_spent(std::map<std::string, Allotment> const& spent);
  /// What customers were offered today, and how items sell here: to be kept and restored (live_desk).
  [[nodiscard]] DayBook& day_book() noexcept { return *today_; }
  [[nodiscard]] ShelfBook const& shelf_book() const noexcept { return *shelf_; }
  [[nodiscard]] ShelfBook& shelf_book() noexcept { return *shelf_; }
  /// Of hints shown from now on.
  void show_hints_for(std::chrono::milliseconds lifetime) noexcept { hint_lifetime_ = lifetime; }
  /// Takes what the shelf book holds into account; false: it is kept, and nothing is held back for it.
  void hold_probably_out(bool on);
  /// SKUs that are held back as probably out of stock.
  [[nodiscard]] std::set<std::string, std::less<>> const& probably_out() const noexcept { return probably_out_; }
  /// Of what is chosen at random from now on.
  void explore_with(std::uint64_t seed) noexcept { seed_ = seed; }

  /// Errors  not_found (unknown sale, line or offer), rejected (sale already open, too many lines, offer already
  ///         answered, too much out of stock), invalid.
  Result<void> on(pos::Message const& message) override;

  /// Takes hints away whose time is over, and asks for those of a subtotal that waited. To be called at next_due().
  void expire();
  [[nodiscard]] std::optional<SteadyTime> next_due() const;
  /// The clock is more than a day before the last sale the bundle was made of: it is wrong, and no coupon is given that
  /// would bear its date.
  [[nodiscard]] bool clock_is_behind() const;

  [[nodiscard]] CheckoutCounters const& counters() const noexcept { return counters_; }
  [[nodiscard]] std::size_t open_sales() const noexcept { return sales_.size(); }

 private:
  struct OpenSale;
  struct Asked;
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
  Result<void> handle(pos::SetStock const& stock);
  Result<void> handle(pos::Reprint const& reprint);

  Result<OpenSale*> find(SaleId const& sale);
  /// Nothing when it was not closed lately.
  [[nodiscard]] std::optional<SaleEnd> end_of(SaleId const& sale) const;
  void advance(OpenSale& sale, Event event);
  void scanned(OpenSale& sale);
  void totalled(OpenSale& sale);
  void tendered(OpenSale& sale);
  void finished(OpenSale& sale);
  void voided(OpenSale& sale);
  void removed(OpenSale& sale);
  void repeated(OpenSale& sale);
  void totalled_again(OpenSale& sale);

  void suggest(OpenSale& sale, Stage stage);
  void suggest_instead(OpenSale& sale);
  void show(OpenSale& sale, Asked const& asked);
  [[nodiscard]] SteadyTime moment() const;
  [[nodiscard]] Context context_now() const;
  Asked ask(OpenSale const& sale, Stage stage);
  /// The same, with its cost taken from the budgets where something is offered.
  Asked ask_and_spend(OpenSale const& sale, Stage stage);
  [[nodiscard]] bool spend(Decision const& decision);
  void give_back(std::string const& campaign, std::int64_t cost);
  void record_silence(OpenSale& sale, Asked const& asked);
  void record_decision(OpenSale& sale, Asked const& asked, Offer const* offer);
  [[nodiscard]] bool is_bought(OpenSale const& sale, Offer const& offer) const;
  void settle_bought(OpenSale& sale);
  /// As Engine::standing says of a card.
  [[nodiscard]] std::optional<Offer> standing(OpenSale const& sale, Offer const& offer) const;
  void renew_cards(OpenSale& sale);
  Result<void> answer(OpenSale& sale, std::uint32_t offer, Response response);
  void take_away(OpenSale& sale);
  void redraw(OpenSale const& sale);
  void choose_coupon(OpenSale& sale);
  void reconsider_coupon(OpenSale& sale);
  void hold_against_total(OpenSale& sale);
  void order_coupon(OpenSale& sale);
  void close(OpenSale& sale, SaleEnd end);
  void draw_arm(Sale& sale) const;
  void know(Sale& sale, pos::SetCustomer const& set);
  void turn_day();
  void note_day(OpenSale const& sale, SaleEnd end);
  void renew_live();
  void withdraw();
  void learn_stock(Sale const& sale);
  void hold_shelf();
  void settle_costs(OpenSale& sale, SaleEnd end);
  [[nodiscard]] bool withdrawn(Offer const& offer) const;
  void record(Timestamp at, decltype(Outcome::what) what);

  StoreConfig store_;
  std::chrono::milliseconds hint_lifetime_;
  CheckoutPorts ports_;
  TerminalId terminal_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Live> live_;          ///< bound to the engine's bundle
  LiveState state_;                     ///< head office's words
  std::set<std::string> out_of_stock_;  ///< the till's words
  std::unique_ptr<DayBook> today_;
  std::unique_ptr<ShelfBook> shelf_;
  std::set<std::string, std::less<>> probably_out_;  ///< as the engine knows them
  bool hold_ = true;
  std::uint64_t seed_ = 0;
  std::uint64_t release_ = 0;
  std::map<SaleId, std::unique_ptr<OpenSale>> sales_;
  std::unique_ptr<ClosedSales> closed_;
  CheckoutCounters counters_;
};

}  // namespace tillcue::terminal
