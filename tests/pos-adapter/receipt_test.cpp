#include "tillcue/pos/receipt.hpp"

#include <sstream>

#include <doctest/doctest.h>

using namespace tillcue::pos;

namespace {

Receipt read(std::string const& text, ReceiptLayout const& layout = {}) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return read_receipt(lines, layout);
}

std::string told(Receipt const& receipt) {
  std::string out;
  for (auto const& item : receipt.items) {
    out += item.name + (item.code.empty() ? "" : "#" + item.code) + ":" + std::to_string(item.quantity.milli) + "x" +
           std::to_string(item.unit_minor) + "=" + std::to_string(item.total_minor);
    if (item.discount_minor != 0) out += "-" + std::to_string(item.discount_minor);
    out += ";";
  }
  return out;
}

}  // namespace

TEST_CASE("quantities are read beside, before, behind and below their names") {
  CHECK(told(read("Milk            2 x 1.10     2.20\nTOTAL  2.20\n")) == "Milk:2000x110=220;");
  CHECK(told(read("Milk                         2.20\n   2 x 1.10\nTOTAL  2.20\n")) == "Milk:2000x110=220;");
  CHECK(told(read("   2 x 1.10\nMilk                         2.20\nTOTAL  2.20\n")) == "Milk:2000x110=220;");
  CHECK(told(read("Milk\n   2 x 1.10                  2.20\nTOTAL  2.20\n")) == "Milk:2000x110=220;");
  CHECK(told(read("Milk\n   2 x 1.10\nBread\n 1 x 0.80\nTOTAL  3.00\n")) == "Milk:2000x110=220;Bread:1000x80=80;");
  CHECK(told(read("Milk   1.10 x 2   2.20\nTOTAL  2.20\n")) == "Milk:2000x110=220;");
  CHECK(told(read("2 Milk                2.20\n1 Bread               0.80\nTOTAL 3.00\n")) ==
        "Milk:2000x110=220;Bread:1000x80=80;");
  CHECK(told(read("Bananas  0,456 kg x 1,79     0,82\nSUMME EUR  0,82\n")) == "Bananas:456x179=82;");
  CHECK(told(read("Молоко\n 2.000 x 89.90 = 179.80\nИТОГО  179.80\n")) == "Молоко:2000x8990=17980;");
}

TEST_CASE("in a table the amount says which column is the count and which the price") {
  auto const crusty = [](char const* row) { return told(read(std::string(row) + "\nTOTAL  2.85\n")); };
  CHECK(crusty("Brezel                3   0,95     2,85") == "Brezel:3000x95=285;");
  CHECK(crusty("Brezel  x3   0,95     2,85") == "Brezel:3000x95=285;");
  CHECK(crusty("Brezel 3 0,95         2,85") == "Brezel:3000x95=285;");
  CHECK(crusty("Brezel             0,95   3     2,85") == "Brezel:3000x95=285;");
  CHECK(crusty("Brezel          3,00   0,95     2,85") == "Brezel:3000x95=285;");
  CHECK(crusty("3   Brezel             0,95     2,85") == "Brezel:3000x95=285;");
  CHECK(crusty("3 Brezel               0,95     2,85") == "Brezel:3000x95=285;");
  CHECK(crusty("Brezel                 0,95     2,85") == "Brezel:3000x95=285;");
  CHECK(crusty("Brezel                 3        2,85") == "Brezel:3000x95=285;");
  CHECK(told(read("UDS DESCRIPCION        PRECIO   IMPORTE\n  1 Cafe Crema 500g        7,99      7,99\n"
                  "  3 Bollo                  0,95      2,85\nTOTAL  10,84\n")) ==
        "Cafe Crema 500g:1000x799=799;Bollo:3000x95=285;");
  CHECK(told(read("Kaffee Crema 500g      1   7,99     7,99\nKäse           0,385   7,99     3,08\nSumme 11,07\n")) ==
        "Kaffee Crema 500g:1000x799=799;Käse:385x799=308;");
  CHECK(told(read("1 Brot 750g            3,49     3,49\n0,250 Bergkäse kg     18,90     4,73\nSumme   8,22\n")) ==
        "Brot 750g:1000x349=349;Bergkäse kg:250x1890=473;");
  ReceiptLayout yen;
  yen.digits = 0;
  CHECK(told(read("Onigiri  3  150   450\nTea  120  2  240\nTotal   690\n", yen)) ==
        "Onigiri:3000x150=450;Tea:2000x120=240;");
}

