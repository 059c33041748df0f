#include "tillcue/core/letters.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace tillcue;

namespace {

std::string folded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto const letter = folded_letter(take_character(text));
    out += letter.size > 0 ? letter.text() : std::string_view{" "};
  }
  return out;
}

}  // namespace

TEST_CASE("letters are the same in either case, with and without their accents; signs are none") {
  CHECK(folded("Café AU-lait 0,5") == "cafe au lait 0 5");
  CHECK(folded("Groß Ægir Łódź") == "gross aegir lodz");
  CHECK(folded("Молоко топлёное Її") == "молоко топленое її");
  CHECK(folded("ΆΡΤΟΣ Άρτος") == "αρτοσ αρτοσ");
  CHECK(folded("«牛乳» — €5") == " 牛乳     5");
}

TEST_CASE("damaged UTF-8 is read byte by byte, to its end") {
  for (std::string_view text : {"\xC3", "a\xE2\x82", "\xFF\xFE\xC3", "\x80"}) {
    auto rest = text;
    std::size_t count = 0;
    for (; !rest.empty(); ++count) (void)folded_letter(take_character(rest));
    CHECK(count == text.size());
  }
}
