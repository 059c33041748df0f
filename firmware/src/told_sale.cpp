#include "told_sale.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "tillcue/core/card_number.hpp"

namespace tillcue::terminal {

SaleId told_sale(Secret const& secret, SaleId const& sale) {
  if (!looks_like_card_number(sale.value)) return sale;
  auto digest = secret.digest("sale", sale.value);
  // Hexadecimal digits could look like a card number themselves.
  std::transform(digest.begin(), digest.end(), digest.begin(),
                 [](char c) { return static_cast<char>('a' + (c <= '9' ? c - '0' : c - 'a' + 10)); });
  return SaleId{"sale-" + digest};
}

Outcome told(Secret const& secret, Outcome outcome) {
  std::visit(
      [&](auto& event) {
        auto name = told_sale(secret, event.sale);
        if (name == event.sale) return;
        event.sale = std::move(name);
        if constexpr (std::is_same_v<std::decay_t<decltype(event)>, DecisionMade>) event.replay.clear();
      },
      outcome.what);
  return outcome;
}

}  // namespace tillcue::terminal
