#include "receipt_titles.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "receipt_words.hpp"

namespace tillcue::pos::reading {
namespace {

using Words = std::u32string_view;

/// How a phrase tells what a slip is. "Return", "Angebot" or "Copy" also stand in names of shops and articles, in
/// addresses and in the small print, so most of them must be a title.
enum class Where : std::uint8_t {
  title,    ///< alone in its line above the first item, perhaps with a number
  lonely,   ///< alone in any line
  heading,  ///< in any line above the first item
  line,     ///< in any line
};

struct Telling {
  std::u32string phrase;  ///< without accents
  SlipKind kind;
  Where where;
  bool unless_paid = false;  ///< see TitleTold
};

/// Letters without their accents, as receipts in capitals print them: "DEVOLUCION", "CLOTURE". `umlauts`: two letters.
std::u32string plain(Words text, bool umlauts = false) {
  static constexpr struct {
    Words from;
    char32_t to;
  } kLetters[] = {{U"àáâãäåąă", U'a'}, {U"çćč", U'c'},    {U"èéêëęě", U'e'}, {U"ğ", U'g'},   {U"ìíîïı", U'i'},
                  {U"ł", U'l'},        {U"ñńň", U'n'},    {U"òóôõöő", U'o'}, {U"ř", U'r'},   {U"śşš", U's'},
                  {U"ß", U's'},        {U"ùúûüűů", U'u'}, {U"ýÿ", U'y'},     {U"źżž", U'z'}, {U"ё", U'е'}};
  std::u32string out;
  for (char32_t const c : text) {
    auto const found = std::find_if(std::begin(kLetters), std::end(kLetters),
                                    [&](auto const& row) { return row.from.find(c) != Words::npos; });
    out += found == std::end(kLetters) ? c : found->to;
    if (c == U'ß') out += U's';
    if (umlauts && (c == U'ä' || c == U'ö' || c == U'ü')) out += U'e';
  }
  return out;
}

// English, German, French, Spanish, Portuguese, Italian, Polish, Turkish, Russian, Ukrainian, Dutch.
std::vector<Telling> all_tellings() {
  std::vector<Telling> out;
  auto const add = [&](SlipKind kind, Where where, std::initializer_list<Words> phrases, bool unless_paid = false) {
    for (auto const phrase : phrases) {
      out.push_back({plain(phrase), kind, where, unless_paid});
      if (auto other = plain(phrase, true); other != out.back().phrase)
        out.push_back({std::move(other), kind, where, unless_paid});
    }
  };
  add(SlipKind::report, Where::heading,
      {U"report",
       U"bericht",
       U"kassenbericht",
       U"tagesbericht",
       U"umsatzbericht",
       U"finanzbericht",
       U"schichtbericht",
       U"tagesabschluss",
       U"kassenabschluss",
       U"kassenabschlag",
       U"schichtabschluss",
       U"kassensturz",
       U"umsatzübersicht",
       U"tagesumsätze",
       U"tagesendsumme",
       U"z bon",
       U"x bon",
       U"z abschlag",
       U"x abschlag",
       U"z abschluss",
       U"z read",
       U"x read",
       U"z reading",
       U"x reading",
       U"end of day",
       U"close of day",
       U"end of shift",
       U"cash up",
       U"close cash",
       U"rapport",
       U"ticket z",
       U"ticket x",
       U"z de caisse",
       U"x de caisse",
       U"clôture de caisse",
       U"clôture journalière",
       U"cierre de caja",
       U"cierre diario",
       U"cierre del día",
       U"cierre de turno",
       U"cierre z",
       U"cierre x",
       U"corte de caja",
       U"corte z",
       U"corte x",
       U"arqueo de caja",
       U"informe z",
       U"informe x",
       U"fecho de caixa",
       U"fecho do dia",
       U"fechamento de caixa",
       U"redução z",
       U"leitura x",
       U"leitura z",
       U"relatório",
       U"chiusura giornaliera",
       U"chiusura fiscale",
       U"chiusura cassa",
       U"chiusura di cassa",
       U"chiusura contabile",
       U"lettura x",
       U"rapporto",
       U"raport",
       U"zamknięcie dnia",
       U"zamknięcie zmiany",
       U"rozliczenie kasy",
       U"rapor",
       U"raporu",
       U"gün sonu",
       U"kasa kapanışı",
       U"отчет",
       U"закрытие смены",
       U"сверка итогов",
       U"звіт",
       U"закриття зміни",
       U"dagafsluiting",
       U"kasafsluiting",
       U"kassa afsluiting",
       U"z afslag",
       U"x afslag",
       U"dagtotalen"});
  // A bare "Z" is no title: many a till prints its Z counter in every receipt's head.
  add(SlipKind::report, Where::title,
      {U"clôture", U"cierre", U"arqueo", U"chiusura", U"fecho", U"fechamento", U"смена закрыта", U"зміна закрита"});
  add(SlipKind::copy, Where::line,
      {U"reprint", U"reprinted", U"duplicate", U"duplicata", U"duplikat", U"duplicado", U"duplicato", U"дубликат",
       U"дублікат", U"ristampa", U"réimpression", U"reimpresión", U"reimpressão", U"segunda via", U"wtórnik",
       U"nachdruck", U"zweitschrift", U"zweitausdruck"});
  add(SlipKind::copy, Where::lonely,
      {U"copy", U"kopie", U"kopia", U"copie", U"copia", U"cópia", U"kopya", U"копия", U"копія", U"belegkopie",
       U"bonkopie", U"rechnungskopie"});
  // A shop may be "The Kitchen", and a receipt names its delivery note: with payment it is the receipt.
  add(SlipKind::kitchen, Where::title,
      {U"kitchen", U"küche", U"cuisine", U"cocina", U"cozinha", U"cucina", U"кухня", U"на кухню", U"kuchnia", U"mutfak",
       U"keuken"},
      true);
  add(SlipKind::nothing, Where::heading,
      {U"lieferschein", U"bon de livraison", U"nota de entrega", U"guia de remessa", U"guia de transporte",
       U"documento di trasporto", U"bolla di consegna", U"sevk irsaliyesi", U"delivery note"},
      true);
  add(SlipKind::nothing, Where::title,
      {U"albarán", U"dokument wz", U"irsaliye", U"накладная", U"товарная накладная", U"расходная накладная",
       U"накладна", U"видаткова накладна", U"pakbon", U"afleverbon"},
      true);
  add(SlipKind::card_slip, Where::line,
      {U"merchant copy", U"customer copy", U"cardholder copy", U"kundenbeleg", U"händlerbeleg"});
  add(SlipKind::refund, Where::line,
      {U"sale cancelled",        U"sale canceled",        U"sale voided",       U"receipt cancelled",
       U"receipt canceled",      U"receipt voided",       U"transaction void",  U"transaction voided",
       U"transaction cancelled", U"transaction canceled", U"bon storniert",     U"beleg storniert",
       U"verkauf storniert",     U"ticket annulé",        U"vente annulée",     U"ticket anulado",
       U"venta anulada",         U"venda cancelada",      U"cupom cancelado",   U"scontrino annullato",
       U"documento annullato",   U"paragon anulowany",    U"paragon anulowano", U"fiş iptal edildi",
       U"чек аннулирован",       U"чек отменен",          U"чек анульовано",    U"чек скасовано",
       U"bon geannuleerd"});
  add(SlipKind::refund, Where::heading,
      {U"return receipt", U"credit note", U"credit memo", U"note de crédit", U"nota de crédito", U"nota di credito",
       U"reso merce", U"per annullamento", U"factura rectificativa", U"возврат прихода", U"видатковий чек",
       U"warenrücknahme", U"warenrückgabe", U"stornobon", U"stornobeleg", U"stornorechnung", U"creditnota"});
  add(SlipKind::refund, Where::title,
      {U"refund",
       U"refunded",
       U"return",
       U"returns",
       U"return of goods",
       U"merchandise return",
       U"goods return",
       U"customer return",
       U"void",
       U"voided",
       U"post void",
       U"cancelled",
       U"canceled",
       U"cancellation",
       U"retoure",
       U"rückgabe",
       U"rücknahme",
       U"gutschrift",
       U"storno",
       U"storniert",
       U"stornierung",
       U"bonstorno",
       U"belegstorno",
       U"vollstorno",
       U"bonabbruch",
       U"erstattung",
       U"rückerstattung",
       U"rückvergütung",
       U"rückzahlung",
       U"auszahlung",
       U"avoir",
       U"retour",
       U"retour marchandise",
       U"retour article",
       U"remboursement",
       U"annulation",
       U"annulé",
       U"devolución",
       U"abono",
       U"reembolso",
       U"anulación",
       U"anulado",
       U"anulada",
       U"devolução",
       U"estorno",
       U"anulação",
       U"cancelamento",
       U"cancelado",
       U"cancelada",
       U"reso",
       U"rimborso",
       U"annullamento",
       U"annullo",
       U"annullato",
       U"zwrot",
       U"zwrot towaru",
       U"anulowano",
       U"anulowany",
       U"korekta",
       U"iade",
       U"iptal",
       U"satış iptal",
       U"возврат",
       U"возврат продажи",
       U"возврат товара",
       U"аннулирован",
       U"аннулировано",
       U"отмена",
       U"сторно",
       U"коррекция",
       U"чек коррекции",
       U"повернення",
       U"повернення товару",
       U"скасовано",
       U"анульовано",
       U"retourbon",
       U"terugbetaling",
       U"teruggave",
       U"creditbon",
       U"geannuleerd",
       U"annulering"});
  add(SlipKind::nothing, Where::line,
      {U"training mode", U"trainingsmodus", U"mode formation", U"modo formación", U"modo treinamento",
       U"tryb szkoleniowy", U"eğitim modu", U"учебный режим", U"навчальний режим"});
  add(SlipKind::nothing, Where::heading,
      {U"proforma",
       U"pro forma",
       U"proformarechnung",
       U"no sale",
       U"test page",
       U"testdruck",
       U"keine rechnung",
       U"zwischenrechnung",
       U"kostenvoranschlag",
       U"addition provisoire",
       U"note provisoire",
       U"cuenta provisional",
       U"consulta de mesa",
       U"conferência de mesa",
       U"conto provvisorio",
       U"rachunek wstępny",
       U"предварительный счет",
       U"гостевой счет",
       U"коммерческое предложение",
       U"попередній рахунок",
       U"комерційна пропозиція",
       U"voorlopige rekening",
       U"tussenrekening",
       U"provisional bill"});
  add(SlipKind::nothing, Where::title,
      {U"training",
       U"quotation",
       U"quote",
       U"estimate",
       U"guest check",
       U"suspended",
       U"parked",
       U"angebot",
       U"schulung",
       U"schulungsbon",
       U"übungsbon",
       U"trainingsbon",
       U"auftragsbestätigung",
       U"zwischenbeleg",
       U"devis",
       U"formation",
       U"presupuesto",
       U"prefactura",
       U"precuenta",
       U"pre cuenta",
       U"orçamento",
       U"pré conta",
       U"formação",
       U"treinamento",
       U"preventivo",
       U"preconto",
       U"documento gestionale",
       U"formazione",
       U"oferta",
       U"wycena",
       U"szkolenie",
       U"teklif",
       U"adisyon",
       U"пречек",
       U"смета",
       U"учебный чек",
       U"кошторис",
       U"offerte",
       U"oefening"});
  return out;
}

bool has_digit(Words words) {
  return std::any_of(words.begin(), words.end(), [](char32_t c) { return c >= U'0' && c <= U'9'; });
}

template <std::size_t N>
bool is_among(Words word, Words const (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// What may stand beside a title: its number, table or till, and the word for such a paper. `behind`: the words after
/// it, which hold the number that "no" speaks of: "No. 17", but not "no cash refund".
bool is_beside_title(Words word, Words behind) {
  static constexpr Words kNumber[] = {U"no", U"nr", U"n", U"№", U"num", U"number", U"nummer", U"numero", U"номер"};
  static constexpr Words kBeside[] = {
      U"slip",     U"receipt",     U"sale",     U"sales", U"ticket",   U"bon",     U"beleg",    U"recu",    U"recibo",
      U"fisi",     U"fis",         U"paragon",  U"чек",   U"кассовый", U"invoice", U"rechnung", U"facture", U"factura",
      U"fattura",  U"transaction", U"table",    U"tisch", U"mesa",     U"tavolo",  U"tafel",    U"masa",    U"stolik",
      U"стол",     U"kasse",       U"caisse",   U"caja",  U"caixa",    U"cassa",   U"kassa",    U"kasa",    U"касса",
      U"register", U"till",        U"terminal", U"pos",   U"date",     U"datum",   U"fecha",    U"data",    U"дата",
      U"vom",      U"am",          U"du",       U"de",    U"del",      U"di",      U"do",       U"da",      U"von",
      U"zu",       U"of",          U"a",        U"the",   U"this",     U"is",      U"dies",     U"ist",     U"eine",
      U"cash",     U"card",        U"mode",     U"order", U"чека",     U"bill"};
  return has_digit(word) || is_among(word, kBeside) || (is_among(word, kNumber) && has_digit(behind));
}

bool stands_alone(Words line, Words phrase) {
  auto const at = line.find(phrase);
  for (auto rest : {line.substr(0, at), line.substr(at + phrase.size())}) {
    while (!rest.empty()) {
      auto const end = rest.find(U' ');
      auto const word = rest.substr(0, end);
      rest.remove_prefix(end == Words::npos ? rest.size() : end + 1);
      if (!word.empty() && !is_beside_title(word, rest)) return false;
    }
  }
  return true;
}

bool tells(Telling const& telling, Words line, bool above_items) {
  if (!has_phrase(line, telling.phrase) || has_phrase(line, U"no " + telling.phrase)) return false;  // "NO REFUND"
  switch (telling.where) {
    case Where::line:
      return true;
    case Where::heading:
      return above_items;
    case Where::lonely:
      return stands_alone(line, telling.phrase);
    default:
      return above_items && stands_alone(line, telling.phrase);
  }
}

}  // namespace

std::optional<TitleTold> kind_told(std::u32string_view folded_line, bool above_items) {
  static std::vector<Telling> const kTellings = all_tellings();
  auto const line = plain(folded_line);
  std::optional<TitleTold> told;
  std::size_t longest = 0;  // "customer copy" says more than "copy"
  for (auto const& telling : kTellings) {
    if (telling.phrase.size() <= longest || !tells(telling, line, above_items)) continue;
    told = {telling.kind, telling.unless_paid};
    longest = telling.phrase.size();
  }
  return told;
}

}  // namespace tillcue::pos::reading
