#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/sku.hpp"
#include "tillcue/core/units.hpp"
#include "tillcue/pos/native_server.hpp"

namespace tillcue::pos {

/// A line of a basket as a foreign POS tells it.
struct HeardLine {
  std::string code;  ///< may be empty, or a number only that POS knows
  std::string name;
  Quantity quantity{};
  std::optional<std::int64_t> price_minor{};  ///< of one unit
  friend bool operator==(HeardLine const&, HeardLine const&) = default;
};

/// Counted since start.
struct FollowerCounters {
  std::uint64_t sales = 0, finished = 0, voided = 0;
  std::uint64_t lines = 0;    ///< added or changed
  std::uint64_t refused = 0;  ///< messages the terminal did not take
};

/// Turns whole baskets, told again and again, into the sale's messages: what is new is added once, what changed is
/// changed, what is gone is removed. A line keeps its number as long as it is the same item.
/// Threads  the io_context's.
class BasketFollower {
 public:
  static constexpr std::size_t kMostTickets = 16;        ///< open at a time; the one longest unheard of is forgotten
  static constexpr std::size_t kMostLines = 500;         ///< further ones are left out
  using Resolve = std::function<Sku(HeardLine const&)>;  ///< never empty

  /// Sales are named `prefix-ticket`. Borrows `events` until destruction.
  BasketFollower(std::string prefix, SaleEvents& events, Resolve resolve);

  /// The whole basket of a ticket as it is now. An empty one of a ticket never heard of says nothing.
  void basket(std::string_view ticket, std::vector<HeardLine> lines);
  void tender(std::string_view ticket);
  /// Paid. Telling it again does nothing.
  void finish(std::string_view ticket, std::optional<std::int64_t> total_minor);
  void drop(std::string_view ticket);

  [[nodiscard]] FollowerCounters const& counters() const noexcept { return counters_; }

 private:
  struct Line {
    LineNo number{};
    HeardLine heard;
    Sku sku;
  };
  struct Ticket {
    SaleId sale;
    std::vector<Line> lines;
    std::uint32_t numbered = 0;
    std::uint64_t heard_at = 0;  ///< in calls
    bool tendered = false;
    bool closed = false;
  };

  Ticket* find(std::string_view ticket);
  Ticket& open(std::string_view ticket);
  void tell(Message const& message);
  void put(Ticket& ticket, Line const& line, PutLine::Verb verb);
  void forget_oldest();

  std::string prefix_;
  SaleEvents* events_;
  Resolve resolve_;
  std::map<std::string, Ticket, std::less<>> tickets_;
  std::uint64_t calls_ = 0;
  FollowerCounters counters_;
};

}  // namespace tillcue::pos
