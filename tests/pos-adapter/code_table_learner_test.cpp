// The code table of a POS that names none, told from the bytes of its words and the names of a catalogue.
#include "tillcue/pos/code_table_learner.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "job_bytes.hpp"
#include "tillcue/pos/printer_profile.hpp"

using namespace tillcue::pos;
using namespace std::string_literals;

namespace {

std::vector<std::string> const kRussian = {"Молоко 3,2% 1 л", "Хлеб ржаной",       "Масло сливочное",
                                           "Сыр российский",  "Чай чёрный",        "Кофе растворимый",
                                           "Сахар-песок",     "Яйцо куриное 10 шт"};
std::vector<std::string> const kGerman = {"Käse Gouda jung",  "Brötchen",     "Müsli Früchte", "Weißwein trocken",
                                          "Äpfel Elstar 1kg", "Gewürzgurken", "Süßrahmbutter", "Möhren 1kg"};
std::vector<std::string> const kPolish = {"Mąka pszenna", "Żurek",           "Śmietana 18%",  "Masło",
                                          "Chleb żytni",  "Kiełbasa śląska", "Gruszki świeże"};

std::string in(CodeTable table, std::string const& text) {
  std::string out;
  for (char32_t const c : from_utf8(text)) {
    out += c < 0x80 ? static_cast<char>(c) : static_cast<char>(encode(table, c).value_or('?'));
  }
  return out;
}

/// A receipt as such a POS sends it: capital letters, an amount, a cut.
std::string receipt(CodeTable table, std::vector<std::string> const& names, std::string const& head = "\x1B@") {
  auto text = head;
  for (auto const& name : names) text += in(table, name) + "    1.29\n";
  return text + "TOTAL  9.99\n\n\x1DV\x42\x00"s;
}

EachName each(std::vector<std::string> const& names) {
  return [&names](auto const& take) {
    for (auto const& name : names) take(name);
  };
}

TableFit fit(CodeTable printed, std::vector<std::string> const& names, CodeTable in_force = CodeTable::cp437) {
  HeardWords words;
  CHECK(words.take(job_of(receipt(printed, names)), Dialect::escpos));
  return fit_code_table(words.all(), in_force, each(names));
}

}  // namespace

TEST_CASE("Russian, German and Polish receipts give their tables away, whichever was in force") {
  for (auto const table : {CodeTable::cp866, CodeTable::cp1251}) {
    auto const found = fit(table, kRussian);
    CHECK(found.table == table);
    CHECK(is_sure(found));
    CHECK(found.before == 0);
    CHECK(found.known == found.heard);
  }
  auto const cyrillic = fit(CodeTable::cp866, kRussian, CodeTable::cp1251);
  CHECK(cyrillic.table == CodeTable::cp866);
  CHECK(is_sure(cyrillic));
  auto const german = fit(CodeTable::cp1252, kGerman, CodeTable::cp850);
  CHECK(is_sure(german));
  CHECK(decode(german.table, 0xE4) == U'ä');  // cp1250, cp1252 and others have the German letters in the same places
  CHECK(decode(german.table, 0xDF) == U'ß');
  for (auto const table : {CodeTable::cp852, CodeTable::cp1250}) {
    auto const polish = fit(table, kPolish, CodeTable::cp437);
    CHECK(polish.table == table);
    CHECK(is_sure(polish));
  }
}

TEST_CASE("a table in force that reads the words stays, also where another one does as well") {
  auto const german = fit(CodeTable::cp850, kGerman, CodeTable::cp850);
  CHECK(german.table == CodeTable::cp850);
  CHECK(german.known == german.before);
  CHECK_FALSE(is_sure(german));
}