TEST_CASE("numbers that belong to a name stay there") {
  CHECK(told(read("1 Liter Milch         0,99     0,99\nBrot       2,00\nSUMME  2,99\n")) ==
        "1 Liter Milch:1000x99=99;Brot:1000x200=200;");
  CHECK(told(read("1 Milk         2.20     2.20\n2 Bread        0.80     0.80\nTOTAL  3.00\n")) ==
        "Milk:1000x220=220;Bread:1000x80=80;");
  CHECK(told(read("Milk 3.25                     1.00\nTOTAL  1.00\n")) == "Milk 3.25:1000x100=100;");
  CHECK(told(read("7 Up 0.5l                     1.00\nBread   2.00\nTOTAL  3.00\n")) ==
        "7 Up 0.5l:1000x100=100;Bread:1000x200=200;");
  CHECK(told(read("4006381333931 Pen             1.00\nTOTAL  1.00\n")) == "Pen#4006381333931:1000x100=100;");
}

TEST_CASE("amounts come with signs of money, thousands, tax marks and dot leaders") {
  CHECK(read("TV set    1,299.00 A\nTOTAL  $ 1,299.00\n").total_minor == 129900);
  CHECK(read("TV set    1.299,00 €\nSUMME  1.299,00 €\n").total_minor == 129900);
  CHECK(read("Диван     12 499,90\nИТОГО  =12 499,90\n").total_minor == 1249990);
  CHECK(told(read("Tea ........ £2.50\nTOTAL: £2.50\n")) == "Tea:1000x250=250;");
  ReceiptLayout yen;
  yen.digits = 0;
  CHECK(told(read("Onigiri    ¥150\nTea    ¥1,120\nTotal   ¥1,270\n", yen)) ==
        "Onigiri:1000x150=150;Tea:1000x1120=1120;");
}

TEST_CASE("a discount goes to the item above it, a void takes its item away") {
  auto const receipt = read(
      "Milk                  2.00\nDiscount 10%         -0.20\nBread                 1.00\nVOID Bread           -1.00\n"
      "Eggs                  3.00\n----------\nLoyalty discount     -0.50\nTOTAL                 4.30\nCash "
      "5.00\nChange 0.70\n");
  CHECK(told(receipt) == "Milk:1000x200=200-20;Eggs:1000x300=300;");
  CHECK(receipt.discount_minor == 50);
  CHECK(receipt.balanced);
  CHECK(receipt.tender == "Cash");
  CHECK(told(read("Milk  2.00\nMilk  2.00-\nEggs  3.00\nTOTAL  3.00\n")) == "Eggs:1000x300=300;");
}

TEST_CASE("receipts of the Netherlands, Poland, Italy, Switzerland and with discounts in parentheses are read") {
  auto const dutch =
      read("2 Brezel   1,90\nKaffee   7,99\nKorting   -1,00\nTotaal  8,89\nContant  10,00\nWisselgeld  1,11\n");
  CHECK(dutch.kind == SlipKind::sale);
  CHECK(dutch.items.size() == 2);
  CHECK(dutch.balanced);
  CHECK(dutch.tender == "Contant");
  auto const polish =
      read("PARAGON FISKALNY\nKawa 500g  1 x7,99   7,99A\nBulka  3 x0,95   2,85A\nSUMA PLN  10,84\nGOTOWKA  20,00\n");
  CHECK(told(polish) == "Kawa 500g:1000x799=799;Bulka:3000x95=285;");
  CHECK(polish.balanced);
  CHECK(polish.tender == "GOTOWKA");
  CHECK(told(read("Caffe 500g    10%     7,99\nPane   2  0,95   22%   1,90\nTOTALE COMPLESSIVO   9,89\n")) ==
        "Caffe 500g:1000x799=799;Pane:2000x95=190;");
  CHECK(told(read("Saft 10% mehr     1,00\nRum 40%    9,00\nSUMME   10,00\n")) ==
        "Saft 10% mehr:1000x100=100;Rum 40%:1000x900=900;");
  auto const swiss = read("Brot  2.83\nRundung   0.02\nTOTAL CHF  2.85\nBar CHF  5.00\n");
  CHECK(told(swiss) == "Brot:1000x283=283;");
  CHECK(swiss.balanced);
  CHECK(read("Brot  2.83\nRundung   -0.03\nTOTAL CHF  2.80\n").balanced);
  auto const off = read("Cake  3.00\nDiscount   (1.00)\nTOTAL  2.00\n");
  CHECK(told(off) == "Cake:1000x300=300-100;");
  CHECK(off.balanced);
}

