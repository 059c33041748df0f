#include <algorithm>

#include <doctest/doctest.h>

#include "made.hpp"
#include "made_import.hpp"

using namespace tillcue;
using namespace tillcue::models;
using made::Rows;
using made::tells;

namespace {

std::string document(std::string const& name) {
  return made::get_file(std::string(TILLCUE_SOURCE_DIR) + "/tests/fuzz/corpus/poslog/" + name);
}

Rows read(std::string const& text, std::size_t step = 0) { return made::read_as(SalesFormat::poslog, text, step); }

std::string sale(std::string const& inside, std::string const& before = "<SequenceNumber>1</SequenceNumber>") {
  return "<POSLog>\n<Transaction>" + before + "<RetailTransaction><LineItem>\n<Sale>" + inside +
         "</Sale></LineItem></RetailTransaction></Transaction></POSLog>";
}

/// The complaint about the only bad row.
std::string complaint(std::string const& text) {
  auto const rows = read(text);
  REQUIRE_MESSAGE(rows.complaints.size() == 1, rows.error);
  return rows.complaints[0];
}

}  // namespace

TEST_CASE(
    "POSLog 6 with any prefix: store by type, the transaction's time by the till's clock, foreign elements passed "
    "over") {
  auto const rows = read(document("v6_prefixed.xml"));
  CHECK(rows.error == "");
  CHECK(rows.complaints.empty());
  CHECK(rows.rows ==
        std::vector<std::string>{"0117/4/2026-11-20/Q4T7|7700815|2026-11-20T08:26:11|61190|2|1.49",
                                 "0117/4/2026-11-20/Q4T7|7700815|2026-11-20T08:26:11|000061191|0.350|10.000000"});
  auto const scanned = made::read_as(SalesFormat::poslog, document("v6_prefixed.xml"), 0, PoslogSku::pos_item_id);
  REQUIRE(scanned.rows.size() == 2);
  CHECK(tells(scanned.rows[0], "|4006381333931|"));
}

TEST_CASE(
    "POSLog 2: what was voided, cancelled, repeated or rung up in training is left out and told, returns are kept as "
    "such") {
  auto const rows = read(document("v2_default_namespace.xml"));
  CHECK(rows.complaints.empty());
  CHECK(rows.rows == std::vector<std::string>{"48/6/2026-11-20/73||2026-11-20T06:20:14|31002|1|4.20",
                                              "48/6/2026-11-20/73||2026-11-20T06:20:14|999|-1|2.00"});
  REQUIRE(rows.notes.size() == 4);
  CHECK(tells(rows.notes[0], "sales.xml: 2 transactions cancelled, voided, suspended or rung up in training left out"));
  CHECK(tells(rows.notes[1], "1 transaction that was already in the file left out"));
  CHECK(tells(rows.notes[2], "3 voided lines left out"));
  CHECK(tells(rows.notes[3], "1 transaction that voids an earlier sale, which is counted, left out"));
}

TEST_CASE(
    "POSLog 6: orders, what was suspended and what voids an earlier sale are left out and told; a card is a customer") {
  auto const rows = read(document("v6_orders_and_suspended.xml"));
  CHECK(rows.complaints.empty());
  CHECK(rows.rows == std::vector<std::string>{"12/3/2026-11-20/83|T2200|2026-11-20T09:14:00|501|2.0000|9.90",
                                              "12/3/2026-11-20/83|T2200|2026-11-20T09:14:00|502|-1.0000|1.50"});
  REQUIRE(rows.notes.size() == 3);
  CHECK(tells(rows.notes[0], "1 transaction cancelled, voided, suspended or rung up in training left out"));
  CHECK(tells(rows.notes[1], "1 customer's order (what is sold of them comes as sales) left out"));
  CHECK(tells(rows.notes[2], "1 transaction that voids an earlier sale, which is counted, left out"));
  auto const scanned =
      made::read_as(SalesFormat::poslog, document("v6_orders_and_suspended.xml"), 0, PoslogSku::pos_item_id);
  REQUIRE(scanned.rows.size() == 2);
  CHECK(tells(scanned.rows[0], "|4006381333931|"));
}

