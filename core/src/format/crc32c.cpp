#include "format/crc32c.hpp"

#include <array>

#include "format/bytes.hpp"

namespace tillcue::format {
namespace {

#if defined(TILLCUE_CONTROLLER)
// Flash is dearer than start-up time there: 64 bytes instead of 8 KB.
constexpr std::array<std::uint32_t, 16> kNibbles = [] {
  std::array<std::uint32_t, 16> table{};
  for (std::uint32_t n = 0; n < table.size(); ++n) {
    table[n] = n;
    for (int bit = 0; bit < 4; ++bit) table[n] = (table[n] & 1U) != 0 ? table[n] >> 1U ^ 0x82F6'3B78U : table[n] >> 1U;
  }
  return table;
}();

}  // namespace

std::uint32_t crc32c(std::span<std::byte const> bytes, std::uint32_t so_far) noexcept {
  std::uint32_t crc = ~so_far;
  for (auto byte : bytes) {
    crc ^= std::to_integer<std::uint32_t>(byte);
    crc = crc >> 4U ^ kNibbles[crc & 0xFU];
    crc = crc >> 4U ^ kNibbles[crc & 0xFU];
  }
  return ~crc;
}
#else
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1U ^ 0x82F6'3B78U : crc >> 1U;
    tables[0][byte] = crc;
  }
  for (std::size_t n = 1; n < tables.size(); ++n) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      auto const before = tables[n - 1][byte];
      tables[n][byte] = before >> 8U ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

// Eight bytes a step ("slicing by 8"): a bundle is checked at every start, so this is start-up time.
std::uint32_t eight(std::uint32_t crc, std::byte const* at) noexcept {
  auto const low = load<std::uint32_t>(at) ^ crc;
  auto const high = load<std::uint32_t>(at + 4);
  return kTables[7][low & 0xFFU] ^ kTables[6][low >> 8U & 0xFFU] ^ kTables[5][low >> 16U & 0xFFU] ^
         kTables[4][low >> 24U] ^ kTables[3][high & 0xFFU] ^ kTables[2][high >> 8U & 0xFFU] ^
         kTables[1][high >> 16U & 0xFFU] ^ kTables[0][high >> 24U];
}

}  // namespace

std::uint32_t crc32c(std::span<std::byte const> bytes, std::uint32_t so_far) noexcept {
  std::uint32_t crc = ~so_far;
  while (bytes.size() >= 8) {
    crc = eight(crc, bytes.data());
    bytes = bytes.subspan(8);
  }
  for (auto byte : bytes) crc = crc >> 8U ^ kTables[0][(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFFU];
  return ~crc;
}
#endif

}  // namespace tillcue::format
