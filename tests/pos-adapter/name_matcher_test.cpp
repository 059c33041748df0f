#include "tillcue/pos/name_matcher.hpp"

#include <doctest/doctest.h>

#include "tillcue/pos/alias_book.hpp"

using namespace tillcue;
using namespace tillcue::pos;

namespace {

NameMatcher shop() {
  std::vector<NamedItem> const items{
      {"1", "JUMBO BAG RED RETROSPOT", 195},
      {"2", "JUMBO BAG RED SPOTTY", 208},
      {"3", "JUMBO BAG PINK POLKADOT", 195},
      {"4", "Coca-Cola 0.33L", 120},
      {"5", "Coca-Cola 0.5L", 165},
      {"6", "Barilla spaghetti 500 g", 135},
      {"7", "Café crème instantané", 499},
      {"8", "Chocolate bar milk hazelnut", 149},
      {"9", "Chocolate bar dark almond", 149},
      {"10", "Молоко «Простоквашино» 0,93 л", 8990},
      {"11", "HEART OF WICKER SMALL", 165},
      {"12", "HEART OF WICKER LARGE", 295},
      {"13", "Pencils brown tube", 79},
      {"14", "Pencils brown tube", 125},
      {"15", "Weiße Schokolade Nüsse", 229},
      {"16", "Men's socks black 6 pack", 899},
      {"17", "Tea towel", {}},
      {"18", "Jam", 210},
  };
  return NameMatcher(items);
}

std::string found(HeardName const& heard) { return shop().find(heard).sku.value; }

}  // namespace

TEST_CASE("a whole name is found whatever its case, accents, punctuation and blanks") {
  CHECK(found({"jumbo  bag red-retrospot"}) == "1");
  CHECK(found({"CAFE CREME INSTANTANE"}) == "7");
  CHECK(found({"WEISSE SCHOKOLADE NUSSE"}) == "15");
  CHECK(found({"Mens socks, black 6-pack"}) == "16");
  CHECK(found({"МОЛОКО ПРОСТОКВАШИНО 0.93 Л"}) == "10");
  CHECK(shop().find({"Coca Cola 0,33l"}).how == MatchHow::whole);
}

TEST_CASE("units in another spelling are the same units") {
  CHECK(found({"Coca-Cola 330ml"}) == "4");
  CHECK(found({"coca-cola 33 cl"}) == "4");
  CHECK(found({"Barilla spaghetti 0,5kg"}) == "6");
  CHECK(found({"BARILLA SPAGHETTI 500gr"}) == "6");
  CHECK(found({"Mens socks black 6pk"}) == "16");
  CHECK(found({"Молоко Простоквашино 930мл"}) == "10");
  CHECK(found({"Barilla spaghetti 250 g"}) == "");
}

TEST_CASE("a name read with the wrong code table is found by what is left of it") {
  CHECK(found({"Caf\u00DA cr\u00DEme instantan\u00DA"}) == "7");  // CP850 read as Latin-1
  CHECK(found({"Caf\uFFFD cr\uFFFDme instantan\uFFFD"}) == "7");
  CHECK(found({"Caf? cr?me instantan?"}) == "7");
  CHECK(found({"Caf\u00C3\u00A9 cr\u00C3\u00A8me instantan\u00C3\u00A9"}) == "7");  // UTF-8 read as Latin-1
  CHECK(found({"Caf? cr?me in", 499, 13}) == "7");
}

TEST_CASE("a cut name is taken when one item begins so, or one of them has the price") {
  CHECK(found({"JUMBO BAG PINK ", {}, 15}) == "3");
  CHECK(found({"JUMBO BAG RED", 195, 13}) == "1");
  CHECK(found({"JUMBO BAG RED", 208, 13}) == "2");
  CHECK(found({"HEART OF WICKER", 295, 15}) == "12");
  CHECK(found({"Coca-Cola 0.3", {}, 13}) == "4");
}

TEST_CASE("what several items may be is ambiguous, never one of them") {
  CHECK(shop().find({"JUMBO BAG RED", {}, 13}).how == MatchHow::ambiguous);
  CHECK(shop().find({"HEART OF WICKER", 250, 15}).how == MatchHow::ambiguous);
  CHECK(shop().find({"Pencils brown tube"}).how == MatchHow::ambiguous);
  CHECK(found({"Pencils brown tube", 125}) == "14");
}

TEST_CASE("a text shorter than the feed's width is no cut one") {
  CHECK(found({"HEART OF", 165, 20}) == "");
  CHECK(found({"Jam", {}, 20}) == "18");
  CHECK(found({"Jam", 210, 20}) == "18");
  CHECK(found({"JUMBO BAG RED SPOTTY", {}, 40}) == "2");
}

TEST_CASE("a price tells few apart, of many it is chance") {
  std::vector<NamedItem> items{{"1", "METAL SIGN DOG", 125},
                               {"2", "METAL SIGN CAT", 165},
                               {"3", "METAL SIGN COW", 175},
                               {"4", "METAL SIGN HEN", 195},
                               {"5", "METAL SIGN PIG", 900}};
  HeardName const heard{"METAL SIGN", 125, 10};
  CHECK(NameMatcher(items).find(heard).sku.value == "1");
  items.push_back({"6", "METAL SIGN EWE", 210});  // a fifth that may be sold at 1.25
  CHECK(NameMatcher(items).find(heard).how == MatchHow::ambiguous);
  CHECK(NameMatcher(items).find({"METAL SIGN", 900, 10}).sku.value == "5");  // no other may
  CHECK(NameMatcher(items).find({"METAL SIGN DOG", 125, 20}).sku.value == "1");
}

