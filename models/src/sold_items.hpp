#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace tillcue::models {

/// The first `size` bytes at `at`, of which 8 can be read, as a number; 8 at most, and what lies behind them is zero.
inline std::uint64_t word_at(char const* at, std::size_t size) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  if (size >= sizeof word) return word;
  auto const bits = 8 * static_cast<unsigned>(size);
  if constexpr (std::endian::native == std::endian::little) return word & ~(~std::uint64_t{0} << bits);
  return bits == 0 ? 0 : word & (~std::uint64_t{0} << (64 - bits));
}

/// What an item is found by: texts of up to kWhole bytes are their own key.
struct SkuKey {
  static constexpr std::size_t kWhole = 16;

  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint64_t hash = 0;
  std::uint32_t size = 0;

  SkuKey() = default;
  explicit SkuKey(std::string_view text) noexcept;
  /// Of a text of up to kWhole bytes where these can be read: the same, sooner.
  static SkuKey within(std::string_view text) noexcept {
    bool const longer = text.size() > 8;
    return {word_at(text.data(), text.size()), longer ? word_at(text.data() + 8, text.size() - 8) : 0, text.size()};
  }

 private:
  SkuKey(std::uint64_t first, std::uint64_t second, std::size_t bytes) noexcept
      : low(first), high(second), size(static_cast<std::uint32_t>(bytes)) {
    constexpr std::uint64_t kFactor = 0x9E37'79B9'7F4A'7C15ULL;
    hash = (low ^ size * kFactor) * kFactor + high * 0xC2B2'AE3D'27D4'EB4FULL;
    hash = (hash ^ hash >> 32U) * kFactor;
  }
};

/// What one parser has seen sold, by SKU, numbered by first appearance. All that a row touches lies in one cache line.
/// Threads  one.
class SoldItems {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  /// Most items have one price, or one and an offer: those two are known by their text, which need not be read again.
  struct alignas(64) Item {
    std::uint64_t low = 0;  ///< SkuKey
    std::uint64_t high = 0;
    std::int64_t quantity_milli = 0;
    std::uint64_t price[2] = {0, 0};  ///< price_key() of the text; 0: none yet
    std::uint32_t times[2] = {0, 0};
    std::uint32_t number = kNone;  ///< none: no item
    std::uint32_t size = 0;
    bool unknown = false;  ///< kOpenName
  };

  SoldItems() : items_(kFirst), shift_(64 - std::countr_zero(kFirst)) {}

  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(place_.size()); }
  [[nodiscard]] std::string_view text(std::uint32_t number) const noexcept {
    return {arena_.data() + begin_[number], static_cast<std::size_t>(begin_[number + 1] - begin_[number])};
  }
  [[nodiscard]] Item const& item(std::uint32_t number) const noexcept { return items_[place_[number]]; }

  /// Asks the memory for what find() will need soon.
  void prefetch(SkuKey const& key) const noexcept { __builtin_prefetch(&items_[key.hash >> shift_], 1); }
  /// nullptr when a SKU of 1 to SkuKey::kWhole bytes is new. Good until the next add().
  [[nodiscard]] Item* find(SkuKey const& key) noexcept {
    for (auto at = key.hash >> shift_;; at = (at + 1) & (items_.size() - 1)) {
      auto& item = items_[at];
      if (item.low == key.low && item.high == key.high && item.size == key.size) return &item;
      if (item.number == kNone) return nullptr;
    }
  }
  /// The same for a SKU of any length.
  [[nodiscard]] Item* find(SkuKey const& key, std::string_view sku) noexcept;
  /// Numbers a SKU that is not there yet, of at most 65,535 bytes.
  Item& add(SkuKey const& key, std::string_view sku);

 private:
  static constexpr std::size_t kFirst = 64;
  Item& free_place(std::uint64_t hash) noexcept;
  void spread(std::size_t places);

  std::vector<Item> items_;  ///< a power of two, at most half full
  unsigned shift_;           ///< 64 - its logarithm
  std::vector<std::uint32_t> place_;
  std::vector<char> arena_;
  std::vector<std::uint64_t> begin_{0};
};

/// A price's text as a number of its own: texts of 1 to 7 bytes; 0 for others. 8 bytes can be read at it.
inline std::uint64_t price_key(std::string_view text) noexcept {
  if (text.size() - 1 >= 7) return 0;
  auto const word = word_at(text.data(), text.size());
  if constexpr (std::endian::native == std::endian::little) return word | std::uint64_t{text.size()} << 56U;
  return word | text.size();
}

}  // namespace tillcue::models
