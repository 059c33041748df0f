#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "format/bytes.hpp"
#include "format/crc32c.hpp"
#include "format/layout.hpp"
#include "format/utf8.hpp"

namespace f = tillcue::format;

namespace {
std::uint32_t crc_of(std::string_view text, std::uint32_t so_far = 0) {
  return f::crc32c({reinterpret_cast<std::byte const*>(text.data()), text.size()}, so_far);
}
}  // namespace

TEST_CASE("CRC-32C gives the check values of the standard") {
  CHECK(crc_of("") == 0);
  CHECK(crc_of("123456789") == 0xE306'9283U);
  CHECK(crc_of(std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32)) ==
        0x8A91'36AAU);  // RFC 3720 B.4
}

TEST_CASE("a checksum in parts is the checksum of the whole") {
  std::string_view const text = "the quick brown fox jumps over the lazy dog";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CHECK(crc_of(text.substr(cut), crc_of(text.substr(0, cut))) == crc_of(text));
  }
}

TEST_CASE("numbers are stored low byte first and come back at any alignment") {
  std::array<std::byte, 16> bytes{};
  for (std::size_t at = 0; at < 8; ++at) {
    f::store(bytes.data() + at, std::uint32_t{0x0403'0201});
    CHECK(bytes[at] == std::byte{1});
    CHECK(f::load<std::uint32_t>(bytes.data() + at) == 0x0403'0201U);
    CHECK(f::load24(bytes.data() + at) == 0x03'0201U);
    f::store(bytes.data() + at, std::int64_t{-2});
    CHECK(f::load<std::int64_t>(bytes.data() + at) == -2);
  }
}

TEST_CASE("a tag reads as its four characters in the file") {
  std::array<std::byte, 4> bytes{};
  f::store(bytes.data(), f::kMeta);
  CHECK(std::memcmp(bytes.data(), "META", 4) == 0);
}

TEST_CASE("UTF-8 is told from what only looks like it") {
  for (std::string_view good : {"", "Bread", "Молоко", "\xF0\x9F\x8D\x9E", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF",
                                "\xED\x9F\xBF", "\xE0\xA0\x80", "\xC2\x80"}) {
    CHECK_MESSAGE(f::is_utf8(good), good);
  }
  for (std::string_view bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "ok\xE2\x28\xA1", "caf\xE9"}) {
    CHECK_FALSE(f::is_utf8(bad));
  }
}
