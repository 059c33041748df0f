#include "receipt_words.hpp"

#include <algorithm>
#include <iterator>

#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos::reading {
namespace {

using Words = std::u32string_view;

// English, German, French, Spanish, Portuguese, Italian, Polish, Turkish, Russian, Ukrainian, Dutch;
// some without accents, as receipts in capitals print them.
constexpr Words kTotal[] = {
    U"total",   U"grand total", U"totale",       U"balance due", U"amount due", U"to pay",       U"summe",
    U"gesamt",  U"gesamtsumme", U"gesamtbetrag", U"zu zahlen",   U"a payer",    U"à payer",      U"net à payer",
    U"importe", U"suma",        U"razem",        U"do zapłaty",  U"toplam",     U"genel toplam", U"итого",
    U"итог",    U"всего",       U"к оплате",     U"сума",        U"всього",     U"разом",        U"до сплати",
    U"totaal",  U"te betalen",  U"totaalbedrag", U"do zaplaty"};
constexpr Words kSubtotal[] = {U"subtotal",           U"sub total",  U"zwischensumme", U"sous total",
                               U"suma częściowa",     U"ara toplam", U"подытог",       U"подитог",
                               U"промежуточный итог", U"subtotale",  U"subtotaal",     U"suma czesciowa"};
constexpr Words kTax[] = {U"tax", U"taxes", U"vat", U"gst", U"mwst", U"ust",   U"tva", U"iva",
                          U"ptu", U"kdv",   U"ндс", U"пдв", U"nett", U"netto", U"btw", U"moms"};
constexpr Words kInclusive[] = {U"incl", U"inkl", U"ttc", U"including", U"с учетом", U"з урахуванням"};
constexpr Words kTender[] = {
    U"cash",         U"card",         U"visa",        U"mastercard",    U"maestro",     U"amex",    U"credit",
    U"debit",        U"tendered",     U"tender",      U"paid",          U"payment",     U"bar",     U"gegeben",
    U"karte",        U"ec karte",     U"girocard",    U"kartenzahlung", U"espèces",     U"carte",   U"cb",
    U"efectivo",     U"tarjeta",      U"dinheiro",    U"cartão",        U"contanti",    U"carta",   U"gotówka",
    U"karta",        U"nakit",        U"kredi kartı", U"наличные",      U"наличными",   U"картой",  U"карта",
    U"безналичными", U"электронными", U"оплата",      U"получено",      U"готівка",     U"картка",  U"contant",
    U"pin",          U"pinnen",       U"bankpas",     U"bancontact",    U"pinbetaling", U"especes", U"cartao",
    U"gotowka",      U"contante",     U"kredi karti"};
constexpr Words kChange[] = {U"change", U"rückgeld",   U"zurück",    U"rendu",     U"cambio",
                             U"troco",  U"resto",      U"reszta",    U"para üstü", U"сдача",
                             U"решта",  U"wisselgeld", U"rueckgeld", U"zurueck",   U"para ustu"};
constexpr Words kDiscount[] = {U"discount", U"savings",  U"you saved", U"coupon",    U"promo",     U"promotion",
                               U"rabatt",   U"nachlass", U"remise",    U"réduction", U"descuento", U"desconto",
                               U"sconto",   U"rabat",    U"obniżka",   U"opust",     U"indirim",   U"скидка",
                               U"скидки",   U"знижка",   U"korting",   U"reduction", U"obnizka"};
constexpr Words kVoided[] = {U"void",       U"voided",     U"storno",       U"cancelled", U"canceled",
                             U"correction", U"annulation", U"anulado",      U"anulowano", U"iptal",
                             U"сторно",     U"отмена",     U"аннулировано", U"скасовано"};
constexpr Words kCount[] = {
    U"items count",    U"item count",  U"items sold",     U"number of items", U"total items",   U"total qty",
    U"total quantity", U"no of items", U"anzahl artikel", U"anzahl",          U"positionen",    U"nombre d articles",
    U"кол во",         U"количество",  U"позиций",        U"товаров",         U"ilość pozycji", U"aantal artikelen"};

constexpr Words kRounding[] = {U"rounding",       U"rundung",   U"rundungsdifferenz", U"arrondi",
                               U"arrotondamento", U"redondeo",  U"arredondamento",    U"zaokrąglenie",
                               U"zaokraglenie",   U"yuvarlama", U"округление",        U"заокруглення",
                               U"afronding"};
constexpr Words kThanks[] = {U"thank you",       U"thanks",      U"goodbye",     U"danke",           U"vielen dank",
                             U"auf wiedersehen", U"merci",       U"au revoir",   U"gracias",         U"obrigado",
                             U"obrigada",        U"grazie",      U"arrivederci", U"dziękujemy",      U"dziekujemy",
                             U"zapraszamy",      U"teşekkürler", U"tesekkurler", U"teşekkür ederiz", U"спасибо",
                             U"дякуємо",         U"bedankt",     U"dank u wel"};

constexpr Words kNumber[] = {U"receipt",  U"order",     U"ticket",  U"invoice",   U"sale",      U"bon",
                             U"beleg",    U"kassenbon", U"bonnr",   U"bonnummer", U"belegnr",   U"belegnummer",
                             U"rechnung", U"facture",   U"factura", U"fattura",   U"scontrino", U"recibo",
                             U"paragon",  U"fiş",       U"чек",     U"чека",      U"рахунок",   U"transaction"};

// What has a number of its own: "Invoice VAT No.", "Sale terminal #3".
constexpr Words kNumbered[] = {U"abn",   U"acn",     U"nzbn",  U"uid",  U"siret", U"nif",  U"cif",      U"nip",
                               U"rfc",   U"cuit",    U"cnpj",  U"vkn",  U"инн",   U"тел",  U"tel",      U"phone",
                               U"fax",   U"store",   U"shop",  U"till", U"kasse", U"pos",  U"terminal", U"register",
                               U"table", U"filiale", U"tisch", U"mesa", U"caja",  U"касса"};

char32_t small(char32_t c) {
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (c == U'\u00D7') return U' ';
  if (c >= 0xC0 && c <= 0xDE) return c + 32;
  if (c == 0x130) return U'i';
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) return c | 1U;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c % 2 == 1 ? c + 1 : c;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  if (c == 0x490) return 0x491;
  return c;
}

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }

