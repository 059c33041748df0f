#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include "tillcue/core/engine.hpp"
#include "tillcue/core/outcome.hpp"

namespace tillcue::terminal {

/// The sales that were closed lately, by name: so that a till that lost the answer and says everything again sells
/// nothing twice. In memory only. A name older than kFor is free again: many tills begin their numbers anew every day.
/// Threads  one.   Cost  24 bytes a sale.
class ClosedSales {
 public:
  static constexpr std::size_t kMost = 4096;
  static constexpr std::chrono::hours kFor{12};

  void add(SaleId const& sale, SaleEnd end, SteadyTime now);
  /// How it ended; nothing when it is not known (any more).
  [[nodiscard]] std::optional<SaleEnd> find(SaleId const& sale, SteadyTime now) const noexcept;

 private:
  struct Closed {
    std::uint64_t key;  ///< a digest: names have up to 64 bytes
    SteadyTime at;
    SaleEnd end;
  };
  std::deque<Closed> closed_;
};

}  // namespace tillcue::terminal
