#pragma once

#include <map>
#include <string>
#include <vector>

#include "tillcue/pos/basket_follower.hpp"

namespace tillcue::pos::testing {

/// Plays the terminal: keeps every sale as the messages leave it, and counts what makes no sense.
class HeardSales : public SaleEvents {
 public:
  struct Sale {
    std::map<std::uint32_t, PutLine> lines;
    std::string end;  ///< "", "finished", "voided"
    int tenders = 0;
    std::optional<std::int64_t> total;
    [[nodiscard]] std::int64_t sum() const {
      std::int64_t out = 0;
      for (auto const& [number, line] : lines) out += line.price_minor.value_or(0) * line.quantity.milli;
      return (out + 500) / 1000;
    }
    [[nodiscard]] std::string text() const {
      std::string out;
      for (auto const& [number, line] : lines) {
        out += (out.empty() ? "" : ", ") + std::to_string(number) + ":" + line.sku.value + "*" +
               std::to_string(line.quantity.milli) + "@" + std::to_string(line.price_minor.value_or(-1));
      }
      return out;
    }
  };

  Result<void> on(Message const& message) override {
    ++messages;
    if (auto const* begin = std::get_if<Begin>(&message)) {
      sales.try_emplace(begin->sale.value);
      order.push_back(begin->sale.value);
      return {};
    }
    auto const* id = sale_of(message);
    if (id == nullptr || !sales.contains(id->value) || !sales[id->value].end.empty()) return nonsense();
    auto& sale = sales[id->value];
    if (auto const* put = std::get_if<PutLine>(&message)) {
      auto const number = static_cast<std::uint32_t>(put->line);
      if ((put->verb == PutLine::Verb::add) == sale.lines.contains(number)) return nonsense();
      sale.lines[number] = *put;
    } else if (auto const* remove = std::get_if<RemoveLine>(&message)) {
      if (sale.lines.erase(static_cast<std::uint32_t>(remove->line)) == 0) return nonsense();
    } else if (std::holds_alternative<Tender>(message)) {
      ++sale.tenders;
    } else if (auto const* finish = std::get_if<Finish>(&message)) {
      sale.end = "finished";
      sale.total = finish->total_minor;
    } else if (std::holds_alternative<Void>(message)) {
      sale.end = "voided";
    }
    return {};
  }

  Sale& last() { return sales[order.back()]; }

  std::map<std::string, Sale> sales;
  std::vector<std::string> order;
  std::size_t messages = 0;
  std::size_t senseless = 0;

 private:
  Result<void> nonsense() {
    ++senseless;
    return fail(Code::rejected, "makes no sense");
  }
};

/// Codes as they are heard, names where there is none.
inline Sku as_heard(HeardLine const& line) { return Sku(line.code.empty() ? line.name : line.code); }

}  // namespace tillcue::pos::testing
