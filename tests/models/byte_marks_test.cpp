// Sixteen and sixty-four bytes at once say what one by one does, with and without the instructions for it.

#include "../../models/src/byte_marks.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../../models/src/line_ends.hpp"
#include "tillcue/models/dataset.hpp"

using namespace tillcue::models;

TEST_CASE("bytes at a time or 64 at once: the same marks") {
  std::uint64_t seed = 1;
  for (int round = 0; round < 2000; ++round) {
    char bytes[kMarkedBytes];
    std::uint64_t expected = 0;
    for (std::size_t n = 0; n < kMarkedBytes; ++n) {
      seed = mix(seed);
      constexpr char kLikely[] = {',', '\n', '"', '-', '+', '\xAC', '\x8A', '\xA2', '!', '\t', '\x0B', '#'};
      bytes[n] = seed % 3 == 0 ? static_cast<char>(seed >> 8U) : kLikely[(seed >> 16U) % sizeof kLikely];
      if (bytes[n] == ',' || bytes[n] == '\n' || bytes[n] == '"') expected |= std::uint64_t{1} << n;
    }
    CHECK(marks_of(bytes) == expected);
    CHECK(portable_marks(bytes) == expected);
    std::array<char, 48> begin{};
    std::array<char, 48> mask{};
    std::copy_n(bytes, begin.size(), begin.data());
    std::fill_n(mask.data(), seed % 49, '\xFF');
    CHECK(begins_with(bytes, begin, mask));
    auto const changed = (seed >> 32U) % 48;
    begin[changed] ^= 4;
    CHECK(begins_with(bytes, begin, mask) == (changed >= seed % 49));
    std::uint32_t commas = 0;
    for (unsigned n = 0; n < kFewMarkedBytes; ++n) commas |= std::uint32_t{bytes[n] == ','} << n;
    CHECK(few_marks_of(bytes, ',') == commas);
    CHECK(few_marks_of(bytes) == static_cast<std::uint16_t>(expected));
    CHECK(portable_few_marks(bytes) == static_cast<std::uint16_t>(expected));
    auto const lines = line_marks_of(bytes);
    auto const same = portable_line_marks(bytes);
    std::uint64_t ends = 0;
    for (std::size_t n = 0; n < kMarkedBytes; ++n) ends |= std::uint64_t{bytes[n] == '\n'} << n;
    CHECK((lines.marks == ends && same.marks == ends));
    CHECK((lines.number == same.number && std::popcount(ends) == static_cast<int>(same.number)));
  }
}

TEST_CASE("a word among four is found where it is, whichever of its bits the others share") {
  std::uint64_t seed = 5;
  for (int round = 0; round < 2000; ++round) {
    // Few values of each half, so that words often differ in one half only.
    auto const some_word = [&] {
      seed = mix(seed);
      return (seed % 3) << 32U | (seed >> 8U) % 3;
    };
    std::array<std::uint64_t, 4> const words{some_word(), some_word(), some_word(), some_word()};
    auto const sought = some_word();
    auto const place = static_cast<unsigned>(std::find(words.begin(), words.end(), sought) - words.begin());
    CHECK(place_of_word(words.data(), sought) == place);
    CHECK(portable_place_of_word(words.data(), sought) == place);
  }
}

TEST_CASE("line ends are found alike with and without the instructions that not every machine has") {
  std::uint64_t seed = 17;
  for (std::size_t size = 0; size < 700; size += 7) {
    std::string text;
    std::vector<std::uint32_t> ends;
    for (std::size_t n = 0; n < size; ++n) {
      seed = mix(seed);
      text += seed % 100 < size % 97 ? '\n' : static_cast<char>(seed >> 20U);
    }
    auto const whole = size / kMarkedBytes * kMarkedBytes;
    for (std::size_t n = 0; n < whole; ++n) {
      if (text[n] == '\n') ends.push_back(static_cast<std::uint32_t>(n));
    }
    for (std::size_t const most : {std::size_t{1}, std::size_t{64}, std::size_t{1000}}) {
      auto const expected = std::min(most, ends.size());
      for (auto* const find : {find_line_ends, find_line_ends_anywhere}) {
        std::vector<std::uint32_t> found(most + kMarkedBytes);
        auto const number = find(text.data(), text.size(), most, found.data());
        CHECK(number == expected);
        CHECK(std::equal(ends.begin(), ends.begin() + static_cast<std::ptrdiff_t>(expected), found.begin()));
      }
    }
  }
}
