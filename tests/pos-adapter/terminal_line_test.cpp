#include <string>

#include <doctest/doctest.h>

#include "tillcue/pos/protocol.hpp"

using namespace tillcue;
using namespace tillcue::pos;

namespace {

HintCard card(std::uint32_t offer) {
  return {offer, Sku("85123A"), "Блокнот A5", "2.55 EUR", "-20 %", "May I add \"this\"?", "Bought with Pen", {127'003}};
}

FromTerminal read(std::string line) {
  REQUIRE(line.back() == '\n');
  line.pop_back();
  REQUIRE(line.find('\n') == std::string::npos);
  auto const back = parse_from_terminal(line);
  REQUIRE_MESSAGE(back, (back ? "" : back.error().what));
  return *back;
}

Error refusal(std::string_view line) {
  auto const back = parse_from_terminal(line);
  REQUIRE_FALSE(back);
  return back.error();
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

TEST_CASE("answers survive encoding and parsing") {
  CHECK(read(encode_ok({})) == FromTerminal(Ok{}));
  CHECK(read(encode_ok(kMaxRequestId)) == FromTerminal(Ok{kMaxRequestId}));
  CHECK(read(encode_error(7, Error{Code::not_found, "sale \"1\" is not open"})) ==
        FromTerminal(Refused{7, "not_found", "sale \"1\" is not open"}));
  CHECK(read(encode_error({}, Error{Code::busy, "x"})) == FromTerminal(Refused{{}, "busy", "x"}));
}

TEST_CASE("pushes survive encoding and parsing") {
  for (auto const stage : {Stage::scan, Stage::subtotal, Stage::tender}) {
    HintBoard const board{SaleId("42"), stage, {card(1), card(2), card(3)}};
    CHECK(read(encode(board)) == FromTerminal(board));
  }
  HintBoard swap{SaleId("42"), Stage::scan, {card(1)}};
  swap.cards[0].type = OfferType::upgrade;
  swap.cards[0].instead_of = Sku("85123B");
  CHECK(read(encode(swap)) == FromTerminal(swap));
  HintBoard const empty{SaleId("42"), Stage::scan, {}};
  CHECK(read(encode(empty)) == FromTerminal(empty));
  for (auto const fate : {PrintFate::printed, PrintFate::unconfirmed, PrintFate::dropped}) {
    CouponNotice const coupon{SaleId("42"), "7K3M", "-20 %\nBlock", fate};
    CHECK(read(encode(coupon)) == FromTerminal(coupon));
    CHECK(encode(coupon).find("reason") == std::string::npos);
  }
  CouponNotice const dropped{SaleId("42"), "7K3M", "", PrintFate::dropped, "paper out; put in a new roll"};
  CHECK(read(encode(dropped)) == FromTerminal(dropped));
  CHECK_FALSE(
      parse_from_terminal(R"({"type":"coupon","sale":"1","serial":"7","text":"","fate":"dropped","reason":5})"));
  CHECK(read(encode(Notice{"release 12"})) == FromTerminal(Notice{"release 12"}));
}

TEST_CASE("what a card is, and the further extras of a set, survive; what is as usual is not sent") {
  auto one = card(1);
  CHECK(encode(HintBoard{SaleId("1"), Stage::scan, {one}}).find("kind") == std::string::npos);
  one.kind = OfferKind::notice;
  one.type = OfferType::notice;
  auto set = card(2);
  set.type = OfferType::set;
  set.more = {Sku("A"), Sku("B")};
  HintBoard const board{SaleId("1"), Stage::subtotal, {one, set}};
  CHECK(read(encode(board)) == FromTerminal(board));
}

TEST_CASE("what a newer terminal calls a card is never taken for a prompt; its type may be unknown") {
  auto line = encode(HintBoard{SaleId("1"), Stage::scan, {card(1)}});
  line.insert(line.find("\"offer\""), R"("kind":"poem","type":"loan",)");
  auto const read_card = std::get<HintBoard>(read(line)).cards[0];
  CHECK(read_card.kind == OfferKind::notice);
  CHECK(read_card.type == OfferType::suggestion);
  for (auto const* broken :
       {R"("kind":1,)", R"("type":[],)", R"("more":"A",)", R"("more":["A","B","C"],)", R"("more":[1],)"}) {
    auto spoilt = encode(HintBoard{SaleId("1"), Stage::scan, {card(1)}});
    spoilt.insert(spoilt.find("\"offer\""), broken);
    INFO(broken);
    CHECK_FALSE(parse_from_terminal(spoilt));
  }
}

TEST_CASE("a probability keeps its millionths") {
  for (std::uint32_t ppm : {0U, 1U, 333'333U, 999'999U, 1'000'000U}) {
    auto one = card(1);
    one.probability.ppm = ppm;
    CHECK(std::get<HintBoard>(read(encode(HintBoard{SaleId("1"), Stage::scan, {one}}))).cards[0].probability.ppm ==
          ppm);
  }
}

TEST_CASE("a board never carries more cards than a screen shows") {
  HintBoard const board{SaleId("1"), Stage::scan, {card(1), card(2), card(3), card(4)}};
  CHECK(std::get<HintBoard>(read(encode(board))).cards.size() == HintBoard::kMaxCards);
}

TEST_CASE("a text that is not UTF-8 is mended, not lost") {
  CHECK(read(encode(Notice{"caf\xe9"})) == FromTerminal(Notice{"caf\xef\xbf\xbd"}));
}

TEST_CASE("a line of a newer terminal is told apart from a broken one") {
  CHECK(refusal(R"({"type":"weather"})").code == Code::unsupported);
  CHECK(refusal(R"({"typ":"ok"})").code == Code::invalid);
}

TEST_CASE("broken lines of a terminal are refused, naming the field") {
  for (auto const* line : {"", "[]", "{", "1", "{\"type\":\"ok\"", "\xff"}) {
    CHECK(contains(refusal(line).what, "not one JSON object"));
  }
  CHECK(contains(refusal(std::string(kMaxTerminalLine + 1, ' ')).what, "65536"));
  CHECK(contains(refusal(R"({"type":"notice","text":)" + std::string(1000, '[') + std::string(1000, ']') + "}").what,
                 "not one JSON object"));
  CHECK(contains(refusal(R"({"type":"ok","id":-1})").what, "\"id\""));
  CHECK(contains(refusal(R"({"type":"ok","id":"1"})").what, "\"id\""));
  CHECK(contains(refusal(R"({"type":"error","code":"x"})").what, "\"message\""));
  CHECK(contains(refusal(R"({"type":"error","message":"x"})").what, "\"code\""));
  CHECK(contains(refusal(R"({"type":"notice"})").what, "\"text\""));
  CHECK(contains(refusal(R"({"type":"coupon","sale":"1","serial":"2","text":""})").what, "\"fate\""));
  CHECK(contains(refusal(R"({"type":"coupon","sale":"1","serial":"2","text":"","fate":"lost"})").what, "\"fate\""));
  CHECK(contains(refusal(R"({"type":"hints","stage":"scan","cards":[]})").what, "\"sale\""));
  CHECK(contains(refusal(R"({"type":"hints","sale":"1","stage":"later","cards":[]})").what, "\"stage\""));
  CHECK(contains(refusal(R"({"type":"hints","sale":"1","stage":"scan"})").what, "\"cards\""));
  CHECK(contains(refusal(R"({"type":"hints","sale":"1","stage":"scan","cards":[{},{},{},{}]})").what, "\"cards\""));
  CHECK(contains(refusal(R"({"type":"hints","sale":"1","stage":"scan","cards":[1]})").what, "\"cards\""));
  CHECK(contains(refusal(R"({"type":"hints","sale":"1","stage":"scan","cards":[{"offer":-1}]})").what, "\"offer\""));
  auto line = encode(HintBoard{SaleId("1"), Stage::scan, {card(1)}});
  line.replace(line.find("0.127003"), 8, "1.500000");
  CHECK(contains(refusal(line).what, "\"probability\" must be 0 to 1"));
}
