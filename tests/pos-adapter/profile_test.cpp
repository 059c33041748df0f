#include <doctest/doctest.h>

#include "tillcue/pos/printer_profile.hpp"

using namespace tillcue::pos;

namespace {

void check_refused(char const* json, char const* part) {
  auto const profile = parse_profile(json);
  REQUIRE_FALSE(profile);
  CAPTURE(profile.error().what);
  CHECK(profile.error().what.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("every profile's paper holds its columns, and its first code page is plain") {
  for (auto const& name : profile_names()) {
    CAPTURE(name);
    auto const profile = find_profile(name).value();
    CHECK(profile.name == name);
    CHECK(profile.columns * profile.cell() <= profile.dots);
    CHECK(profile.cell() >= 9);
    REQUIRE_FALSE(profile.code_pages.empty());
    if (profile.language == Dialect::escpos) CHECK(profile.code_pages.front().number == 0);
  }
}

TEST_CASE("the code table numbers of makers differ as their manuals say") {
  auto const number = [](char const* name, CodeTable table) {
    auto const profile = find_profile(name).value();
    for (auto const& page : profile.code_pages) {
      if (page.table == table) return static_cast<int>(page.number);
    }
    return -1;
  };
  CHECK(number("epson-tm-t20", CodeTable::cp1251) == 46);
  CHECK(number("bixolon", CodeTable::cp1251) == 28);
  CHECK(number("rongta-rp326", CodeTable::cp866) == 7);
  CHECK(number("pos-5890", CodeTable::cp1251) == 73);
  CHECK(number("wincor-th230", CodeTable::cp1252) == 8);
  CHECK(number("yhd-8390", CodeTable::cp1251) == 18);
  CHECK(number("epson-tm-t88iv", CodeTable::cp1251) == -1);
}

TEST_CASE("a profile of one's own says only what differs") {
  auto const profile = parse_profile(R"({
    "name": "counter 3", "like": "pos-5890",  // a board of unknown make
    "columns": 42, "dots": 504, "code_pages": [["cp437", 0], ["cp866", 59]],
    "picture": "column", "cut": "full", "feed_before_cut": 2, "qr": true, "resting_code_page": 59 })");
  REQUIRE_MESSAGE(profile, profile.error().what);
  CHECK(profile->name == "counter 3");
  CHECK(profile->columns == 42);
  CHECK(profile->dots == 504);
  CHECK(profile->table(59) == CodeTable::cp866);
  CHECK(profile->picture == PictureKind::column);
  CHECK(profile->cut == CutKind::full);
  CHECK(profile->resting_code_page == 59);
  CHECK(profile->qr);
  CHECK(profile->kanji_off);  // as the board it is like
}

TEST_CASE("a profile that cannot be is refused with field and mend") {
  check_refused("{", "one JSON object");
  check_refused("[]", "one JSON object");
  check_refused(R"({"colums": 48})",
                "colums: is no field of a printer profile; there are like, name, language, columns");
  check_refused(R"({"columns": 0})", "columns: must be a whole number from 16 to 128");
  check_refused(R"({"columns": -1})", "columns: must be");
  check_refused(R"({"columns": 128, "dots": 200})", "columns: more than fit into 200 dots");
  check_refused(R"({"dots": "576"})", "dots: must be");
  check_refused(R"({"cut": "half"})", "cut: must be one of: none, partial, full");
  check_refused(R"({"picture": "bmp"})", "picture: must be one of: none, raster, graphics, column");
  check_refused(R"({"language": "cpcl"})", "language: must be one of: escpos, star, bematech");
  check_refused(R"({"language": "star"})", "picture: star_raster and star_column go with");
  check_refused(R"({"qr": 1})", "qr: must be true or false");
  check_refused(R"({"code_pages": []})", "code_pages: must be a list");
  check_refused(R"({"code_pages": [["cp866"]]})", "code_pages: must be a list of pairs");
  check_refused(R"({"code_pages": [["cp866", 300]]})", "code_pages: the number must be");
  check_refused(R"({"code_pages": [["koi8", 3]]})", "code_pages: must be one of: cp437");
  check_refused(R"({"like": "epson"})", "like: no printer profile \"epson\"");
  check_refused(R"({"name": 5})", "name: must be a text");
}
