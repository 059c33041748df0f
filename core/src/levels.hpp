#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "format/layout.hpp"

namespace tillcue {

/// The values a bundle's weights may take, as fractions of their row's largest in 1/2,047, chosen for its weights.
class Levels {
 public:
  class Histogram {
   public:
    void add(std::int32_t weight) noexcept { ++counts_[place(weight)]; }

   private:
    friend class Levels;
    static std::size_t place(std::int32_t weight) noexcept {
      return static_cast<std::size_t>(weight + format::kMaxLevel);
    }
    std::array<std::uint64_t, 2 * format::kMaxLevel + 1> counts_{};
  };

  /// 2^bits levels. Integers throughout: the same on every machine.
  Levels(Histogram const& histogram, unsigned bits);

  /// Levels that were chosen before; they must ascend.
  explicit Levels(std::vector<std::int16_t> values) : values_(std::move(values)) {}

  /// Sum of the squared distances of all weights to their level, or to 0 where that is nearer.
  [[nodiscard]] std::uint64_t error(Histogram const& histogram) const noexcept;

  [[nodiscard]] std::vector<std::int16_t> const& values() const noexcept { return values_; }
  /// Of the nearest level, ties to the lower; none when 0 is nearer.
  [[nodiscard]] std::optional<std::uint8_t> code(std::int32_t weight) const noexcept;

 private:
  [[nodiscard]] std::size_t nearest(std::int32_t weight) const noexcept;

  std::vector<std::int16_t> values_;
};

}  // namespace tillcue