bool is_word(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9') || c == U'%' || c >= 0xC0; }

/// "30/11/2026", "2026-11-30", "30.11.26": a number like "001-001-0004711" is none.
bool is_date(std::u32string_view word) {
  auto const mark = word.find_first_of(U"/-.");
  auto const second = mark == word.npos ? mark : word.find(word[mark], mark + 1);
  if (second == word.npos) return false;
  auto const parts = {word.substr(0, mark), word.substr(mark + 1, second - mark - 1), word.substr(second + 1)};
  bool const digits = std::all_of(parts.begin(), parts.end(), [](Words part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), is_digit);
  });
  auto const first = parts.begin()[0].size(), last = parts.begin()[2].size();
  return digits && parts.begin()[1].size() <= 2 &&
         ((first <= 2 && (last == 2 || last == 4)) || (first == 4 && last <= 2));
}

/// The digits beside the colon of "14:55".
bool is_part_of_time(std::u32string_view line, std::size_t from, std::size_t to) {
  bool const hours =
      to + 1 < line.size() && line[to] == U':' && to > from && is_digit(line[to - 1]) && is_digit(line[to + 1]);
  bool const minutes =
      from > 1 && line[from - 1] == U':' && is_digit(line[from - 2]) && from < to && is_digit(line[from]);
  return hours || minutes;
}

bool is_plain_number(std::u32string_view word) {
  return word.size() <= 16 && std::all_of(word.begin(), word.end(), [](char32_t c) {
           return is_digit(c) || (c >= U'A' && c <= U'Z') || c == U'-' || c == U'/';
         });
}

template <std::size_t N>
bool any_of(std::u32string_view line, Words const (&phrases)[N]) {
  return std::any_of(std::begin(phrases), std::end(phrases), [&](Words phrase) { return has_phrase(line, phrase); });
}

bool any_of(std::u32string_view line, std::vector<std::string> const& phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](std::string const& phrase) { return has_phrase(line, folded(from_utf8(phrase))); });
}

}  // namespace

std::u32string folded(std::u32string_view text) {
  std::u32string out;
  for (char32_t const c : text) {
    auto const low = small(c);
    if (is_word(low)) {
      out += low;
    } else if (!out.empty() && out.back() != U' ') {
      out += U' ';
    }
  }
  while (!out.empty() && out.back() == U' ') out.pop_back();
  return out;
}

