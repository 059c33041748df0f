#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tillcue/pos/receipt.hpp"

using namespace tillcue::pos;

namespace {

SlipKind kind_of(std::vector<std::string> const& lines, ReceiptLayout const& layout = {}) {
  return read_receipt(lines, layout).kind;
}

/// A receipt that reads as a sale but for these lines.
SlipKind with_title(std::string const& title) {
  return kind_of({"MILLER & SONS", "12 High Street", title, "Coffee 500g        7.99", "TOTAL   7.99", "CASH    7.99"});
}
SlipKind with_item(std::string const& name) {
  return kind_of({"MILLER & SONS", name + "   7.99", "TOTAL   7.99", "CASH    7.99"});
}
SlipKind with_footer(std::string const& line) {
  return kind_of({"MILLER & SONS", "Coffee 500g        7.99", "TOTAL   7.99", "CASH    7.99", line});
}

}  // namespace

TEST_CASE("closings and readings of the till are reports, in every language of the reader") {
  for (std::string const title : {"Z-BON Nr. 232",
                                  "Z READ 0123",
                                  "X REPORT",
                                  "DAILY SALES REPORT",
                                  "Tagesabschluss 30.11.2026",
                                  "KASSENSTURZ",
                                  "Umsatzübersicht Artikel",
                                  "TAGESUMSAETZE",
                                  "TICKET Z",
                                  "CLOTURE DE CAISSE",
                                  "CIERRE DE CAJA",
                                  "CORTE Z 12",
                                  "FECHO DE CAIXA",
                                  "Redução Z",
                                  "CHIUSURA GIORNALIERA",
                                  "RAPORT DOBOWY",
                                  "Z RAPORU",
                                  "GÜN SONU",
                                  "Z-ОТЧЁТ № 5",
                                  "ЗАКРЫТИЕ СМЕНЫ",
                                  "Z-ЗВІТ",
                                  "DAGAFSLUITING",
                                  "*** CIERRE ***"}) {
    CAPTURE(title);
    CHECK(with_title(title) == SlipKind::report);
  }
}

TEST_CASE("what gives money back or takes a sale back is a refund, in every language of the reader") {
  for (std::string const title : {"RETURN",
                                  "Sales return No. 17",
                                  "*** VOID ***",
                                  "CREDIT NOTE",
                                  "REFUND RECEIPT",
                                  "TRANSACTION VOIDED",
                                  "WARENRÜCKNAHME",
                                  "WARENRUECKNAHME",
                                  "GUTSCHRIFT Nr. 3",
                                  "STORNOBON",
                                  "Rückgabe",
                                  "RUECKGABE",
                                  "Erstattung",
                                  "AVOIR",
                                  "Retour marchandise",
                                  "DEVOLUCION",
                                  "Devolución Nº 8",
                                  "Anulación",
                                  "DEVOLUCAO",
                                  "ESTORNO",
                                  "emesso per RESO MERCE",
                                  "RIMBORSO",
                                  "ZWROT",
                                  "Paragon anulowany",
                                  "IADE FISI",
                                  "İADE",
                                  "ВОЗВРАТ ПРИХОДА",
                                  "Чек возврат",
                                  "ПОВЕРНЕННЯ",
                                  "RETOURBON",
                                  "Terugbetaling"}) {
    CAPTURE(title);
    CHECK(with_title(title) == SlipKind::refund);
  }
}

TEST_CASE("quotations and interim bills are no sales, in every language of the reader") {
  for (std::string const title : {"QUOTATION",
                                  "Quote #12",
                                  "GUEST CHECK  Table 5",
                                  "PROFORMA - KEINE RECHNUNG",
                                  "ANGEBOT Nr. 12",
                                  "Zwischenrechnung Tisch 4",
                                  "ADDITION PROVISOIRE",
                                  "DEVIS",
                                  "PRESUPUESTO",
                                  "ORÇAMENTO",
                                  "Consulta de mesa",
                                  "PREVENTIVO",
                                  "PRECONTO Tavolo 3",
                                  "Rachunek wstępny",
                                  "TEKLİF",
                                  "ADİSYON",
                                  "ПРЕЧЕК",
                                  "КОШТОРИС",
                                  "OFFERTE",
                                  "*** TRAINING ***"}) {
    CAPTURE(title);
    CHECK(with_title(title) == SlipKind::nothing);
  }
}

