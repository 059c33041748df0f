#include "tillcue/models/field.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace tillcue::models;

TEST_CASE("decimals are exact, rounded half away from zero, and nothing else is a number") {
  CHECK(parse_decimal("2.55", 6) == 2'550'000);
  CHECK(parse_decimal("-3", 3) == -3000);
  CHECK(parse_decimal("+.5", 3) == 500);
  CHECK(parse_decimal("7.", 2) == 700);
  CHECK(parse_decimal("0.0005", 3) == 1);
  CHECK(parse_decimal("0.00049", 3) == 0);
  CHECK(parse_decimal("-0.0005", 3) == -1);
  CHECK(parse_decimal("1000000000000", 6) == 1'000'000'000'000'000'000);
  for (auto const* const bad : {"", "-", ".", "1,5", "1e5", " 1", "1 ", "0x1", "1.2.3", "1000000000001", "nan"}) {
    CAPTURE(bad);
    CHECK(!parse_decimal(bad, 6));
  }
}

TEST_CASE("millionths become minor units of currencies with 0, 2 and 3 decimals") {
  CHECK(micro_to_minor(2'555'000, 2) == 256);
  CHECK(micro_to_minor(-2'555'000, 2) == -256);
  CHECK(micro_to_minor(1'499'999, 0) == 1);
  CHECK(micro_to_minor(1'234'000, 3) == 1234);
}

TEST_CASE("ISO 8601 dates and times with and without offset are seconds since 1970") {
  CHECK(parse_iso8601("1970-01-01") == 0);
  CHECK(parse_iso8601("2010-12-01T08:26:00") == 1'291'191'960);
  CHECK(parse_iso8601("2010-12-01 08:26") == 1'291'191'960);
  CHECK(parse_iso8601("2010-12-01T08:26:00.125Z") == 1'291'191'960);
  CHECK(parse_iso8601("2010-12-01T08:26:00+02:00") == 1'291'191'960 - 7200);
  CHECK(parse_iso8601("2010-12-01T08:26-0530") == 1'291'191'960 + 19'800);
  CHECK(parse_iso8601("2010-12-01T08:26+02") == 1'291'191'960 - 7200);
  CHECK(parse_iso8601("2024-02-29").has_value());
  for (auto const* const bad : {"", "2010", "2010-13-01", "2010-02-30", "2010-12-01T", "2010-12-01T24:00", "01.12.2010",
                                "2010-12-01T08", "2010-12-01T08:61", "2010-12-01T08:26+", "2010-12-01T08:26Zx",
                                "2010-12-01X08:26", "2023-02-29", "2010-12-01T08:26+19:00"}) {
    CAPTURE(bad);
    CHECK(!parse_iso8601(bad));
  }
}

TEST_CASE("whole numbers have at most 18 digits") {
  CHECK(parse_integer("0") == 0);
  CHECK(parse_integer("-12") == -12);
  CHECK(parse_integer("999999999999999999") == 999'999'999'999'999'999);
  for (auto const* const bad : {"", "-", "1.0", "1000000000000000000", "+1", "1 "}) CHECK(!parse_integer(bad));
}

TEST_CASE("clean text is well-formed UTF-8 without control characters") {
  CHECK(is_clean_text(""));
  CHECK(is_clean_text("Brötchen, хлеб, 面包, 🥖"));
  for (auto const* const bad : {"a\nb", "tab\t", "\x7F", "\xFF", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80",
                                "\xF4\x90\x80\x80", "\xC2\x85", "\x80"}) {
    CHECK(!is_clean_text(bad));
  }
  CHECK(!is_clean_text(std::string(1, '\0')));
}