TEST_CASE("an amount in parentheses is money off only where the line says so") {
  auto const noted = read("Cola   1.00\nDeposit incl.   (0.25)\nBread   2.00\nincl. VAT  (0.48)\nTOTAL  3.00\n");
  CHECK(told(noted) == "Cola:1000x100=100;Bread:1000x200=200;");
  CHECK(told(read("Cola 1.00\n\nDeposit incl.\n   (0.25)\nTOTAL  1.00\n")) == "Cola:1000x100=100;");
  CHECK(noted.discount_minor == 0);
  CHECK(noted.balanced);
  CHECK(told(read("Milk  2.00\nVOID   (2.00)\nEggs  3.00\nTOTAL  3.00\n")) == "Eggs:1000x300=300;");
  CHECK(told(read("Milk  2.00\nMilk   (2.00)\nEggs  3.00\nTOTAL  3.00\n")) == "Eggs:1000x300=300;");
  CHECK(read("Brot  2.83\nRundung   (0.03)\nTOTAL CHF  2.80\n").balanced);
  CHECK(read("Cake  3.00\nLoyalty discount   (1.00)\nTOTAL  2.00\n").balanced);
}

TEST_CASE("a letter right behind an amount is a tax mark in a column of its own only") {
  CHECK(told(read("Charger 2,10A\nUSB-C          19,99A\nSUMA   19,99\n")) == "USB-C:1000x1999=1999;");
  CHECK(told(read("Kawa 500g  1 x7,99 7,99A\nBulka 3 x 0,95 2,85A\nSUMA   10,84\n")) ==
        "Kawa 500g:1000x799=799;Bulka:3000x95=285;");
  CHECK(told(read("Kawa\n7,99A\nSUMA   7,99\n")) == "Kawa:1000x799=799;");
}

TEST_CASE("tax before the total is no item, and the total that adds up is chosen") {
  auto const receipt = read("Pen   10.00\nSubtotal  10.00\nSales tax  0.80\nTotal savings 1.00\nTOTAL  10.80\n");
  CHECK(told(receipt) == "Pen:1000x1000=1000;");
  CHECK(receipt.total_minor == 1080);
  CHECK(receipt.tax_minor == 80);
  CHECK(read("A  1.00\nB  2.00\nTotal EUR  2.52\nTotal incl. VAT  3.00\n").total_minor == 300);
  CHECK(read("A  1.00\nTOTAL\n            1.00\n").total_minor == 100);
}

TEST_CASE("reports, copies, kitchen bons, card slips and refunds are no sales") {
  CHECK(read("Milk 1.00\nTOTAL 1.00\n").kind == SlipKind::sale);
  CHECK(read("Z-REPORT No 17\nGross sales 120.00\nTOTAL 120.00\n").kind == SlipKind::report);
  CHECK(read("X-отчёт\nПродажи 120.00\nИТОГО 120.00\n").kind == SlipKind::report);
  CHECK(read("*** DUPLICATE ***\nMilk 1.00\nTOTAL 1.00\n").kind == SlipKind::copy);
  CHECK(read("Milk 1.00\nИТОГО 1.00\nКОПИЯ\n").kind == SlipKind::copy);
  CHECK(read("KITCHEN\n2 Soup\n1 Steak\n").kind == SlipKind::kitchen);
  CHECK(read("VISA CREDIT\nAmount  12.00\nTotal  12.00\nCUSTOMER COPY\n").kind == SlipKind::card_slip);
  CHECK(read("REFUND\nMilk 1.00\nTOTAL -1.00\n").kind == SlipKind::refund);
  CHECK(read("Milk -1.00\nTOTAL -1.00\n").kind != SlipKind::sale);
  CHECK(read("NO SALE\n").kind == SlipKind::nothing);
  CHECK(read("").kind == SlipKind::nothing);
}