TEST_CASE("shops, addresses and slogans that say such a word above the items stay sales") {
  for (std::string const line : {"Mama's Kitchen",
                                 "Copy Shop Miller",
                                 "Training Centre North",
                                 "Returns within 30 days with this receipt",
                                 "Angebote jede Woche neu",
                                 "Retourenstraße 4",
                                 "Küche & Bad Müller",
                                 "Gutschriften nur am Schalter",
                                 "Chiusura domenica",
                                 "Cuisine du Marché",
                                 "Offerta della settimana",
                                 "Oferta tygodnia",
                                 "Promosyon: iade 14 gün",
                                 "Возврат товара в течение 14 дней",
                                 "Повернення протягом 14 днів",
                                 "Retour binnen 14 dagen",
                                 "Bon-Nr. 4711  Z-Nr. 33  Kasse 2",
                                 "FIS NO: 12 Z NO: 33",
                                 "Kasse 2  Z:33  Bon:4711",
                                 "POS 1 Z 12 Sale 33",
                                 "NO REFUND",
                                 "NO RETURNS",
                                 "CASH SALE - NO REFUND",
                                 "Order 12 - no returns",
                                 "No Void",
                                 "No cancellation",
                                 "No cash refund",
                                 "No duplicate"}) {
    CAPTURE(line);
    CHECK(with_title(line) == SlipKind::sale);
  }
}

TEST_CASE("a delivery note or a kitchen bon that tells payment is the receipt") {
  auto const unpaid = [](std::string const& title) { return kind_of({title, "Coffee 500g   7.99", "TOTAL   7.99"}); };
  for (std::string const title : {"LIEFERSCHEIN", "RECHNUNG / LIEFERSCHEIN", "Lieferschein-Nr. 4711", "DELIVERY NOTE 4",
                                  "ALBARAN 77", "Накладная № 3", "PAKBON", "BOLLA DI CONSEGNA"}) {
    CAPTURE(title);
    CHECK(unpaid(title) == SlipKind::nothing);
    CHECK(with_title(title) == SlipKind::sale);
  }
  for (std::string const title : {"KITCHEN", "The Kitchen", "Kitchen 24", "KÜCHE Tisch 4"}) {
    CAPTURE(title);
    CHECK(unpaid(title) == SlipKind::kitchen);
    CHECK(with_title(title) == SlipKind::sale);
  }
  CHECK(kind_of({"The Kitchen", "REFUND", "Coffee   7.99", "TOTAL   7.99", "CASH   7.99"}) == SlipKind::refund);
}

TEST_CASE("articles that are called like such a slip stay sales") {
  for (std::string const name :
       {"Angebot: Kaffee", "Angebot", "Return ticket", "Kitchen roll", "Copy A4", "Photo report", "Refund adapter",
        "Küche Spezial", "Retour Tasche", "Devolución envase", "Oferta pan", "Reso bottiglie", "Zwrot butelki",
        "Копия документа", "Возврат тары", "Iade kutu", "Quotation book", "Training shoes", "Test page A4"}) {
    CAPTURE(name);
    CHECK(with_item(name) == SlipKind::sale);
  }
}

TEST_CASE("the small print below may speak of returns, refunds and credit") {
  for (std::string const line : {"30 days right of return",
                                 "No refund without receipt",
                                 "RETURNS",
                                 "Rückgabe innerhalb 14 Tagen",
                                 "RÜCKGABE",
                                 "Gutschrift auf Ihre Karte",
                                 "Umtausch und Rückgabe mit Bon",
                                 "Retour sous 30 jours",
                                 "Remboursement possible",
                                 "Devoluciones en 15 días",
                                 "Devolução até 15 dias",
                                 "Reso entro 30 giorni",
                                 "Zwrot do 14 dni",
                                 "İade 14 gün içinde",
                                 "Возврат в течение 14 дней",
                                 "Повернення 14 днів",
                                 "Retour binnen 14 dagen",
                                 "Bekijk onze offerte",
                                 "Fragen Sie nach unserem Angebot",
                                 "Full report at miller.example"}) {
    CAPTURE(line);
    CHECK(with_footer(line) == SlipKind::sale);
  }
  CHECK(with_footer("*** COPY ***") == SlipKind::copy);
  CHECK(with_footer("RECEIPT VOIDED") == SlipKind::refund);
}

TEST_CASE("a title's number is no amount where money has no decimals") {
  ReceiptLayout yen;
  yen.digits = 0;
  CHECK(kind_of({"Z READ 123", "Onigiri  150", "TOTAL  150"}, yen) == SlipKind::report);
  CHECK(kind_of({"Return ticket  150", "TOTAL  150"}, yen) == SlipKind::sale);
}
