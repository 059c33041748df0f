#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace tillcue::models {

inline std::uint64_t load_word(char const* at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// For tables in memory only: not the same on machines of another byte order. Texts of one size up to 8 bytes never
/// share a hash: all of a text goes into one word, and every step can be undone.
inline std::uint64_t text_hash(std::string_view text) noexcept {
  constexpr std::uint64_t kFactor = 0x9E37'79B9'7F4A'7C15ULL;
  std::uint64_t hash = text.size() * kFactor;
  auto const stir = [&](std::uint64_t word) {
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 32U;
  };
  char const* at = text.data();
  auto left = text.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    stir(word);
  }
  if (left >= 4) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, at, 4);
    std::memcpy(&last, at + left - 4, 4);
    stir(first | std::uint64_t{last} << 32U);
  } else if (left > 0) {
    auto const byte = [&](std::size_t n) { return std::uint64_t{static_cast<unsigned char>(at[n])}; };
    stir(byte(0) | byte(left / 2) << 8U | byte(left - 1) << 16U);
  }
  return hash * kFactor;
}

/// Whether two texts are equal; for short ones, which cost less than a call.
inline bool same_text(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  if (a.size() < 4) {
    for (std::size_t n = 0; n < a.size(); ++n) {
      if (a[n] != b[n]) return false;
    }
    return true;
  }
  if (a.size() < 8) {
    auto const half = [](char const* at) {
      std::uint32_t word = 0;
      std::memcpy(&word, at, 4);
      return word;
    };
    auto const second = a.size() - 4;
    return half(a.data()) == half(b.data()) && half(a.data() + second) == half(b.data() + second);
  }
  auto const last = a.size() - 8;
  for (std::size_t n = 0; n < last; n += 8) {
    if (load_word(a.data() + n) != load_word(b.data() + n)) return false;
  }
  return load_word(a.data() + last) == load_word(b.data() + last);
}

/// Texts numbered by first appearance, found again by hash. All bytes lie in one arena: no allocation per text.
/// Threads  one.
class TextIndex {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  TextIndex() : slots_(kFirstSlots, Slot{0, 0, kNone, 0}), shift_(64 - std::countr_zero(kFirstSlots)) {}

  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(begin_.size() - 1); }
  [[nodiscard]] std::string_view text(std::uint32_t number) const noexcept {
    return {arena_.data() + begin_[number], static_cast<std::size_t>(begin_[number + 1] - begin_[number])};
  }
  /// The number of `text`, kNone when it is new. `hash` is text_hash(text).
  [[nodiscard]] std::uint32_t find(std::string_view text, std::uint64_t hash) const noexcept {
    for (auto at = home_of(hash);; at = after(at)) {
      auto const& slot = slots_[at];
      if (slot.number == kNone) return kNone;
      if (slot.size != text.size() || slot.tag != tag_of(hash)) continue;
      bool const same =
          is_short(slot.size) ? slot.word == hash : same_text({arena_.data() + slot.word, slot.size}, text);
      if (same) return slot.number;
    }
  }
  /// Asks the memory for what find() will need soon.
  void prefetch(std::uint64_t hash) const noexcept { __builtin_prefetch(&slots_[home_of(hash)]); }
  /// For texts of one such size text_hash() is one to one: the hash stands for the text, which need not be looked at.
  static bool is_short(std::size_t size) noexcept { return size <= 8; }
  /// Numbers a text that is not there yet, of at most 65,535 bytes.
  std::uint32_t add(std::string_view text, std::uint64_t hash);

  [[nodiscard]] std::size_t memory() const noexcept {
    return arena_.size() + begin_.size() * sizeof begin_[0] + slots_.size() * sizeof(Slot);
  }

 private:
  static constexpr std::size_t kFirstSlots = 64;
  struct Slot {
    std::uint16_t tag;  ///< bits of the hash that do not tell the slot
    std::uint16_t size;
    std::uint32_t number;
    std::uint64_t word;  ///< of a short text its hash, else where it begins in arena_
  };
  static std::uint16_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint16_t>(hash >> 16U); }
  /// The upper bits: of a product only they depend on all bits of both factors.
  [[nodiscard]] std::size_t home_of(std::uint64_t hash) const noexcept { return hash >> shift_; }
  [[nodiscard]] std::size_t after(std::size_t at) const noexcept { return (at + 1) & (slots_.size() - 1); }
  friend class RisingIndex;
  std::uint32_t append(std::string_view text);
  void spread(std::size_t slots);
  void place(std::uint32_t number, std::uint64_t hash) noexcept;

  std::vector<Slot> slots_;  ///< a power of two, at most half full
  unsigned shift_;           ///< 64 - its logarithm
  std::vector<char> arena_;
  std::vector<std::uint64_t> begin_{0};
};

/// The same for texts that mostly rise, shorter ones first, as the numbers of receipts do: as long as each is the last
/// one or beyond it, nothing need be looked up, and where each begins follows from how many there are of a size.
/// Threads  one.
class RisingIndex {
 public:
  [[nodiscard]] std::uint32_t size() const noexcept { return rising_ ? size_ : index_.size(); }
  [[nodiscard]] std::size_t memory() const noexcept { return texts_.size() + index_.memory(); }
  void prefetch(std::uint64_t hash) const noexcept {
    if (!rising_) index_.prefetch(hash);
  }
  /// The number of `text`, which is size() as it was before when the text is new. `hash` is text_hash(text).
  std::uint32_t number_of(std::string_view text, std::uint64_t hash);
  /// The number of `text`, TextIndex::kNone when there is none such. Not for every row: it ends the rising.
  std::uint32_t find(std::string_view text, std::uint64_t hash);
  /// Makes room for about so many texts.
  void expect(std::size_t texts);

 private:
  [[nodiscard]] int order_of(std::string_view text) const noexcept;
  void stop_rising();

  TextIndex index_;  ///< of all texts, once they do not rise
  bool rising_ = true;
  // As long as they do:
  std::string texts_;
  std::uint32_t size_ = 0;
  struct Size {
    std::size_t bytes;
    std::uint32_t first;  ///< text of so many
  };
  std::vector<Size> sizes_;  ///< rising
};

}  // namespace tillcue::models
