#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "byte_marks.hpp"

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

/// What an item is found by: texts of up to kWhole bytes and their size are their own key.
struct SkuKey {
  static constexpr std::size_t kWhole = 15;

  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint64_t hash = 0;

  SkuKey() = default;
  explicit SkuKey(std::string_view text) noexcept;
  /// Of a text of up to kWhole bytes as two words, with zeros behind it.
  SkuKey(std::uint64_t first, std::uint64_t second, std::size_t size) noexcept
      : SkuKey(first, second | std::uint64_t{size} << kSizeAt) {}
  /// Of one with its size as the last of 16 bytes, as in LedLine.
  SkuKey(std::uint64_t first, std::uint64_t second) noexcept : low(first), high(second), hash(hash_of(low, high)) {}
  static std::uint64_t hash_of(std::uint64_t low, std::uint64_t high) noexcept {
    constexpr std::uint64_t kFactor = 0x9E37'79B9'7F4A'7C15ULL;
    auto const sum = low * kFactor + high * 0xC2B2'AE3D'27D4'EB4FULL;
    return (sum ^ sum >> 32U) * kFactor;
  }
  /// Of one where 16 bytes can be read: the same, sooner.
  static SkuKey within(std::string_view text) noexcept {
    bool const longer = text.size() > 8;
    return {word_at(text.data(), text.size()), longer ? word_at(text.data() + 8, text.size() - 8) : 0, text.size()};
  }

 private:
  /// Where the last of 16 bytes lies, which no text of kWhole has.
  static constexpr unsigned kSizeAt = std::endian::native == std::endian::little ? 56 : 0;
};

/// What one parser has seen sold, by SKU, numbered by first appearance. All that a row touches lies in one cache line.
/// Threads  one.
class SoldItems {
 public:
  static constexpr std::uint32_t kNone = 0x7FFF'FFFF;
  static constexpr unsigned kTexts = 4;
  /// A word that no text has: it ends more than one line.
  static constexpr std::uint64_t kNoText = 0x0A0A'0A0A'0A0A'0A0AULL;
  static constexpr std::uint16_t kMostTimes = 0xFFFF;

  /// Most rows say of their item what one before them said: that is known by its text, which need not be read again.
  struct alignas(64) Item {
    std::uint64_t low = 0;  ///< SkuKey
    std::uint64_t high = 0;
    std::array<std::uint64_t, kTexts> text{kNoText, kNoText, kNoText, kNoText};
    std::array<std::uint16_t, kTexts> times{};  ///< that each was met
    std::uint32_t number : 31 = kNone;          ///< none: no item
    bool unknown : 1 = false;                   ///< kOpenName
    std::uint32_t strange : 6 = 0;              ///< texts that had no room, up to RowParser's look
    std::uint32_t week : 26 = 0;                ///< in which the times were; kNoWeek where dates do not matter

    [[nodiscard]] bool is(SkuKey const& key) const noexcept { return is(key.low, key.high); }
    [[nodiscard]] bool is(std::uint64_t first, std::uint64_t second) const noexcept {
      return ((low ^ first) | (high ^ second)) == 0;
    }
    /// Where it has this text; kTexts when it has not.
    [[nodiscard]] unsigned place_of(std::uint64_t word) const noexcept {
      static_assert(kTexts == 4);
      return place_of_word(text.data(), word);
    }
    /// Where there is none yet; kTexts when all are taken, which happens from the first on.
    [[nodiscard]] unsigned free_place() const noexcept {
      unsigned place = 0;
      while (place < kTexts && text[place] != kNoText) ++place;
      return place;
    }
  };
  static_assert(sizeof(Item) == 64);

  SoldItems() : items_(kFirst), shift_(64 - std::countr_zero(kFirst)) {}

  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(place_.size()); }
  [[nodiscard]] std::string_view text(std::uint32_t number) const noexcept {
    return {arena_.data() + begin_[number], static_cast<std::size_t>(begin_[number + 1] - begin_[number])};
  }
  [[nodiscard]] Item const& item(std::uint32_t number) const noexcept { return items_[place_[number]]; }

  /// Asks the memory for what find() will need soon.
  void prefetch(SkuKey const& key) const noexcept { __builtin_prefetch(&items_[key.hash >> shift_], 1); }
  /// What find() looks at first, by SkuKey::hash: mostly the item.
  [[nodiscard]] Item* home(std::uint64_t hash) noexcept { return &items_[hash >> shift_]; }
  /// nullptr when a SKU of 1 to SkuKey::kWhole bytes is new. Good until the next add().
  [[nodiscard]] Item* find(SkuKey const& key) noexcept {
    for (auto at = key.hash >> shift_;; at = (at + 1) & (items_.size() - 1)) {
      auto& item = items_[at];
      if (item.is(key)) return &item;
      if (item.number == kNone) return nullptr;
    }
  }
  /// The same for a SKU of any length.
  [[nodiscard]] Item* find(SkuKey const& key, std::string_view sku) noexcept;
  /// Calls each(item) for all of them.
  template <class Each>
  void each(Each const& each) {
    for (auto const place : place_) each(items_[place]);
  }
  /// Where the table lies: items stay where they are as long as it does.
  [[nodiscard]] Item const* data() const noexcept { return items_.data(); }
  /// Numbers a SKU that is not there yet, of at most 65,535 bytes.
  Item& add(SkuKey const& key, std::string_view sku);

 private:
  static constexpr std::size_t kFirst = 64;
  Item& free_place(std::uint64_t hash) noexcept;
  void spread(std::size_t places);

  std::vector<Item> items_;  ///< a power of two, at most five eighths full
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

/// Of one piece at a price or at none. Most rows are of one: of others there are too many kinds to know them all.
inline std::uint64_t one_piece_key(std::uint64_t price) noexcept {
  return price | std::uint64_t{1} << (std::endian::native == std::endian::little ? 59U : 3U);
}

}  // namespace tillcue::models