bool has_phrase(std::u32string_view line, std::u32string_view phrase) {
  if (phrase.empty()) return false;
  for (auto at = line.find(phrase); at != std::u32string_view::npos; at = line.find(phrase, at + 1)) {
    auto const end = at + phrase.size();
    if ((at == 0 || line[at - 1] == U' ') && (end == line.size() || line[end] == U' ')) return true;
  }
  return false;
}

LineTopic topic_of(std::u32string_view line, ReceiptLayout const& layout) {
  if (any_of(line, layout.total_words)) return LineTopic::total;
  if (any_of(line, layout.tender_words)) return LineTopic::tender;
  if (any_of(line, kCount)) return LineTopic::count;
  if (any_of(line, kRounding)) return LineTopic::rounding;
  if (any_of(line, kSubtotal)) return LineTopic::subtotal;
  if (any_of(line, kVoided)) return LineTopic::voided;
  if (any_of(line, kDiscount)) return LineTopic::discount;
  bool const total = any_of(line, kTotal);
  if (any_of(line, kTax) && !(total && any_of(line, kInclusive))) return LineTopic::tax;
  if (total) return LineTopic::total;
  if (any_of(line, kChange)) return LineTopic::change;
  return any_of(line, kTender) ? LineTopic::tender : LineTopic::none;
}

PrintedNumber receipt_number(std::u32string_view line, bool above_items) {
  static constexpr Words kNumberWords[] = {U"no",     U"nr",     U"n",     U"num", U"number",
                                           U"nummer", U"numero", U"номер", U"id"};
  bool named = false, spoken_of = false, anothers = false, marked = false, only_numbers = true;
  auto const mark = [&] { named = marked = (named || spoken_of) && !anothers; };
  for (std::size_t at = 0; at < line.size();) {
    auto const end = std::min(line.find_first_of(U" #:\u2116", at), line.size());
    auto const word = line.substr(at, end - at);
    bool const clock = is_part_of_time(line, at, end);
    bool const sign = end < line.size() && line[end] != U' ' && line[end] != U':';
    at = end + 1;
    auto const words = folded(word);
    bool const digit = std::any_of(word.begin(), word.end(), is_digit);
    if (digit && !clock && !is_date(word)) {
      // Below the items the small print speaks of receipts, too.
      bool const sure = above_items || marked || only_numbers;
      if (named && sure && is_plain_number(word)) return {std::u32string(word), marked};
      named = anothers = false;
    } else if (any_of(words, kNumber)) {
      named = true;
      spoken_of = above_items;
      anothers = false;
      marked = any_of(words, kNumberWords);
    } else if (any_of(words, kNumberWords)) {
      mark();
    } else if (!words.empty() && !digit) {
      // "Ticket de caisse n° 12" tells its number, "Tax invoice ABN 51 824" and "Invoice VAT No. 51" another's.
      only_numbers = named = false;
      anothers = anothers || any_of(words, kTax) || any_of(words, kNumbered);
    }
    if (sign) mark();
  }
  return {};
}

bool says_thanks(std::u32string_view line) { return any_of(line, kThanks); }

std::string printed_times(std::u32string_view line) {
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    auto const from = std::find_if(line.begin() + static_cast<std::ptrdiff_t>(at), line.end(), is_digit);
    at = static_cast<std::size_t>(from - line.begin());
    auto const stop = std::find_if_not(line.begin() + static_cast<std::ptrdiff_t>(at), line.end(),
                                       [](char32_t c) { return is_digit(c) || c == U':'; });
    auto const word = line.substr(at, static_cast<std::size_t>(stop - line.begin()) - at);
    auto const hours = word.find(U':');
    bool const time = (hours == 1 || hours == 2) && (word.size() == hours + 3 || word.size() == hours + 6) &&
                      (word.size() < hours + 6 || word[hours + 3] == U':');
    if (time) out += to_utf8(word) + ' ';
    at += std::max<std::size_t>(word.size(), 1);
  }
  return out;
}

bool told_no_sale(std::u32string_view line, ReceiptLayout const& layout) { return any_of(line, layout.not_sale_words); }

}  // namespace tillcue::pos::reading