TEST_CASE(
    "POSLog 6 by its schema: repeated ids, quantities and days count once, parts of an item are not sold, lines are "
    "taken back by number, and what is refused, a deposit or no sale of its own is left out and told") {
  auto const rows = read(document("v6_schema.xml"));
  CHECK(rows.error == "");
  CHECK(rows.complaints.empty());
  std::string const head = "208/5/2026-11-20/4401|C-9|2026-11-20T10:00:00|";
  CHECK(rows.rows == std::vector<std::string>{head + "4006381333931|2.00000|2.90", head + "CHEESE|0.35000|20.000000",
                                              head + "CRATE|6|", head + "DIESEL|40.5|",
                                              "shop//2026-11-20/2||2026-11-20|CHEESE||"});
  REQUIRE(rows.notes.size() == 5);
  CHECK(tells(rows.notes[0], "1 transaction cancelled, voided, suspended or rung up in training left out"));
  CHECK(tells(rows.notes[1], "3 voided lines left out"));
  CHECK(tells(rows.notes[2], "3 lines of deposits, fees and prepayments left out"));
  CHECK(tells(rows.notes[3], "1 summary, gift receipt or the like left out"));
  CHECK(tells(rows.notes[4], "1 customer's order"));
}

TEST_CASE("POSLog: the price of one unit, whatever it is written for: paid before regular before the whole line's") {
  auto const rows = read(document("v6_prices.xml"));
  CHECK(rows.error == "");
  std::string const head = "12/1/2026-11-20/9||2026-11-20|";
  CHECK(rows.rows == std::vector<std::string>{head + "THREE-FOR-ONE|6|0.333333", head + "REGULAR-PAIR|2|1.250000",
                                              head + "HUNDRED-GRAMS|0.35|17.900000", head + "REDUCED|1|3.990",
                                              head + "GIVEN-AWAY|1|0.00", head + "WHOLE-LINE|3|3.333333",
                                              head + "BROUGHT-BACK|-2|0.500000"});
  REQUIRE(rows.complaints.size() == 2);
  CHECK(tells(rows.complaints[0],
              "ActualSalesUnitPrice: Quantity '0' is no number above 0 like 3; write for how many units the price is"));
  CHECK(tells(rows.complaints[1], "RegularSalesUnitPrice: Quantity 'a dozen' is no number above 0"));
  CHECK(read(sale("<ItemID>a</ItemID><ActualSalesUnitPrice Quantity='3'>1,00</ActualSalesUnitPrice>"))
            .complaints.size() == 1);
}

TEST_CASE("POSLog: a Quantity's units, code and way of entry say nothing about how much was sold") {
  // Two ways tills in the field fill in Units: 1 throughout, or the quantity once more. The schema's default is 1.
  auto const rows = [](std::string const& quantities) { return read(sale("<ItemID>a</ItemID>" + quantities)).rows; };
  CHECK(rows("<Quantity Units='1' UnitOfMeasureCode='PCE' EntryMethod='Scanned'>9</Quantity>") ==
        std::vector<std::string>{"///1|||a|9|"});
  CHECK(rows("<Quantity EntryMethod='Automatic' UnitOfMeasureCode='Kg' Units='0.127'>0.127</Quantity>") ==
        std::vector<std::string>{"///1|||a|0.127|"});
  CHECK(rows("<ExtendedAmount>1.99</ExtendedAmount><Quantity UnitOfMeasureCode='EA' Units='1'>1</Quantity>"
             "<Quantity UnitOfMeasureCode='Kg' Units='0.127'>0.127</Quantity>") ==
        std::vector<std::string>{"///1|||a|1|1.990000"});
}

TEST_CASE("POSLog: an Item names the line only where nothing else does") {
  std::string const part = "<Item><ItemID>part</ItemID></Item>";
  CHECK(read(sale(part + "<Quantity>1</Quantity>")).rows == std::vector<std::string>{"///1|||part|1|"});
  CHECK(read(sale("<POSIdentity><POSItemID>42</POSItemID></POSIdentity>" + part)).rows ==
        std::vector<std::string>{"///1|||42||"});
}

TEST_CASE("POSLog 1: lines in the transaction itself, only a day, no namespace") {
  CHECK(read(document("v1_lines_in_transaction.xml")).rows ==
        std::vector<std::string>{"Markt7/K3/2026-08-13/90017||2026-08-13|CH-204|3|2.15"});
}

TEST_CASE("documents one after the other: a broken one costs what is behind its fault, and is told") {
  auto const rows = read(document("wrapped_concatenated.xml"));
  CHECK(rows.error == "");
  CHECK(rows.rows == std::vector<std::string>{"33/2/2026-11-20/812|L7|2026-11-20T10:00:00|4012345678901||",
                                              "///1|||a||", "///3|||c||"});
  REQUIRE(rows.complaints.size() == 1);
  CHECK(tells(rows.complaints[0], "sales.xml:9: XML: mismatched tag; the rest of this document is left out"));
}

