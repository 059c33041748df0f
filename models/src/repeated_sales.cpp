#include "repeated_sales.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "tillcue/models/counted_source.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::uint32_t kMostRows = 1000;  ///< of what is repeated: comparing must not cost more than reading

/// What is known of a basket while the runs are gone through.
struct Walk {
  std::uint32_t seen = 0;    ///< rows so far
  std::uint32_t period = 0;  ///< after so many rows it began anew; 0: it did not
};

bool is_repeated(RepeatedDay const& day) noexcept { return day.repeated >= 2 && day.repeated * 4 >= day.baskets; }

class Search {
 public:
  Search(std::span<std::uint32_t const> rows, std::span<std::uint32_t const> items, std::span<std::int64_t const> times)
      : rows_(rows), items_(items), times_(times) {
    std::size_t begin = 0;
    for (std::size_t n = 0; n < rows.size(); ++n) {
      if (has_two_items(items_.subspan(begin, rows[n]))) ++found_.days[day_of_basket(n)].baskets;
      begin += rows[n];
    }
  }

  void begin_walk() {
    static_assert(sizeof(std::uint64_t) + sizeof(Walk) == kRepeatedBytesPerBasket);
    begin_.reserve(rows_.size());
    std::uint64_t begin = 0;
    for (auto const rows : rows_) {
      begin_.push_back(begin);
      begin += rows;
    }
    walk_.resize(rows_.size());
  }

  void take(RowRun const& run) {
    auto& walk = walk_[run.basket];
    auto const known = walk.period;
    if (comes_again(run.basket, walk)) {
      auto& day = found_.days[day_of_basket(run.basket)];
      if (day.rows == 0) day.line = run.line;
      day.repeated += known == 0 ? 1 : 0;
      day.rows += walk.period;
    }
    walk.seen += run.rows;
  }

  RepeatedDays take_found() { return std::move(found_); }

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
  RepeatedDays found_;
};

}  // namespace

void RepeatedDays::add(RepeatedDays const& share) {
  for (auto const& [number, more] : share.days) {
    auto& day = days[number];
    if (more.rows > 0) day.line = day.rows > 0 ? std::min(day.line, more.line) : more.line;
    day.baskets += more.baskets;
    day.repeated += more.repeated;
    day.rows += more.rows;
  }
}

RepeatedDays find_repeated_days(std::span<RowRun const> runs, std::span<std::uint32_t const> rows,
                                std::span<std::uint32_t const> items, std::span<std::int64_t const> times) {
  Search search(rows, items, times);
  if (!runs.empty()) search.begin_walk();
  for (auto const& run : runs) search.take(run);
  return search.take_found();
}

std::optional<RepeatedSales> judge(RepeatedDays const& found) {
  RepeatedSales sum;
  for (auto const& [number, day] : found.days) {
    if (!is_repeated(day)) continue;
    if (sum.days == 0) sum.first_day = number;
    sum.line = sum.days == 0 ? day.line : std::min(sum.line, day.line);
    sum.rows += day.rows;
    sum.baskets += day.repeated;
    ++sum.days;
  }
  if (sum.days == 0) return std::nullopt;
  return sum;
}

std::string repeated_note(std::string const& name, RepeatedSales const& found) {
  auto text = name + ':' + std::to_string(found.line) + ": sales ";
  if (found.first_day != kNoDay) text += "of " + day_text(found.first_day) + ' ';
  if (found.days > 1) text += "and " + counted(found.days - 1, "other day") + ' ';
  return text + "stand there again from here on, " + counted(found.rows, "row") + " of " +
         counted(found.baskets, "basket") +
         "; such a basket is one, what was sold of its items counts twice: take the rows out, or give other sales "
         "other basket ids";
}

}  // namespace tillcue::models