TEST_CASE("the receipt's number is read above the items and below them") {
  CHECK(read("Receipt:       17\nMilk 1.00\nTOTAL 1.00\n").number == "17");
  CHECK(read("Чек №0042\nМолоко 1.00\nИТОГО 1.00\n").number == "0042");
  CHECK(read("Order A-1847\nMilk 1.00\nTOTAL 1.00\n").number == "A-1847");
  CHECK(read("Bon 4711 Kasse 2\nMilch 1,00\nSUMME 1,00\n").number == "4711");
  CHECK(read("Keep your receipt\nMilk 1.00\nTOTAL 1.00\nReceipt 99\n").number == "99");
  CHECK(read("Milch 1,00\nSUMME 1,00\nBon-Nr. 4711   Kasse 2\n").number == "4711");
  CHECK(read("Milch 1,00\nSUMME 1,00\n30.11.2026 21:50  Bon 4711 Kasse 2\n").number == "4711");
  CHECK(read("Milk 1.00\nTOTAL 1.00\nReturn with receipt 14 days\n").number.empty());
  CHECK(read("Milch 1,00\nSUMME 1,00\nBeleg vom 30.11.2026 Kasse 2\n").number.empty());
}

TEST_CASE("dates, times and the numbers of others are no receipt's number, and do not hide it") {
  auto const above = [](std::string const& head) { return read(head + "\nMilk 1.00\nTOTAL 1.00\n").number; };
  for (std::string const head :
       {"Ticket 30/11/2026 14:55", "Ticket 2026-11-30 14:55:07", "Beleg 30.11.2026", "TAX INVOICE ABN 51 824 753 556",
        "Invoice VAT No. 51824753", "Sale 14:55", "Sale of alcohol to persons under 18", "Receipt Till No. 2"}) {
    CAPTURE(head);
    CHECK(above(head).empty());
    CHECK(above(head + "\nTicket 4711") == "4711");
    CHECK(read(head + "\nMilk 1.00\nTOTAL 1.00\nReceipt No. 4711\n").number == "4711");
  }
  CHECK(above("Ticket 30/11/2026 14:55  No. 4711") == "4711");
  CHECK(above("Ticket 30/11/2026 14:55  4711") == "4711");
  CHECK(above("TAX INVOICE ABN 51 824 753 556 #4711") == "4711");
  CHECK(above("Ticket de caisse n\u00B0 12") == "12");
  CHECK(above("Factura simplificada 2026 N\u00BA: 0012") == "0012");
  CHECK(above("Factura 001-001-0004711") == "001-001-0004711");
  CHECK(above("Kasse 2  Z:33  Bon:4711") == "4711");
  // A slogan that looks like a number, until one says that it is one.
  CHECK(above("SALE 3 for 2\nReceipt No. 4711") == "4711");
  CHECK(above("Receipt No. 4711\nOrder #12") == "4711");
}

TEST_CASE("the times of day that are printed are kept") {
  CHECK(read("Milk 1.00\nTOTAL 1.00\n30.11.2026 21:50 Till 2\nStart 2026-11-30T21:49:58.000Z\n").times ==
        "21:50 21:49:58 ");
  CHECK(read("Ratio 1:2 Tel 089:1234567 x:y 1:234\nMilk 1.00\nTOTAL 1.00\n").times.empty());
}

TEST_CASE("a declared layout reads by position and by its own words") {
  ReceiptLayout layout;
  layout.name_at = ColumnSpan{0, 12};
  layout.quantity_at = ColumnSpan{12, 16};
  layout.total_at = ColumnSpan{16, 26};
  layout.total_words = {"SLUTSUMMA"};
  layout.items_after = "ARTIKEL";
  auto const receipt = read("Butik 12.00\nARTIKEL\nMjölk 3 1.00   2     24.00\nSLUTSUMMA            24.00\n", layout);
  CHECK(told(receipt) == "Mjölk 3 1.00:2000x1200=2400;");
  CHECK(receipt.kind == SlipKind::sale);
}

TEST_CASE("nothing foreign makes it fall over") {
  std::string hostile;
  for (int n = 0; n < 3000; ++n) hostile += "x 99999999999999999999.99 x x @ 1\n";
  CHECK(read(hostile).items.size() <= 500);
  CHECK(read(std::string(100'000, '9') + "\n").items.empty());
  CHECK(read("0.00\n1  0.00\nTOTAL 0.00\n").kind == SlipKind::nothing);
}
