// A bundle in flash, baskets on the console: one line of SKUs with commas in, one line of answers out,
// "SKU score ppm SKU-of-the-reason" with semicolons between. What it took is said at the end.

#include <array>
#include <span>
#include <string_view>

#include "board.hpp"
#include "tillcue/controller.h"

namespace {

constexpr std::size_t kOffers = 5, kMostLines = 64, kLongestSku = 64, kWorkBytes = 3072;
// Ticks come at 25 MHz where qemu counts an instruction a nanosecond (20 MHz on the board with a Cortex-M33).
alignas(8) tillcue_table table;
alignas(4) std::array<unsigned char, kWorkBytes> work;

std::string_view view(tillcue_text text) noexcept { return {text.begin, text.size}; }

/// The items of one line; -1 at the end of the console.
int read_basket(std::array<std::uint32_t, kMostLines>& basket) noexcept {
  std::array<char, kLongestSku> sku;
  std::size_t size = 0, lines = 0;
  for (;;) {
    auto const character = board::read();
    if (character < 0 && size == 0 && lines == 0) return -1;
    bool const ends = character < 0 || character == '\n';
    if (!ends && character != ',') {
      if (size < sku.size()) sku[size++] = static_cast<char>(character);
      continue;
    }
    if (size > 0 && lines < basket.size()) basket[lines++] = tillcue_table_find(&table, sku.data(), size);
    size = 0;
    if (ends) return static_cast<int>(lines);
  }
}

void tell(std::span<tillcue_place const> places) noexcept {
  for (auto const& place : places) {
    if (&place != places.data()) board::write(";");
    board::write(view(tillcue_table_sku(&table, place.item)));
    board::write(" ");
    board::write(std::int32_t{place.score});
    board::write(" ");
    board::write(std::uint32_t{place.probability_ppm});
    board::write(" ");
    if (place.because != TILLCUE_TABLE_NO_ITEM) board::write(view(tillcue_table_sku(&table, place.because)));
  }
  board::write("\n");
}

}  // namespace

extern "C" int demonstrate() {
  auto const* const bundle = reinterpret_cast<unsigned char const*>(TILLCUE_BUNDLE_AT);
  std::uint32_t size = 0;
  for (int n = 3; n >= 0; --n) size = size << 8U | bundle[16 + n];
  tillcue_fault fault;
  board::start_clock();
  if (tillcue_table_open(&table, bundle, size, &fault) == 0) {
    board::write("refused: rule ");
    board::write(std::uint32_t{fault.rule});
    board::write(", byte ");
    board::write(std::uint32_t{fault.offset});
    board::write("\n");
    return 3;
  }

  std::array<std::uint32_t, kMostLines> basket;
  std::array<tillcue_place, kOffers> places;
  std::uint32_t baskets = 0, ticks = 0;
  for (int lines = read_basket(basket); lines >= 0; lines = read_basket(basket), ++baskets) {
    auto const before = board::ticks();
    auto const count = tillcue_table_rank(&table, basket.data(), static_cast<std::size_t>(lines), work.data(),
                                          work.size(), places.data(), places.size());
    ticks += (board::ticks() - before) & 0xFF'FFFFU;
    tell({places.data(), count});
  }
  board::write("baskets ");
  board::write(baskets);
  board::write(" ticks ");
  board::write(ticks);
  board::write(" ram ");
  board::write(static_cast<std::uint32_t>(sizeof table + sizeof work + board::stack_used()));
  board::write("\n");
  return 0;
}
