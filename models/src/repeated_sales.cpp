#include "repeated_sales.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "tillcue/models/counted_source.hpp"
#include "tillcue/models/dataset.hpp"

namespace tillcue::models {
namespace {

constexpr std::uint32_t kMostRows = 1000;  ///< of what is repeated: comparing must not cost more than reading

/// What is known of a basket while the runs are gone through.
struct Walk {
  std::uint32_t seen = 0;    ///< rows so far
  std::uint32_t period = 0;  ///< after so many rows it began anew; 0: it did not
};

struct Day {
  std::uint64_t baskets = 0;  ///< of two items at least
  std::uint64_t repeated = 0;
  std::uint64_t rows = 0;
  std::uint64_t line = 0;

  [[nodiscard]] bool is_repeated() const noexcept { return repeated >= 2 && repeated * 4 >= baskets; }
};

class Search {
 public:
  Search(std::span<std::uint32_t const> rows, std::span<std::uint32_t const> items, std::span<std::int64_t const> times)
      : rows_(rows), items_(items), times_(times), begin_(rows.size() + 1, 0), walk_(rows.size()) {
    for (std::size_t n = 0; n < rows.size(); ++n) {
      begin_[n + 1] = begin_[n] + rows[n];
      if (has_two_items(items_.subspan(begin_[n], rows[n]))) ++days_[day_of_basket(n)].baskets;
    }
  }

  void take(RowRun const& run) {
    auto& walk = walk_[run.basket];
    auto const known = walk.period;
    if (comes_again(run.basket, walk)) {
      auto& day = days_[day_of_basket(run.basket)];
      if (day.rows == 0) day.line = run.line;
      day.repeated += known == 0 ? 1 : 0;
      day.rows += walk.period;
    }
    walk.seen += run.rows;
  }

  [[nodiscard]] std::optional<RepeatedSales> result() const {
    RepeatedSales sum;
    for (auto const& [number, day] : days_) {
      if (!day.is_repeated()) continue;
      if (sum.days == 0) sum.first_day = number;
      sum.line = sum.days == 0 ? day.line : std::min(sum.line, day.line);
      sum.rows += day.rows;
      sum.baskets += day.repeated;
      ++sum.days;
    }
    if (sum.days == 0) return std::nullopt;
    return sum;
  }

 private:
  static bool has_two_items(std::span<std::uint32_t const> items) {
    return std::any_of(items.begin(), items.end(), [&](std::uint32_t item) { return item != items.front(); });
  }

  [[nodiscard]] std::int32_t day_of_basket(std::size_t basket) const {
    return times_.empty() || times_[basket] == kNoTime ? kNoDay : day_of(times_[basket]);
  }

  /// Whether the rows from here on are those the basket began with; sets the period where they are for the first time.
  [[nodiscard]] bool comes_again(std::uint32_t basket, Walk& walk) const {
    auto const period = walk.period > 0 ? walk.period : walk.seen;
    if (period == 0 || period > kMostRows || walk.seen % period != 0) return false;
    if (period > rows_[basket] - walk.seen) return false;
    auto const first = items_.subspan(begin_[basket], period);
    auto const next = items_.subspan(begin_[basket] + walk.seen, period);
    if (!std::equal(first.begin(), first.end(), next.begin()) || !has_two_items(first)) return false;
    walk.period = period;
    return true;
  }

  std::span<std::uint32_t const> rows_;
  std::span<std::uint32_t const> items_;
  std::span<std::int64_t const> times_;
  std::vector<std::uint64_t> begin_;
  std::vector<Walk> walk_;
  std::map<std::int32_t, Day> days_;
};

}  // namespace

std::optional<RepeatedSales> find_repeated_sales(std::span<RowRun const> runs, std::span<std::uint32_t const> rows,
                                                 std::span<std::uint32_t const> items,
                                                 std::span<std::int64_t const> times) {
  Search search(rows, items, times);
  for (auto const& run : runs) search.take(run);
  return search.result();
}

}  // namespace tillcue::models
