#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/pos/basket_follower.hpp"

namespace tillcue::pos {

/// One message of the event script (recipes/unicenta.md): a ticket as it is, and what happened to it.
struct TicketEvent {
  enum class Kind : std::uint8_t { basket, total, closed, other };
  Kind kind = Kind::other;
  std::string ticket;
  std::vector<HeardLine> lines;
  std::optional<std::int64_t> total_minor{};
};

inline constexpr std::size_t kMaxTicketEvent = std::size_t{64} * 1024;

/// Errors  invalid, naming the field.
Result<TicketEvent> parse_ticket_event(std::string_view json, Currency currency);

void obey(TicketEvent event, BasketFollower& follower);

}  // namespace tillcue::pos
