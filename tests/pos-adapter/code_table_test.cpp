#include "tillcue/pos/code_table.hpp"

#include <doctest/doctest.h>

#include "tillcue/pos/printer_profile.hpp"

using namespace tillcue::pos;

TEST_CASE("a character survives the way into a code table and back") {
  for (auto const& name : profile_names()) {
    auto const profile = find_profile(name).value();
    for (auto const& page : profile.code_pages) {
      for (unsigned byte = 0; byte < 256; ++byte) {
        char32_t const c = decode(page.table, static_cast<std::uint8_t>(byte));
        if (c == U'\uFFFD') continue;
        auto const back = encode(page.table, c);
        REQUIRE(back);
        CHECK(decode(page.table, *back) == c);
      }
    }
  }
}

TEST_CASE("known letters have the bytes the vendors' tables give them") {
  CHECK(encode(CodeTable::cp866, U'Я') == 0x9F);
  CHECK(encode(CodeTable::cp1251, U'я') == 0xFF);
  CHECK(encode(CodeTable::cp858, U'€') == 0xD5);
  CHECK(encode(CodeTable::cp1252, U'€') == 0x80);
  CHECK(encode(CodeTable::cp437, U'é') == 0x82);
  CHECK(encode(CodeTable::cp852, U'ł') == 0x88);
  CHECK_FALSE(encode(CodeTable::cp437, U'Я'));
  CHECK_FALSE(encode(CodeTable::cp437, U'\uFFFD'));
}

TEST_CASE("malformed UTF-8 becomes replacement characters and never reads beyond the text") {
  CHECK(from_utf8("a\xFFz") == U"a\uFFFDz");
  CHECK(from_utf8("\xE2\x82") == U"\uFFFD\uFFFD");
  CHECK(from_utf8("\xC0\xAF") == U"\uFFFD\uFFFD");            // overlong
  CHECK(from_utf8("\xED\xA0\x80") == U"\uFFFD\uFFFD\uFFFD");  // surrogate
  CHECK(from_utf8("\xF4\x90\x80\x80").front() == U'\uFFFD');  // beyond U+10FFFF
  CHECK(to_utf8(from_utf8("Žluťoučký кофе 5 € 😀")) == "Žluťoučký кофе 5 € 😀");
}

TEST_CASE("characters without a table have an ASCII spelling or none") {
  CHECK(transliterate(U'₽') == "RUB");
  CHECK(transliterate(U'—') == "-");
  CHECK(transliterate(U'ß') == "ss");
  CHECK(transliterate(U'日').empty());
}

TEST_CASE("wide characters take two columns and combining marks none") {
  CHECK(display_width(U"abc") == 3);
  CHECK(display_width(U"日本") == 4);
  CHECK(display_width(U"e\u0301") == 1);
}

TEST_CASE("a printer profile is found by name and an unknown name lists what there is") {
  for (auto const* name : {"generic-80", "generic-58", "epson-tm-t88", "epson-tm-t20", "citizen-ct", "bixolon",
                           "rongta-rp326", "pos-5890"}) {
    auto const profile = find_profile(name);
    REQUIRE(profile);
    CHECK(profile->name == name);
    CHECK(profile->columns * profile->cell() <= profile->dots);
    CHECK_FALSE(profile->code_pages.empty());
  }
  auto const missing = find_profile("laserjet");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == tillcue::Code::not_found);
  CHECK(missing.error().what.find("pos-5890") != std::string::npos);
}

TEST_CASE("Cyrillic has the ESC t number of each maker") {
  auto const number = [](char const* name, CodeTable table) {
    auto const profile = find_profile(name).value();
    for (auto const& page : profile.code_pages) {
      if (page.table == table) return static_cast<int>(page.number);
    }
    return -1;
  };
  CHECK(number("epson-tm-t20", CodeTable::cp866) == 17);
  CHECK(number("epson-tm-t20", CodeTable::cp1251) == 46);
  CHECK(number("bixolon", CodeTable::cp1251) == 28);
  CHECK(number("citizen-ct", CodeTable::cp866) == 7);
  CHECK(number("rongta-rp326", CodeTable::cp866) == 7);
  CHECK(number("pos-5890", CodeTable::cp1251) == 73);
}
