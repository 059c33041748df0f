#include "tillcue/models/recency.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "questions.hpp"
#include "recent_sales.hpp"
#include "tillcue/models/pair_rows.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

/// How many files are added up at once: memory is theirs, time is one pass over the sum for so many.
constexpr std::size_t kAtOnce = 16;

tl::unexpected<Error> no_dates(std::string const& what) {
  return fail(Code::invalid, what +
                                 ": has no dates, which half-life, window and as-of need; give timestamps like "
                                 "2026-11-20T08:26:00, or leave these options out");
}

std::int32_t last_day(Dataset const& data, std::span<std::uint32_t const> baskets) {
  auto last = kNoTime;
  for (auto const n : baskets) last = std::max(last, data.times[n]);
  return last == kNoTime ? kNoDay : day_of(last);
}

std::int32_t first_day(Dataset const& data, std::span<std::uint32_t const> baskets) {
  auto first = std::numeric_limits<std::int64_t>::max();
  for (auto const n : baskets) {
    if (data.times[n] != kNoTime) first = std::min(first, data.times[n]);
  }
  return day_of(first);
}

constexpr std::uint64_t kMostWeighed = 1U << 24U;  ///< of full weight in one item are what 32 bits hold

bool is_possible(Dataset const& data, std::span<std::uint32_t const> baskets) {
  return data.time_kind == TimeKind::calendar && last_day(data, baskets) != kNoDay && baskets.size() < kMostWeighed;
}

tl::unexpected<Error> nothing_left(Recency const& recency, std::int32_t as_of) {
  return fail(Code::invalid,
              "no basket counts as of " + day_text(as_of) +
                  (recency.window_days > 0 ? " within " + counted(recency.window_days, "day") + "; take a longer window"
                                           : std::string("; choose a later day")));
}

template <class Counted>
void tell(Counted& result) {
  auto const say = [&](std::uint64_t count, std::string const& why) {
    if (count > 0) result.notes.push_back("recency: " + counted(count, "basket") + ' ' + why + " left out");
  };
  say(result.too_old, "before the window or of no weight");
  say(result.too_late, "after " + day_text(result.as_of));
  say(result.undated, "without a date");
}

/// Files keep prices without dates, so each is as one week, its last.
void date_prices(Counts& counts) {
  if (counts.time_kind != TimeKind::calendar) return;
  auto const week = week_of(counts.to);
  for (auto& item : counts.items) {
    if (!item.lately.empty()) continue;
    for (auto const& point : item.prices) item.lately.push_back({week, point.micro, point.times});
  }
}

}  // namespace

Result<UpToDay> up_to_day(Dataset const& data, Recency const& recency) {
  UpToDay result;
  if (!recency.as_of) return result;
  if (data.time_kind != TimeKind::calendar) return no_dates("transactions");
  struct {
    std::int32_t as_of = kNoDay;
    std::uint64_t too_old = 0, too_late = 0, undated = 0;
    std::vector<std::string> notes;
  } left_out;
  left_out.as_of = *recency.as_of;
  std::vector<std::uint32_t> kept;
  for (std::uint32_t n = 0; n < data.baskets(); ++n) {
    bool const dated = data.times[n] != kNoTime;
    if (dated && day_of(data.times[n]) <= *recency.as_of)
      kept.push_back(n);
    else
      ++(dated ? left_out.too_late : left_out.undated);
  }
  if (kept.empty()) return nothing_left(recency, *recency.as_of);
  if (kept.size() == data.baskets()) return result;
  result.data = part_of(data, kept);
  tell(left_out);
  result.notes = std::move(left_out.notes);
  return result;
}

std::int32_t last_day(Counts const& counts) {
  return counts.time_kind == TimeKind::calendar ? day_of(counts.to) : kNoDay;
}

std::uint32_t weight_of(std::int32_t day, std::int32_t as_of, Recency const& recency) {
  if (day == kNoDay || day > as_of) return 0;
  auto const age = std::int64_t{as_of} - day;
  if (recency.window_days > 0 && age >= std::int64_t{recency.window_days}) return 0;
  if (recency.half_life_days <= 0) return kFullWeight;
  return static_cast<std::uint32_t>(
      std::lround(kFullWeight * std::exp2(-static_cast<double>(age) / recency.half_life_days)));
}

Result<WeighedBaskets> weigh_baskets(Dataset const& data, std::span<std::uint32_t const> baskets,
                                     Recency const& recency) {
  WeighedBaskets result;
  if (!recency.is_on() || (recency.if_possible && !is_possible(data, baskets))) {
    auto items = count_items(data, baskets);
    if (!items) return tl::unexpected(items.error());
    result.items = std::move(*items);
    result.baskets.assign(baskets.begin(), baskets.end());
    return result;
  }
  if (data.time_kind != TimeKind::calendar) return no_dates("transactions");
  result.as_of = recency.as_of.value_or(last_day(data, baskets));
  result.weighing = {true, recency.half_life_days, recency.window_days, baskets.size()};
  bool const keep_undated = recency.window_days == 0 && !recency.as_of;
  auto const oldest = first_day(data, baskets);
  result.weights.resize(data.baskets(), 0);
  for (auto const n : baskets) {
    auto const undated = keep_undated ? oldest : kNoDay;
    auto const day = data.times[n] == kNoTime ? undated : day_of(data.times[n]);
    auto const weight = weight_of(day, result.as_of, recency);
    result.weights[n] = static_cast<std::uint16_t>(weight);
    if (weight > 0)
      result.baskets.push_back(n);
    else
      ++(day == kNoDay ? result.undated : day > result.as_of ? result.too_late : result.too_old);
  }
  if (result.baskets.empty()) return nothing_left(recency, result.as_of);
  static_assert(kWeightUnit == kFullWeight);
  auto items = count_items(data, result.baskets, result.weights);
  if (!items) return tl::unexpected(items.error());
  result.items = std::move(*items);
  result.items.unit_bits = kWeightBits;
  drop_unsold(result.items);
  result.recent = recent_sales(data, result.baskets, result.weights, result.as_of, result.items);
  tell(result);
  return result;
}

