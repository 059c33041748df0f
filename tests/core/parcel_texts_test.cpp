#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "format/bytes.hpp"
#include "parcel/texts.hpp"

using namespace tillcue;

namespace {

using Bytes = std::vector<std::byte>;

Bytes pool_of(std::vector<std::string> const& strings) {
  Bytes pool;
  for (auto const& text : strings) {
    pool.push_back(static_cast<std::byte>(static_cast<std::uint8_t>(text.size())));
    pool.push_back(static_cast<std::byte>(static_cast<std::uint8_t>(text.size() >> 8U)));
    for (auto const letter : text) pool.push_back(static_cast<std::byte>(letter));
  }
  return pool;
}

/// A pool in which numbers pay, with these strings in the middle.
Bytes among_skus(std::vector<std::string> const& strings) {
  std::vector<std::string> all{""};
  for (int n = 0; n < 40; ++n) all.push_back(std::to_string(1'000'000'007LL * (n * n + 1)));
  all.insert(all.end(), strings.begin(), strings.end());
  for (int n = 0; n < 40; ++n) all.push_back(std::to_string(1'000'000'007LL * (n + 2)));
  return pool_of(all);
}

bool comes_back(Bytes const& pool) {
  auto const texts = parcel::to_texts(pool);
  Bytes again(pool.size());
  return !texts.empty() && texts.size() < pool.size() && parcel::from_texts(texts, again) && again == pool;
}

}  // namespace

TEST_CASE("strings come back from texts and numbers, whatever digits stand in them") {
  CHECK(comes_back(among_skus({})));
  CHECK(comes_back(
      among_skus({"Bread 500 g", "Article 4711001", "4711001", "4711001", "4711", "7", "0", "007", "00004711"})));
  CHECK(comes_back(among_skus({"85123A", "A85123", "8512-3456-78", "12345 of 12345", "Ж 12345", "\xC3\xA9", "", ""})));
  CHECK(comes_back(among_skus({"999999999999999999", "1000000000000000000", "18446744073709551615",
                               "123456789012345678901234567890", std::string(4'096, '9'), std::string(60'000, 'x')})));
}

TEST_CASE("numbers that rise are told by their differences, and take less") {
  std::vector<std::string> rising, drawn;
  std::mt19937 random(5);
  for (int n = 0; n < 3'000; ++n) {
    rising.push_back(std::to_string(70'000'000 + 37 * n + static_cast<int>(random() % 37)));
    drawn.push_back(std::to_string(70'000'000 + static_cast<int>(random() % 9'000'000)));
  }
  for (auto const* const strings : {&rising, &drawn}) CHECK(comes_back(pool_of(*strings)));
  auto const by_steps = parcel::to_texts(pool_of(rising)), as_they_are = parcel::to_texts(pool_of(drawn));
  CHECK(by_steps[5] == std::byte{1});
  CHECK(as_they_are[5] == std::byte{0});
}

TEST_CASE("what is no pool, holds control characters or would grow is left as it is") {
  CHECK(parcel::to_texts(pool_of({"bread", "butter"})).empty());
  CHECK(parcel::to_texts({}).empty());
  for (char const control : {'\0', '\1', '\2'}) {
    CHECK(parcel::to_texts(among_skus({std::string("a") + control + "b"})).empty());
  }
  auto cut = among_skus({});
  cut.pop_back();
  CHECK(parcel::to_texts(cut).empty());
  cut = among_skus({});
  cut.push_back(std::byte{9});
  CHECK(parcel::to_texts(cut).empty());
}

TEST_CASE("damaged texts are refused, and never write beyond the pool") {
  auto const pool = among_skus({"Article 4711001", "4711001", "bread"});
  auto const texts = parcel::to_texts(pool);
  auto const reads = [&](Bytes const& some, std::size_t size) {
    Bytes out(size);
    return parcel::from_texts(some, out);
  };
  REQUIRE(reads(texts, pool.size()));
  for (auto const size : {std::size_t{0}, std::size_t{1}, pool.size() - 1, pool.size() + 1})
    CHECK_FALSE(reads(texts, size));
  for (std::size_t size = 0; size < texts.size(); ++size) {
    CHECK_FALSE(reads(Bytes(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(size)), pool.size()));
  }
  auto const with = [&](std::size_t at, std::uint8_t value) {
    auto other = texts;
    other[at] = static_cast<std::byte>(value);
    return other;
  };
  CHECK_FALSE(reads(with(3, 0xFF), pool.size()));  // numbers
  CHECK_FALSE(reads(with(4, 0), pool.size()));     // their width
  CHECK_FALSE(reads(with(4, 9), pool.size()));
  CHECK_FALSE(reads(with(5, 2), pool.size()));  // how they are told
  // The number before the first, and one that is left over.
  CHECK_FALSE(reads(
      {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}, std::byte{0}, std::byte{2}, std::byte{0}},
      3));
  CHECK_FALSE(reads(
      {std::byte{1}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}, std::byte{0}, std::byte{7}, std::byte{0}},
      2));
  CHECK_FALSE(
      reads({std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}, std::byte{0}, std::byte{'x'}},
            3));  // no end
}
