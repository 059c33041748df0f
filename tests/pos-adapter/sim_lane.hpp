#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "pos-adapter/loopback.hpp"
#include "till.hpp"
#include "tillcue/pos/native_server.hpp"

namespace tillcue::pos::sim {

/// A terminal with few rules: whoever buys TEA is offered CAKE, CHIPS two dips as a set, SMALL the larger one instead,
/// and every finished sale gets a coupon.
class RuleTerminal : public SaleEvents {
 public:
  Result<void> on(Message const& message) override {
    heard.push_back(message);
    if (auto const* put = std::get_if<PutLine>(&message)) return put_line(*put);
    if (auto const* removed = std::get_if<RemoveLine>(&message)) lines[removed->sale.value].erase(removed->line);
    if (std::holds_alternative<Tender>(message) && hint_at_tender) {
      server->push(HintBoard{std::get<Tender>(message).sale,
                             Stage::tender,
                             {{9, Sku("BAG"), "Bag", "0.10 EUR", "", "A bag?", "Goes with all", {}}}});
    }
    if (auto const* finish = std::get_if<Finish>(&message)) {
      server->push(CouponNotice{finish->sale, "7KQ2M9XR4T", "-20 %\nTea", PrintFate::printed});
    }
    return {};
  }

  std::vector<Message> heard;
  std::map<std::string, std::map<LineNo, PutLine>> lines;  ///< what the terminal thinks is in each sale
  NativeServer* server = nullptr;
  bool refuse_lines = false;
  bool hint_at_tender = false;

 private:
  Result<void> put_line(PutLine const& put) {
    if (refuse_lines) return fail(Code::busy, "not now");
    lines[put.sale.value][put.line] = put;
    HintBoard board{put.sale, Stage::scan, {}};
    if (put.sku.value == "TEA") {
      board.cards.push_back(
          {1, Sku("CAKE"), "Carrot cake", "3.10 EUR", "", "A slice of cake with it?", "Goes with tea", {}});
    }
    if (put.sku.value == "CHIPS") {
      board.cards.push_back({2, Sku("SALSA"), "Salsa + Guacamole", "4.98 EUR", "", "Two dips?", "Set", {}});
      board.cards.back().type = OfferType::set;
      board.cards.back().more = {Sku("GUA")};
    }
    if (put.sku.value == "SMALL") {
      board.cards.push_back({3, Sku("LARGE"), "Large", "1.80 EUR", "", "The larger one?", "Cheaper a gram", {}});
      board.cards.back().type = OfferType::upgrade;
      board.cards.back().instead_of = Sku("SMALL");
    }
    server->push(board);
    return {};
  }
};

struct Lane {
  testing::LoopThread loop;
  RuleTerminal terminal;
  std::unique_ptr<NativeServer> server;
  std::ostringstream told;

  Lane() {
    loop.do_on_loop([&] {
      auto made = NativeServer::listen(loop.io(), {}, terminal);
      REQUIRE(made);
      server = std::move(*made);
      terminal.server = server.get();
    });
  }
  ~Lane() {
    loop.do_on_loop([&] { server.reset(); });
  }

  TillOptions options() {
    TillOptions out;
    out.terminal = {"127.0.0.1", loop.on_loop([&] { return server->port(); })};
    out.pace = std::chrono::milliseconds(0);
    out.slips = 0;
    return out;
  }
  Tally ring_up(TillOptions const& options, std::vector<RecordedBasket> const& baskets, bool json = false) {
    Narrator narrator(told, json);
    Till till(options, narrator);
    for (auto const& basket : baskets) till.ring_up(basket);
    till.close();
    narrator.summary(till.tally());
    return till.tally();
  }
  std::size_t count(std::size_t alternative) {
    return loop.on_loop([&] {
      return static_cast<std::size_t>(std::count_if(terminal.heard.begin(), terminal.heard.end(),
                                                    [&](Message const& m) { return m.index() == alternative; }));
    });
  }
  /// What the terminal holds of the first sale, in the order of the lines.
  std::vector<PutLine> rung_up() {
    return loop.on_loop([&] {
      std::vector<PutLine> out;
      for (auto const& [number, put] : terminal.lines.begin()->second) out.push_back(put);
      return out;
    });
  }
  /// The total the till gave when it finished its sale.
  std::optional<std::int64_t> finished_with() {
    return loop.on_loop([&] {
      std::optional<std::int64_t> total;
      for (auto const& message : terminal.heard) {
        if (auto const* finish = std::get_if<Finish>(&message)) total = finish->total_minor;
      }
      return total;
    });
  }
};

template <class T>
inline constexpr std::size_t kIndexOf = Message(T{}).index();

}  // namespace tillcue::pos::sim
