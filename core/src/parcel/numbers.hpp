#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "parcel/range_coder.hpp"

namespace tillcue::parcel {

/// A symbol of at most `Most` bits, highest first, each bit by those before it.
template <unsigned Most>
class Symbol {
 public:
  template <class Coder>
  std::uint32_t code(Coder& coder, std::uint32_t value, unsigned bits = Most) {
    std::uint32_t node = 1;
    for (auto n = bits; n-- > 0;) node = node << 1U | (coder.bit(nodes_[node], (value >> n & 1U) != 0) ? 1U : 0U);
    return node - (1U << bits);
  }

 private:
  std::array<Bit, std::size_t{1} << Most> nodes_{};
};

/// The bits of a number below its highest: the first two learned, the others as they are.
class Mantissa {
 public:
  template <class Coder>
  std::uint32_t code(Coder& coder, std::uint32_t value, unsigned length) {
    if (length < 2) return length;
    std::uint32_t number = 1;
    auto rest = length - 1;
    for (unsigned n = 0; n < kLearned && rest > 0; ++n) {
      --rest;
      auto& model = bits_[length][number];
      number = number << 1U | (coder.bit(model, (value >> rest & 1U) != 0) ? 1U : 0U);
    }
    while (rest > 0) {
      auto const size = rest < 16 ? rest : 16U;
      rest -= size;
      number = number << size | coder.plain(value >> rest & ((1U << size) - 1), size);
    }
    return number;
  }

 private:
  static constexpr unsigned kLearned = 2;
  std::array<std::array<Bit, 4>, 33> bits_{};
};

/// A number of up to 31 bits: its length as a symbol, then its bits.
class Number {
 public:
  template <class Coder>
  std::uint32_t code(Coder& coder, std::uint32_t value) {
    return mantissa_.code(coder, value, length_.code(coder, static_cast<std::uint32_t>(std::bit_width(value))));
  }

 private:
  Symbol<5> length_;
  Mantissa mantissa_;
};

/// A difference: none, its sign, its size.
class Difference {
 public:
  template <class Coder>
  std::int64_t code(Coder& coder, std::int64_t value) {
    if (!coder.bit(other_, value != 0)) return 0;
    bool const negative = coder.bit(negative_, value < 0);
    auto const size =
        static_cast<std::int64_t>(size_.code(coder, static_cast<std::uint32_t>(value < 0 ? -value : value) - 1)) + 1;
    return negative ? -size : size;
  }

 private:
  Bit other_, negative_;
  Number size_;
};

}  // namespace tillcue::parcel