Result<RecentCounts> count_recent(Dataset const& data, std::span<std::uint32_t const> baskets, Recency const& recency,
                                  unsigned threads) {
  auto weighed = weigh_baskets(data, baskets, recency);
  if (!weighed) return tl::unexpected(weighed.error());
  auto const filled = fill_pairs(data, weighed->baskets, weighed->weights, threads, weighed->items);
  if (!filled) return tl::unexpected(filled.error());
  return RecentCounts{std::move(weighed->items),
                      std::move(weighed->weights),
                      std::move(weighed->recent),
                      weighed->weighing,
                      weighed->as_of,
                      weighed->too_old,
                      weighed->too_late,
                      weighed->undated,
                      std::move(weighed->notes)};
}

std::string why_not_weighed(std::span<NamedCounts const> heads) {
  std::uint64_t baskets = 0;
  for (auto const& [name, counts] : heads) {
    baskets += counts.baskets;
    if (counts.unit_bits != 0 || counts.time_kind != TimeKind::calendar) return name + " has no dates";
    bool const one_day = day_of(counts.from) == day_of(counts.to);
    if (!one_day && counts.sources.empty()) return name + " is of an older version and holds several days";
    if (!one_day && heads.size() == 1) return name + " holds several days in one; count --by-day makes a file a day";
  }
  return baskets < kMostWeighed ? "" : counted(baskets, "basket") + " are too many to be weighed";
}

RecentSum::RecentSum(Recency const& recency, std::int32_t as_of)
    : recency_(recency),
      as_of_(as_of),
      recent_(recency.is_on() ? std::make_unique<RecentSalesSum>(as_of) : std::unique_ptr<RecentSalesSum>{}) {}

RecentSum::~RecentSum() = default;

/// The mean weight of the part's dated baskets, rounded.
Result<std::uint32_t> RecentSum::weight(NamedCounts const& part) {
  auto const& counts = part.counts;
  if (counts.unit_bits != 0) return fail(Code::invalid, part.name + ": holds weighted counts; give whole ones");
  if (counts.time_kind != TimeKind::calendar) return no_dates(part.name);
  auto const from = day_of(counts.from);
  auto const to = day_of(counts.to);
  if (from == to) return weight_of(from, as_of_, recency_);
  if (counts.sources.empty()) {
    return fail(Code::invalid, part.name + ": an older counts file of several days, " + day_text(from) + " to " +
                                   day_text(to) + "; count its transactions again");
  }
  std::uint64_t dated = 0;
  std::uint64_t sum = 0;
  for (auto const& source : counts.sources) {
    if (source.day == kNoDay) continue;
    dated += source.baskets;
    sum += source.baskets * weight_of(source.day, as_of_, recency_);
  }
  if (dated == 0) return no_dates(part.name);
  auto const mean = (sum + dated / 2) / dated;
  result_.notes.push_back("recency: " + part.name + " holds " + day_text(from) + " to " + day_text(to) +
                          ", weighed as one by the mean of its baskets; count --by-day makes a file a day");
  return static_cast<std::uint32_t>(mean);
}

Result<void> RecentSum::add(NamedCounts part) {
  std::uint32_t weight_of_part = 1;
  read_ += part.counts.baskets;
  if (recency_.is_on()) {
    auto const found = weight(part);
    if (!found) return tl::unexpected(found.error());
    weight_of_part = *found;
    if (weight_of_part == 0) {
      (day_of(part.counts.from) > as_of_ ? result_.too_late : result_.too_old) += part.counts.baskets;
      return {};
    }
    recent_->add(part.counts);
  }
  date_prices(part.counts);
  parts_.push_back(std::move(part.counts));
  weights_.push_back(weight_of_part);
  return parts_.size() < kAtOnce ? Result<void>{} : fold();
}

Result<void> RecentSum::fold() {
  auto sum = merge_weighted(parts_, weights_, recency_.is_on() ? kWeightBits : 0);
  if (!sum) return tl::unexpected(sum.error());
  parts_.clear();
  parts_.push_back(std::move(*sum));
  weights_.assign(1, 1);
  return {};
}

Result<RecentCounts> RecentSum::finish() {
  result_.as_of = as_of_;
  if (parts_.empty()) return nothing_left(recency_, as_of_);
  if (auto const folded = fold(); !folded) return tl::unexpected(folded.error());
  result_.counts = std::move(parts_.front());
  if (recency_.is_on()) {
    drop_unsold(result_.counts);
    result_.weighing = {true, recency_.half_life_days, recency_.window_days, read_};
  }
  if (result_.counts.time_kind == TimeKind::calendar) {
    // What a file of several days holds beyond cannot be taken out of its counts, but says nothing of how new they are.
    auto const end = (std::int64_t{as_of_} + 1) * 86'400 - 1;
    result_.counts.to = std::max(result_.counts.from, std::min(result_.counts.to, end));
  }
  if (recent_) result_.recent = recent_->of(result_.counts);
  tell(result_);
  return std::move(result_);
}

}  // namespace tillcue::models
