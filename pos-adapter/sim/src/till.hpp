#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "narrator.hpp"
#include "receipt.hpp"
#include "terminal_client.hpp"

namespace tillcue::pos::sim {

struct TillOptions {
  Address terminal;
  std::optional<Address> printer;  ///< for the POS's own receipts
  std::string till = "lane-1";
  std::string store = "Tillcue Demo Store";
  std::string run = "run";  ///< makes the sale ids of this run its own
  Currency currency{{'E', 'U', 'R'}, 2};
  Catalogue catalogue{};                 ///< what the POS knows of articles that come with a hint
  std::chrono::milliseconds pace{2800};  ///< from scan to scan
  double accept = 0.3;                   ///< share of hints the customer takes
  double slips = 0.05;                   ///< share of scans the cashier has to mend
  std::uint64_t seed = 1;
  std::function<bool()> stopped{};  ///< asked often; true ends the sale with a void. Unset: never
};

/// A POS with one lane: rings up recorded baskets, shows its hints to a dice-throwing customer, prints its own receipt.
/// It never waits for the terminal longer than 2 s, and sells on when that is gone.
/// Threads  one.
class Till {
 public:
  Till(TillOptions options, Narrator& narrator);

  /// One sale from begin to finish, or to void when stopped. A recorded article that was taken as a hint before its
  /// turn is not rung up again.
  void ring_up(RecordedBasket const& basket);
  /// Waits a moment for what the terminal still has to say of the last sale.
  void close();
  [[nodiscard]] Tally const& tally() const noexcept { return tally_; }

 private:
  struct Pending {
    HintBoard board;
    double latency_ms;
  };
  struct Rung {
    LineNo line;
    Scan scan;
  };
  /// Taken as a hint, to be rung up next.
  struct Extra {
    Scan scan;
    Sku instead_of;  ///< goes out for it; empty: nothing does
  };

  void connect();
  void tell(Message message);
  void lose(Error const& error);
  void hear(FromTerminal const& push);
  void pause(std::chrono::milliseconds for_so_long);

  void scan(Scan const& scan);
  void put(Rung const& rung, PutLine::Verb verb);
  void make_a_slip(Rung const& rung);
  void answer_hints();
  void see(Pending const& pending);
  void pass_over();
  void end_hints();
  void answer(Pending const& pending);
  void take(HintCard const& card);
  void ring_up_extras();
  void take_out_one(Sku const& sku);
  void pay();
  void give_up();
  [[nodiscard]] bool stopped() const { return options_.stopped && options_.stopped(); }
  [[nodiscard]] bool taken_already(Scan const& scan);
  void ring_up_lines(RecordedBasket const& basket);
  void print_receipt(Money total);
  [[nodiscard]] Money total() const;
  [[nodiscard]] bool all_priced() const;
  [[nodiscard]] bool chance(double share);

  TillOptions options_;
  Narrator& narrator_;
  Tally tally_;
  std::mt19937_64 dice_;
  std::optional<TerminalClient> terminal_;

  SaleId sale_;
  std::vector<Rung> rung_;
  std::uint32_t next_line_ = 1;
  std::deque<Pending> pending_;
  std::deque<Extra> extras_;
  std::set<std::uint32_t> seen_, answered_;
  std::multiset<std::string> taken_;  ///< SKUs taken as hints whose recorded line is still to come
  std::optional<LineSocket::Clock::time_point> asked_at_;
  bool coupon_heard_ = false;
};

}  // namespace tillcue::pos::sim
