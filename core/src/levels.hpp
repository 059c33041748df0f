#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "format/layout.hpp"

namespace tillcue {

/// The values a bundle's weights may take, as fractions of their row's largest in 1/2,047, chosen for its weights. Each
/// is either for significant pairs or for the others: so a weight's code tells what the weight rests on.
class Levels {
 public:
  class Histogram {
   public:
    void add(std::int32_t weight, bool significant) noexcept { ++counts_[significant ? 1 : 0][place(weight)]; }

   private:
    friend class Levels;
    using Counts = std::array<std::uint64_t, 2 * format::kMaxLevel + 1>;

    static std::size_t place(std::int32_t weight) noexcept {
      return static_cast<std::size_t>(weight + format::kMaxLevel);
    }
    std::array<Counts, 2> counts_{};  ///< of the others, of significant pairs
  };

  /// 2^bits levels, as many of either kind as leave the least error. Integers throughout: the same on every machine.
  Levels(Histogram const& histogram, unsigned bits);

  /// Levels that were chosen before, `values` ascending; `significant` is as long.
  Levels(std::vector<std::int16_t> values, std::vector<bool> significant);

  /// Sum of the squared distances of all weights to their level, or to 0 where that is nearer. A weight of a kind that
  /// has no level costs as much as its square.
  [[nodiscard]] std::uint64_t error(Histogram const& histogram) const noexcept;

  /// Ascending.
  [[nodiscard]] std::vector<std::int16_t> const& values() const noexcept { return values_; }
  [[nodiscard]] std::vector<bool> const& significant() const noexcept { return significant_; }
  /// Of the nearest level of that kind, ties to the lower; none when 0 is nearer.
  [[nodiscard]] std::optional<std::uint8_t> code(std::int32_t weight, bool significant) const noexcept;

 private:
  /// The levels of one kind.
  struct Book {
    std::vector<std::int16_t> values;  ///< ascending
    std::vector<std::uint8_t> codes;

    [[nodiscard]] std::size_t nearest(std::int32_t weight) const noexcept;
  };

  void fill_books();

  std::vector<std::int16_t> values_;
  std::vector<bool> significant_;
  std::array<Book, 2> books_;
};

}  // namespace tillcue