TEST_CASE("few words, and names of another catalogue, prove nothing") {
  CHECK_FALSE(is_sure(fit(CodeTable::cp866, {"Молоко", "Хлеб ржаной"})));
  HeardWords words;
  CHECK(words.take(job_of(receipt(CodeTable::cp866, kRussian)), Dialect::escpos));
  auto const none = fit_code_table(words.all(), CodeTable::cp437, each(kGerman));
  CHECK(none.table == CodeTable::cp437);
  CHECK(none.known == 0);
  CHECK_FALSE(is_sure(none));
}

TEST_CASE(
    "a POS that names its table, prints two bytes a letter or ASCII gives no words; pictures and codes are none") {
  HeardWords words;
  CHECK_FALSE(words.take(job_of(receipt(CodeTable::cp866, kRussian, "\x1B@\x1Bt\x11")), Dialect::escpos));
  CHECK_FALSE(words.take(job_of(receipt(CodeTable::cp866, kRussian, "\x1B\x1Dt\x0A")), Dialect::star));
  CHECK_FALSE(words.take(job_of("\x1C&\xC5\xA3\xC4\xCC    1.29\n"s), Dialect::escpos));
  CHECK_FALSE(words.take(job_of("Milk 1.29\n"s), Dialect::escpos));
  CHECK_FALSE(words.take(job_of("\x1Dv0\x00\x04\x00\x01\x00\x8C\xAE\xAB\xAEok\n"s), Dialect::escpos));
  CHECK(words.all().empty());
}

TEST_CASE("GB 18030 that no command announces fits no table of single bytes") {
  std::vector<std::string> const names = {"牛奶", "面包", "鸡蛋", "苹果", "大米", "酱油", "白糖", "㐀㐁豆腐"};
  std::string const printed =
      "\x1B@\xC5\xA3\xC4\xCC 1.29\n\xC3\xE6\xB0\xFC 2.49\n\xBC\xA6\xB5\xB0 0.99\n\xC6\xBB\xB9\xFB 3.10\n"
      "\xB4\xF3\xC3\xD7 1.99\n\xBD\xB4\xD3\xCD 2.00\n\xB0\xD7\xCC\xC7 0.75\n"
      "\x81\x39\xEE\x39\x81\x39\xEF\x30\xB6\xB9\xB8\xAF 1.15\nTOTAL 13.76\n\x1DV\x42\x00"s;
  HeardWords words;
  CHECK(words.take(job_of(printed), Dialect::escpos));
  CHECK(words.all().size() == 8);  // letters of four bytes hold digits, which end a word
  for (auto const& catalogue : {names, kRussian, kGerman, kPolish}) {
    auto const found = fit_code_table(words.all(), CodeTable::cp437, each(catalogue));
    CHECK(found.table == CodeTable::cp437);
    CHECK(found.known == 0);
    CHECK_FALSE(is_sure(found));
  }
}

TEST_CASE("what is kept is bounded, whatever is printed") {
  HeardWords words;
  std::string endless;
  for (int n = 0; n < 20'000; ++n) {
    endless += "\x80\x81"s + static_cast<char>('a' + n % 26) + static_cast<char>('a' + n / 26 % 26) +
               static_cast<char>('a' + n / 676) + ' ';
  }
  endless += std::string(5000, '\xE0');
  CHECK(words.take(job_of(endless), Dialect::escpos));
  CHECK(words.all().size() == HeardWords::kMost);
  for (auto const& word : words.all()) CHECK(word.size() <= HeardWords::kLongest);
}

TEST_CASE("a profile that rests in another table reads and stays the same in all else") {
  auto const profile = find_profile("epson-tm-t88").value();
  CHECK(profile.resting_table() == CodeTable::cp437);
  auto other = profile.resting_in(CodeTable::cp866);
  CHECK(other.resting_table() == CodeTable::cp866);
  CHECK(other.code_pages.size() == profile.code_pages.size());
  auto russian = profile;
  russian.resting_code_page = 17;
  CHECK(russian.resting_table() == CodeTable::cp866);
  CHECK(russian.resting_in(CodeTable::cp1251).resting_table() == CodeTable::cp1251);
}
