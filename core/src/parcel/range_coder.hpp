#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tillcue::parcel {

/// How likely a bit is 1, learned from the bits so far: each counts 1/(n+1.5) of the difference, the later ones 1/65.
class Bit {
 public:
  /// In 1/65,536, never certain.
  [[nodiscard]] std::uint32_t one() const noexcept { return std::clamp<std::uint32_t>(one_, 48, 65'536 - 48); }
  void learn(bool bit) noexcept {
    auto const goal = bit ? 65'535 : 0;
    one_ = static_cast<std::uint16_t>(one_ + ((goal - one_) * kShares[seen_] >> 16));
    if (seen_ + 1U < kShares.size()) ++seen_;
  }

 private:
  static constexpr std::array<std::int32_t, 64> kShares = [] {
    std::array<std::int32_t, 64> shares{};
    for (std::size_t n = 0; n < shares.size(); ++n) {
      // The difference has 16 bits and a sign: with 15 of the share the product keeps to 31.
      shares[n] = std::min(32'767, static_cast<std::int32_t>(131'072 / (2 * n + 3)));
    }
    return shares;
  }();

  std::uint16_t one_ = 32'768;
  std::uint16_t seen_ = 0;
};

/// Both coders have the same calls, so that a model is written once: the encoder writes the value it is given and
/// returns it; the decoder ignores what it is given and returns what it reads.
/// Source  the binary range coder of LZMA (Pavlov), with 16-bit probabilities.
class Encoder {
 public:
  static constexpr bool kWrites = true;

  bool bit(Bit& model, bool value) {
    chance(model.one(), value);
    model.learn(value);
    return value;
  }

  /// A bit that is 1 in `one` of 65,536 cases, neither never nor always.
  bool chance(std::uint32_t one, bool value) {
    auto const bound = (range_ >> 16U) * one;
    if (value) {
      range_ = bound;
    } else {
      low_ += bound;
      range_ -= bound;
    }
    while (range_ < kLeast) shift();
    return value;
  }

  /// `size` bits (0..16) of no known bias.
  std::uint32_t plain(std::uint32_t value, unsigned size) {
    range_ >>= size;
    low_ += std::uint64_t{range_} * value;
    while (range_ < kLeast) shift();
    return value;
  }

  /// The bytes; the coder must not be used again.
  [[nodiscard]] std::vector<std::byte> finish() {
    for (int n = 0; n < 5; ++n) shift();
    return std::move(bytes_);
  }

 private:
  static constexpr std::uint32_t kLeast = 1U << 24U;

  void shift() {
    range_ <<= 8U;
    if (low_ < 0xFF00'0000U || low_ > 0xFFFF'FFFFU) {
      auto const carry = static_cast<std::uint8_t>(low_ >> 32U);
      if (begun_) bytes_.push_back(static_cast<std::byte>(static_cast<std::uint8_t>(held_ + carry)));
      for (; full_ > 0; --full_) bytes_.push_back(static_cast<std::byte>(static_cast<std::uint8_t>(0xFF + carry)));
      held_ = static_cast<std::uint8_t>(low_ >> 24U);
      begun_ = true;
    } else {
      ++full_;
    }
    low_ = (low_ & 0x00FF'FFFFU) << 8U;
  }

  std::vector<std::byte> bytes_;
  std::uint64_t low_ = 0;
  std::uint32_t range_ = 0xFFFF'FFFF;
  std::uint64_t full_ = 0;  ///< bytes 0xFF that a carry could still turn
  std::uint8_t held_ = 0;
  bool begun_ = false;
};

/// Any bytes decode to something: what was decoded must be checked. Behind the end zeros are read, and exhausted() says
/// so.
class Decoder {
 public:
  static constexpr bool kWrites = false;

  explicit Decoder(std::span<std::byte const> bytes) noexcept : bytes_(bytes) {
    for (int n = 0; n < 4; ++n) code_ = code_ << 8U | next();
  }

  bool bit(Bit& model, bool /*value*/ = false) noexcept {
    bool const value = chance(model.one());
    model.learn(value);
    return value;
  }

  bool chance(std::uint32_t one, bool /*value*/ = false) noexcept {
    auto const bound = (range_ >> 16U) * one;
    bool const value = code_ < bound;
    if (value) {
      range_ = bound;
    } else {
      code_ -= bound;
      range_ -= bound;
    }
    refill();
    return value;
  }

  std::uint32_t plain(std::uint32_t /*value*/, unsigned size) noexcept {
    range_ >>= size;
    auto const value = std::min(code_ / range_, (1U << size) - 1U);
    code_ -= value * range_;
    refill();
    return value;
  }

  /// More was read than there is: the bytes are cut short or damaged.
  [[nodiscard]] bool exhausted() const noexcept { return at_ > bytes_.size(); }
  /// Everything was read and nothing behind it.
  [[nodiscard]] bool finished() const noexcept { return at_ == bytes_.size(); }

 private:
  void refill() noexcept {
    while (range_ < (1U << 24U)) {
      range_ <<= 8U;
      code_ = code_ << 8U | next();
    }
  }
  std::uint32_t next() noexcept {
    auto const at = at_++;
    return at < bytes_.size() ? std::to_integer<std::uint32_t>(bytes_[at]) : 0;
  }

  std::span<std::byte const> bytes_;
  std::size_t at_ = 0;
  std::uint32_t range_ = 0xFFFF'FFFF;
  std::uint32_t code_ = 0;
};

}  // namespace tillcue::parcel