TEST_CASE("a special price does not hide a name that is long enough, another kind of price does") {
  CHECK(found({"JUMBO BAG PINK ", 165, 15}) == "3");
  CHECK(found({"JUMBO BAG PINK ", 1995, 15}) == "");
  CHECK(found({"Tea towel", 799}) == "17");
  CHECK(found({"JUMBO BAG PINK POLKADOT", 9950}) == "3");
}

TEST_CASE("shortened words are understood when only one item can be meant") {
  CHECK(found({"CHOC BAR MLK HZ", {}, 15}) == "8");
  CHECK(found({"CHOC BAR DRK ALM", 149, 16}) == "9");
  CHECK(shop().find({"CHOC BAR", 149, 8}).how == MatchHow::ambiguous);
  CHECK(shop().find({"Brlla spgh 500 g", 135}).how == MatchHow::abbreviated);
  CHECK(found({"Brlla spgh 250 g", 135}) == "");
}

TEST_CASE("what is not in the catalogue is unknown") {
  for (auto const* text : {"", " ", "?", "\uFFFD\uFFFD", "TOTAL", "VISA ****1234", "JUMBO STORAGE BAG SUKI", "x"}) {
    CAPTURE(text);
    CHECK(found({text, 195}) == "");
    CHECK(found({text}) == "");
  }
  CHECK(NameMatcher({}).find({"anything"}).how == MatchHow::unknown);
}

TEST_CASE("head office's aliases hold, with a price or without") {
  AliasBook book(Currency{{'E', 'U', 'R'}, 2});
  REQUIRE(book.read("text,sku,price\r\nOLD PINK BAG,3\n\"TUBE, BRN\",13,0.79\n", "names.csv",
                    AliasOrigin::head_office) == 2);
  CHECK(book.find({"old pink  bag"}) == Sku("3"));
  CHECK(book.find({"old pink bag", 1}) == Sku("3"));
  CHECK(book.find({"TUBE, BRN", 79}) == Sku("13"));
  CHECK(book.find({"TUBE, BRN"}) == Sku("13"));
  CHECK_FALSE(book.find({"TUBE, BRN", 80}));
  CHECK_FALSE(book.find({"something"}));
  book.tell({"TUBE, BRN", 80}, Sku("14"));
  book.tell({"OLD PINK BAG"}, Sku("4"));
  CHECK(book.find({"tube, brn", 80}) == Sku("14"));
  CHECK(book.find({"old pink bag"}) == Sku("4"));
  book.tell({"OLD PINK BAG"}, Sku("3"));
  book.learn({"OLD PINK BAG"}, Sku("9"));
  CHECK(book.find({"old pink bag"}) == Sku("3"));
}

TEST_CASE("what is learned outlasts a restart, and what contradicts itself means nothing") {
  Currency const euro{{'E', 'U', 'R'}, 2};
  AliasBook book(euro);
  book.learn({"MYST ITEM", 100}, Sku("a"));
  CHECK(book.find({"MYST ITEM", 100}) == Sku("a"));
  CHECK(book.find({"MYST ITEM"}) == Sku("a"));
  book.learn({"MYST ITEM", 200}, Sku("b"));
  CHECK(book.find({"MYST ITEM", 200}) == Sku("b"));
  CHECK_FALSE(book.find({"MYST ITEM"}));
  CHECK_FALSE(book.find({"MYST ITEM", 300}));
  book.learn({"DOUBLE \"D\"", 100}, Sku("a"));
  book.learn({"DOUBLE \"D\"", 100}, Sku("b"));
  CHECK_FALSE(book.find({"DOUBLE \"D\"", 100}));
  book.learn({"DOUBLE \"D\"", 100}, Sku("a"));
  CHECK_FALSE(book.find({"DOUBLE \"D\"", 100}));

  AliasBook again(euro);
  REQUIRE(again.read(book.learned_csv(), "learned.csv", AliasOrigin::learned) == 3);
  CHECK(again.find({"MYST ITEM", 200}) == Sku("b"));
  CHECK_FALSE(again.find({"double \"d\"", 100}));
  CHECK(again.learned_csv() == book.learned_csv());
}

TEST_CASE("a faulty alias file is refused as a whole, with file and line") {
  AliasBook book(Currency{{'E', 'U', 'R'}, 2});
  auto const error = [&](std::string_view csv) {
    auto const read = book.read(csv, "names.csv", AliasOrigin::head_office);
    return read ? std::string("accepted") : read.error().what;
  };
  CHECK(error("name,code\na,1\n") == "names.csv:1: the first line must name the columns: text,sku[,price]");
  CHECK(error("text,sku\nfine,1\n ,2\n").find("names.csv:3: text: is empty") == 0);
  CHECK(error("text,sku\nfine,\n").find("names.csv:2: sku: is empty") == 0);
  CHECK(error("text,sku,price\nfine,1,2.555\n").find("names.csv:2: price: ") == 0);
  CHECK(error("text,sku\n\"fine,1\n").find("names.csv:2: ") == 0);
  CHECK(error("text,sku\nfine," + std::string(65, '1')).find("names.csv:2: sku: is longer") == 0);
  CHECK(book.size() == 0);
}

TEST_CASE("the alias book is bounded") {
  AliasBook book(Currency{});
  for (std::size_t n = 0; n < AliasBook::kMost + 100; ++n) book.learn({"name " + std::to_string(n)}, Sku("1"));
  CHECK(book.size() == AliasBook::kMost);
  for (std::int64_t price = 0; price < 1000; ++price) book.learn({"name 1", price}, Sku("1"));
  CHECK(book.learned_csv().size() < AliasBook::kMost * 40);
}
