#include "plural.hpp"

#include <array>

#include <doctest/doctest.h>

#include "phrases.hpp"

using namespace tillcue;

TEST_CASE("plural categories are CLDR's") {
  struct Row {
    char const* language;
    std::uint64_t number;
    char const* category;
  };
  Row const rows[] = {{"en", 1, "one"},    {"en", 0, "other"},  {"en", 11, "other"}, {"de", 1, "one"},
                      {"fr", 0, "one"},    {"fr", 2, "other"},  {"ru", 1, "one"},    {"ru", 21, "one"},
                      {"ru", 11, "many"},  {"ru", 2, "few"},    {"ru", 24, "few"},   {"ru", 12, "many"},
                      {"ru", 5, "many"},   {"ru", 100, "many"}, {"pl", 1, "one"},    {"pl", 21, "many"},
                      {"pl", 22, "few"},   {"cs", 3, "few"},    {"cs", 5, "other"},  {"lt", 21, "one"},
                      {"lt", 12, "other"}, {"lt", 9, "few"},    {"lv", 0, "zero"},   {"lv", 21, "one"},
                      {"ro", 0, "few"},    {"ro", 19, "few"},   {"ro", 20, "other"}, {"ar", 2, "two"},
                      {"ar", 5, "few"},    {"ar", 11, "many"},  {"ja", 1, "other"},  {"xx", 1, "one"}};
  for (auto const& row : rows)
    CHECK_MESSAGE(plural_of(row.number, row.language) == row.category, row.language, row.number);
}

TEST_CASE("a text chooses the case of its number") {
  auto const say = [](std::string_view text, std::uint64_t n, std::string_view language = "ru") {
    auto const number = std::to_string(n);
    return fill_in(text, std::array{Variable{"n", number, n}, Variable{"item", "чай"}}, language);
  };
  constexpr std::string_view kPieces = "{n, plural, =0 {ничего} one {# штука} few {# штуки} many {# штук} other {?}}";
  CHECK(say(kPieces, 0) == "ничего");
  CHECK(say(kPieces, 1) == "1 штука");
  CHECK(say(kPieces, 3) == "3 штуки");
  CHECK(say(kPieces, 15) == "15 штук");
  CHECK(say("{n, plural, one {один {item}} other {# × {item}}}!", 4) == "4 × чай!");
  CHECK(say("{n, plural, one {a piece} other {# pieces}}", 1, "en") == "a piece");
}

TEST_CASE("malformed cases show instead of breaking") {
  auto const say = [](std::string_view text) {
    return fill_in(text, std::array{Variable{"n", "2", 2}, Variable{"word", "w"}}, "en");
  };
  CHECK(say("{n, plural, one {a}") == "{n, plural, one {a}");
  CHECK(say("{n, plural, one {a}}") == "");  // no case fits
  CHECK(say("{word, plural, other {a}}") == "{word, plural, other {a}}");
  CHECK(say("{n, plural, other a}") == "");
  CHECK(say("{x}") == "{x}");
  CHECK(say("{") == "{");
}
