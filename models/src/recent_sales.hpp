#pragma once

#include <string>
#include <unordered_map>

#include "tillcue/models/recency.hpp"

namespace tillcue::models {

/// What `baskets` of `data` say, each as old as its day is on `as_of`; those without a date or a weight say nothing.
/// `counts` are theirs. Empty above kSmallMenu items, where nobody asks.
RecentSales recent_sales(Dataset const& data, std::span<std::uint32_t const> baskets, BasketWeights weights,
                         std::int32_t as_of, Counts const& counts);

/// The same of counts of single days, in any order. Counts of several days are as old as their dated baskets on
/// average.
class RecentSalesSum {
 public:
  explicit RecentSalesSum(std::int32_t as_of) : as_of_(as_of) {}

  /// Whole counts, which say when they were sold.
  void add(Counts const& part);
  /// For the items of `counts`, which hold those of all parts.
  [[nodiscard]] RecentSales of(Counts const& counts) const;

 private:
  std::int32_t as_of_;
  std::unordered_map<std::string, std::uint64_t> bought_;
  std::uint64_t baskets_ = 0, squares_ = 0;
};

}  // namespace tillcue::models