TEST_CASE("however the bytes arrive, every document says the same") {
  for (auto const* const name :
       {"v6_prefixed.xml", "v6_schema.xml", "v6_prices.xml", "v6_orders_and_suspended.xml", "v2_default_namespace.xml",
        "wrapped_concatenated.xml", "doctype_bomb.xml", "cut_short.xml"}) {
    auto const whole = read(document(name));
    for (std::size_t const step : {1, 2, 3, 7, 100}) {
      auto const parts = read(document(name), step);
      CHECK(parts.rows == whole.rows);
      CHECK(parts.complaints == whole.complaints);
      CHECK(parts.error == whole.error);
    }
  }
}

TEST_CASE("a DOCTYPE is refused before any entity is read") {
  auto const rows = read(document("doctype_bomb.xml"));
  CHECK(rows.rows.empty());
  CHECK(tells(rows.error, "sales.xml:2: XML: has a DOCTYPE; remove it"));
}

TEST_CASE("a document cut short is an error, not a shorter day") {
  CHECK(tells(read(document("cut_short.xml")).error, "what stands behind it cannot be read: mend the file"));
  CHECK(tells(read("").error, "sales.xml: holds no Transaction element; is this a POSLog?"));
  CHECK(tells(read("<html><p>Sign in</p></html>").error, "holds no Transaction element"));
  CHECK(tells(read("no xml").error, "sales.xml:1: XML: "));
}

TEST_CASE("every fault of a line is told by file, line and element") {
  CHECK(tells(complaint(sale("<Quantity>1</Quantity>")), "sales.xml:3: ItemID: is empty"));
  CHECK(tells(complaint(sale("<ItemID>a</ItemID><Quantity>2,5</Quantity>")),
              "sales.xml:3: Quantity: '2,5' is not a number"));
  CHECK(
      tells(complaint(sale("<ItemID>a</ItemID><ActualSalesUnitPrice>EUR 1.299,00</ActualSalesUnitPrice>")),
            "ActualSalesUnitPrice: 'EUR 1.299,00' is not a number like 2.55; use a point, no currency: write 1299.00"));
  CHECK(tells(complaint(sale("<ItemID>a</ItemID>", "")),
              "sales.xml:2: Transaction: has neither TransactionID nor SequenceNumber"));
  CHECK(tells(complaint(sale("<ItemID>a</ItemID>",
                             "<SequenceNumber>1</SequenceNumber><BeginDateTime>20.11.2026</BeginDateTime>")),
              "BeginDateTime: '20.11.2026' is neither ISO 8601"));
  CHECK(tells(complaint(sale("<ItemID>a</ItemID>",
                             "<SequenceNumber>1</SequenceNumber><BusinessDayDate>20.11.2026</BusinessDayDate>")),
              "sales.xml:3: BusinessDayDate: '20.11.2026' is neither ISO 8601"));
  CHECK(
      tells(complaint(sale("<ItemID>a</ItemID>", "<SequenceNumber>1</SequenceNumber><EndDateTime>soon</EndDateTime>")),
            "sales.xml:3: EndDateTime: 'soon' is neither ISO 8601"));
  CHECK(tells(complaint(sale("<ItemID>" + std::string(65, 'x') + "</ItemID>")), "ItemID: longer than 64 bytes"));
  CHECK(tells(complaint(sale("<ItemID>" + std::string(5000, 'x') + "</ItemID>")), "ItemID: longer than 4096 bytes"));
}

TEST_CASE("a faulty line costs nothing else") {
  auto const rows = read(
      "<POSLog><Transaction><SequenceNumber>1</SequenceNumber><RetailTransaction><LineItem><Sale><ItemID>a</ItemID></"
      "Sale></LineItem>"
      "<LineItem><Sale/></LineItem><LineItem><Sale><ItemID>b</ItemID></Sale></LineItem></RetailTransaction></"
      "Transaction>"
      "<Transaction><SequenceNumber>2</SequenceNumber><LineItem><Sale><ItemID>c</ItemID></Sale></LineItem></"
      "Transaction></POSLog>");
  CHECK(rows.rows == std::vector<std::string>{"///1|||a||", "///1|||b||", "///2|||c||"});
  CHECK(rows.complaints.size() == 1);
}

TEST_CASE("nesting and markup have limits") {
  std::string deep;
  for (int n = 0; n < 70; ++n) deep += "<a>";
  CHECK(tells(read(deep).error, "elements nested deeper than 64"));
  CHECK(tells(read("<POSLog x=\"" + std::string(3U << 20U, 'y') + "\">").error, "markup longer than 1 MiB"));
}

TEST_CASE("a basket id too long for an identifier is hashed, the same way every time") {
  auto const text = sale("<ItemID>a</ItemID>", "<TransactionID>" + std::string(80, '7') + "</TransactionID>");
  auto const rows = read(text);
  REQUIRE(rows.rows.size() == 1);
  CHECK(rows.rows[0].starts_with("tx-"));
  CHECK(rows.rows == read(text).rows);
}
