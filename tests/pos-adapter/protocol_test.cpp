#include "tillcue/pos/protocol.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace tillcue;
using namespace tillcue::pos;

namespace {

Message message_of(std::string_view line) {
  auto const request = parse_request(line);
  REQUIRE_MESSAGE(request, (request ? "" : request.error().what));
  return request->message;
}

Error refusal(std::string_view line) {
  auto const request = parse_request(line);
  REQUIRE_FALSE(request);
  return request.error();
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string without_end(std::string line) {
  REQUIRE(line.back() == '\n');
  line.pop_back();
  return line;
}

std::vector<Message> one_of_each() {
  return {Hello{1, "lane-3", "ExamplePOS \"4\""},
          Hello{1, "lane-3", ""},
          Hello{1, "lane-3", "", false},
          Begin{SaleId("42"), false},
          Begin{SaleId("42"), true},
          PutLine{SaleId("42"), LineNo{1}, Sku("A"), Quantity{1000}, {}, "", PutLine::Verb::add},
          PutLine{SaleId("42"), LineNo{0xFFFF'FFFF}, Sku("A"), Quantity{385}, 899, "Сыр", PutLine::Verb::change},
          PutLine{SaleId("42"), LineNo{7}, Sku("A"), Quantity{-999'999'999}, -25, "x", PutLine::Verb::add},
          RemoveLine{SaleId("42"), LineNo{9}},
          SetCustomer{SaleId("42"), CustomerId("L-1")},
          SetCustomer{SaleId("42"), CustomerId()},
          SetCustomer{SaleId("42"),
                      CustomerId("L-1"),
                      65'535,
                      "families",
                      true,
                      {{Sku("A"), {1'000'000}}, {Sku("Сыр"), {1'000}}, {Sku("C"), {0}}}},
          SetStock{Sku("A"), false},
          SetStock{Sku("A"), true},
          Subtotal{SaleId("42")},
          Tender{SaleId("42")},
          Finish{SaleId("42"), {}},
          Finish{SaleId("42"), kMaxAmountMinor},
          Void{SaleId("42")},
          Reprint{SaleId("42")},
          Answer{SaleId("42"), 3, true},
          Answer{SaleId("42"), 4, false},
          Ping{}};
}

}  // namespace

TEST_CASE("every message survives encoding and parsing, with and without an id") {
  for (auto const& message : one_of_each()) {
    for (auto const id :
         {std::optional<std::uint64_t>{}, std::optional<std::uint64_t>{0}, std::optional(kMaxRequestId)}) {
      Request const request{id, message};
      auto const back = parse_request(without_end(encode(request)));
      REQUIRE(back);
      CHECK(*back == request);
    }
  }
}

TEST_CASE("every quantity of three decimals survives the way over the wire") {
  for (std::int64_t milli : {1, 5, 10, 125, 999, 1001, 12'345, 100'100, 999'999'999, 123'456'789}) {
    for (auto const sign : {1, -1}) {
      PutLine const put{SaleId("1"), LineNo{1}, Sku("A"), Quantity{sign * milli}, {}, "", PutLine::Verb::add};
      CHECK(std::get<PutLine>(message_of(without_end(encode(Request{{}, put})))).quantity.milli == sign * milli);
    }
  }
}

TEST_CASE("what may be left out may also be null, and unknown fields are read over") {
  auto const put = std::get<PutLine>(message_of(
      R"({"type":"add","sale":"1","line":2,"sku":"A","quantity":null,"price":null,"name":null,"id":null,"tax":{"a":[1,{}]}})"));
  CHECK(put.quantity.milli == 1000);
  CHECK_FALSE(put.price_minor);
  CHECK(put.name.empty());
}

TEST_CASE("a quantity is read as it was written, not as a rounded double") {
  auto const milli = [](std::string const& number) {
    return std::get<PutLine>(message_of(R"({"type":"add","sale":"1","line":2,"sku":"A","quantity":)" + number + "}"))
        .quantity.milli;
  };
  CHECK(milli("0.285") == 285);
  CHECK(milli("1.005") == 1005);
  CHECK(milli("-0.5") == -500);
  CHECK(milli("3") == 3000);
  CHECK(milli("3.0") == 3000);
  CHECK(milli("1000000") == kMaxQuantityMilli);
}

TEST_CASE("broken JSON is refused with the place and without repeating it") {
  for (auto const* line :
       {"", " ", "{", "{}x", "{\"type\":\"ping\"} {}", "nul", "{\"type\":}", "{'type':'ping'}", "{\"type\":NaN}",
        "{\"type\":\"ping\",\"id\":1e999}", "\x01\x02\xff", "{\"type\":\"ping\",}"}) {
    auto const error = refusal(line);
    CHECK(error.code == Code::invalid);
    CHECK(contains(error.what, "broken JSON at byte"));
  }
  CHECK_FALSE(contains(refusal("{\"type\":\"4111111111111111").what, "4111"));
}

TEST_CASE("text that is not UTF-8 is refused") {
  CHECK(refusal("{\"type\":\"ping\",\"x\":\"\xc3\x28\"}").code == Code::invalid);
  CHECK(refusal("{\"type\":\"ping\",\"x\":\"\xed\xa0\x80\"}").code == Code::invalid);
  CHECK(refusal(R"({"type":"ping","x":"\ud800"})").code == Code::invalid);
}

TEST_CASE("a message is one object, not a list, a text or a number") {
  for (auto const* line : {"[]", "[{\"type\":\"ping\"}]", "\"ping\"", "1", "-1", "1.5", "null", "true"}) {
    CHECK(contains(refusal(line).what, "one JSON object"));
  }
}

TEST_CASE("depth, number of fields and length are bounded") {
  std::string const deep(8000, '[');
  CHECK(contains(refusal("{\"type\":\"ping\",\"x\":" + deep + "}").what, "nested deeper"));
  CHECK(contains(refusal(deep).what, "one JSON object"));
  CHECK(message_of("{\"type\":\"ping\",\"x\":[[[[[[[1]]]]]]]}") == Message(Ping{}));
  std::string many = "{\"type\":\"ping\"";
  for (int n = 0; n < 32; ++n) many += ",\"f" + std::to_string(n) + "\":1";
  CHECK(contains(refusal(many + "}").what, "more than 32 fields"));
  CHECK(contains(refusal("{\"type\":\"ping\",\"x\":\"" + std::string(kMaxRequestLine, 'x') + "\"}").what, "16384"));
  CHECK(contains(refusal(std::string(20'000'000, '[')).what, "16384"));
}

TEST_CASE("a field given twice is refused, inside unknown fields it does not matter") {
  CHECK(contains(refusal(R"({"type":"ping","type":"ping"})").what, "given twice"));
  CHECK(contains(refusal(R"({"type":"ping","x":1,"x":null})").what, "given twice"));
  CHECK(message_of(R"({"type":"ping","x":{"type":1,"type":2}})") == Message(Ping{}));
}

TEST_CASE("a missing field is named") {
  CHECK(contains(refusal("{}").what, "\"type\" is missing"));
  CHECK(contains(refusal(R"({"type":"begin"})").what, "begin: field \"sale\" is missing"));
  CHECK(contains(refusal(R"({"type":"add","sale":"1","sku":"A"})").what, "add: field \"line\" is missing"));
  CHECK(contains(refusal(R"({"type":"add","sale":"1","line":1})").what, "add: field \"sku\" is missing"));
  CHECK(contains(refusal(R"({"type":"accept","sale":"1"})").what, "accept: field \"offer\" is missing"));
  CHECK(contains(refusal(R"({"type":"hello","protocol":1})").what, "hello: field \"till\" is missing"));
  CHECK(contains(refusal(R"({"type":"hello","till":"1"})").what, "hello: field \"protocol\" is missing"));
}

TEST_CASE("a field of the wrong type is named with what it must be") {
  CHECK(contains(refusal(R"({"type":1})").what, "\"type\" must be a string"));
  CHECK(contains(refusal(R"({"type":"begin","sale":42})").what, "\"sale\" must be a string"));
  CHECK(contains(refusal(R"({"type":"begin","sale":["42"]})").what, "\"sale\" must be a string"));
  CHECK(contains(refusal(R"({"type":"begin","sale":"1","resume":1})").what, "\"resume\" must be true or false"));
  CHECK(contains(refusal(R"({"type":"remove","sale":"1","line":"1"})").what, "\"line\" must be a whole number"));
  CHECK(contains(refusal(R"({"type":"remove","sale":"1","line":1.0})").what, "\"line\" must be a whole number"));
  CHECK(contains(refusal(R"({"type":"finish","sale":"1","total":2.55})").what, "\"total\" must be a whole number"));
  CHECK(contains(refusal(R"({"type":"finish","sale":"1","total":1e3})").what, "\"total\" must be a whole number"));
  CHECK(contains(refusal(R"({"type":"add","sale":"1","line":1,"sku":"A","quantity":"2"})").what, "at most 3 decimals"));
  CHECK(contains(refusal(R"({"type":"add","sale":"1","line":1,"sku":"A","quantity":1e2})").what, "no exponent"));
  CHECK(contains(refusal(R"({"type":"add","sale":"1","line":1,"sku":"A","quantity":0.3855})").what, "3 decimals"));
}

TEST_CASE("numbers out of range are refused, negative ones are never read as huge ones") {
  CHECK(contains(refusal(R"({"type":"remove","sale":"1","line":-1})").what, "out of range: 1 to 4294967295"));
  CHECK(contains(refusal(R"({"type":"remove","sale":"1","line":0})").what, "out of range"));
  CHECK(contains(refusal(R"({"type":"remove","sale":"1","line":4294967296})").what, "out of range"));
  CHECK(contains(refusal(R"({"type":"remove","sale":"1","line":18446744073709551615})").what, "out of range"));
  CHECK(contains(refusal(R"({"type":"decline","sale":"1","offer":0})").what, "out of range"));
  CHECK(contains(refusal(R"({"type":"ping","id":-1})").what, "out of range"));
  CHECK(contains(refusal(R"({"type":"ping","id":9007199254740992})").what, "out of range"));
  CHECK(contains(refusal(R"({"type":"finish","sale":"1","total":1000000000001})").what, "out of range"));
  CHECK(contains(refusal(R"({"type":"finish","sale":"1","total":-1000000000001})").what, "out of range"));
  CHECK(contains(refusal(R"({"type":"finish","sale":"1","total":99999999999999999999999})").what, "out of range"));
  CHECK(
      contains(refusal(R"({"type":"add","sale":"1","line":1,"sku":"A","quantity":1000000.001})").what, "out of range"));
  CHECK(contains(refusal(R"({"type":"add","sale":"1","line":1,"sku":"A","quantity":9223372036854775807})").what,
                 "number"));
}

TEST_CASE("what a customer usually buys is read whole or refused with its shape") {
  auto const usual = [](std::string const& list) {
    return parse_request(R"({"type":"customer","sale":"1","customer":"L","usual":)" + list + "}");
  };
  auto const read = usual(R"([{"share":0.125,"sku":"A","since":2019},{"sku":"B"}])");
  REQUIRE(read);
  auto const& list = std::get<SetCustomer>(read->message).usual;
  REQUIRE(list.size() == 2);
  CHECK(list[0].sku.value == "A");
  CHECK(list[0].share.ppm == 125'000);
  CHECK(list[1].share.ppm == 0);
  CHECK(std::get<SetCustomer>(usual("[]")->message).usual.empty());
  CHECK(std::get<SetCustomer>(usual("null")->message).usual.empty());
  for (auto const* broken :
       {R"({"sku":"A"})", R"("A")", "1", R"(["A"])", R"([["A"]])", R"([{"sku":"A"},1])", R"([{}])", R"([{"sku":""}])",
        R"([{"sku":1}])", R"([{"sku":"A","sku":"B"}])", R"([{"sku":"A","share":1.001}])",
        R"([{"sku":"A","share":-0.1}])", R"([{"sku":"A","share":0.1234}])", R"([{"sku":"A","share":"0.1"}])",
        R"([{"sku":"A","share":1e-1}])", R"([{"sku":"A","more":{}}])", R"([{"sku":"A","fresh":true}])",
        R"([{"sku":"a\nb"}])"}) {
    INFO(broken);
    auto const refused = usual(broken);
    REQUIRE_FALSE(refused);
    CHECK(contains(refused.error().what, "\"usual\" must be a list of"));
  }
  std::string many;
  for (int n = 0; n < 33; ++n) many += std::string(n == 0 ? "" : ",") + R"({"sku":"S)" + std::to_string(n) + "\"}";
  CHECK(contains(usual("[" + many + "]").error().what, "at most 32"));
  CHECK(usual(R"([{"sku":"4111111111111111"}])").error().code == Code::rejected);
}

TEST_CASE("stock needs a word and no sale") {
  CHECK(contains(refusal(R"({"type":"stock","sku":"A"})").what, "\"available\" is missing"));
  CHECK(contains(refusal(R"({"type":"stock","available":true})").what, "\"sku\" is missing"));
  CHECK(contains(refusal(R"({"type":"stock","sku":"A","available":1})").what, "true or false"));
}

TEST_CASE("a quantity of nothing says to send remove") {
  for (auto const* zero : {"0", "0.0", "-0.000"}) {
    CHECK(contains(refusal(std::string(R"({"type":"add","sale":"1","line":1,"sku":"A","quantity":)") + zero + "}").what,
                   "remove"));
  }
}

TEST_CASE("identifiers are 1 to 64 bytes of plain text") {
  CHECK(contains(refusal(R"({"type":"begin","sale":""})").what, "\"sale\" is empty"));
  CHECK(contains(refusal(R"({"type":"begin","sale":")" + std::string(65, 'x') + "\"}").what, "65 bytes"));
  CHECK(std::get<Begin>(message_of(R"({"type":"begin","sale":")" + std::string(64, 'x') + "\"}")).sale.value.size() ==
        64);
  CHECK(contains(refusal(R"({"type":"begin","sale":"a\nb"})").what, "control character"));
  CHECK(contains(refusal(R"({"type":"begin","sale":"a\u0000b"})").what, "control character"));
  CHECK(
      contains(refusal(R"({"type":"hello","protocol":1,"till":"1","software":")" + std::string(201, 'x') + "\"}").what,
               "at most 200"));
}

TEST_CASE("an unknown message type is answered with the known ones") {
  auto const error = refusal(R"({"type":"refund","sale":"1"})");
  CHECK(error.code == Code::unsupported);
  CHECK(contains(error.what, "hello, begin, add, change, remove"));
}

TEST_CASE("a payment card number is refused in every text and is not repeated") {
  for (auto const* line :
       {R"({"type":"customer","sale":"1","customer":"4111 1111 1111 1111"})",
        R"({"type":"add","sale":"1","line":1,"sku":"4111-1111-1111-1111"})",
        R"({"type":"add","sale":"1","line":1,"sku":"A","name":"VISA 4111111111111111"})",
        R"({"type":"hello","protocol":1,"till":"5555555555554444"})", R"({"type":"ping","id":4111111111111111})"}) {
    auto const error = refusal(line);
    CHECK(error.code == Code::rejected);
    CHECK(contains(error.what, "looks like a payment card number"));
    CHECK_FALSE(contains(error.what, "1111"));
  }
  CHECK_FALSE(id_of(R"({"type":"ping","id":4111111111111111})"));
}

TEST_CASE("a sale may be counted with any number: one in ten passes Luhn") {
  CHECK(parse_request(R"({"type":"begin","sale":"4111111111111111"})"));
}

TEST_CASE("the id of a refused line is found as long as the line can be read") {
  CHECK(id_of(R"({"type":"add","id":7})") == 7);
  CHECK(id_of(R"({"id":7,"type":"nonsense"})") == 7);
  CHECK_FALSE(id_of(R"({"type":"add"})"));
  CHECK_FALSE(id_of(R"({"type":"add","id":"7"})"));
  CHECK_FALSE(id_of(R"({"id":7,)"));
}

TEST_CASE("the sale of a message is found where there is one") {
  for (auto const& message : one_of_each()) {
    auto const* sale = sale_of(message);
    bool const none = std::holds_alternative<Hello>(message) || std::holds_alternative<Ping>(message) ||
                      std::holds_alternative<SetStock>(message);
    CHECK((sale == nullptr) == none);
    if (sale != nullptr) CHECK(sale->value == "42");
  }
}
