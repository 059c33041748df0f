#include "tillcue/models/day_counts.hpp"

#include <map>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace tillcue::models {
namespace {

using Days = std::map<std::int32_t, TransactionReader>;

/// The day of each basket of one file, by the hash of its id.
std::unordered_map<std::uint64_t, std::int32_t> days_of_file(Dataset const& data, std::size_t file) {
  std::unordered_map<std::uint64_t, std::int32_t> days;
  for (auto n = file > 0 ? data.file_end[file - 1] : 0; n < data.file_end[file]; ++n) {
    days[data.keys[n]] = data.times[n] == kNoTime ? kNoDay : day_of(data.times[n]);
  }
  return days;
}

/// Hands each row of one file to the reader of its basket's day. Bad rows have been told when the file was read first.
class ByDay final : public RowSink {
 public:
  ByDay(Days& days, std::unordered_map<std::uint64_t, std::int32_t> day_of_basket, TransactionLimits limits,
        std::string name)
      : days_(days), day_of_basket_(std::move(day_of_basket)), limits_(limits), name_(std::move(name)) {}

  void row(SaleText const& row, RowNames const& names) override {
    SaleFields fields;
    if (understand(row, names, TimeKind::calendar, fields)) return;
    auto const found = day_of_basket_.find(basket_key(row.basket));
    // A basket that was left out as too large is left out again, by the reader of its day.
    auto const own = fields.time == kNoTime ? kNoDay : day_of(fields.time);
    auto const day = found == day_of_basket_.end() ? own : found->second;
    if (day != kNoDay) sink(day).row(row, names);
  }
  BadRows& bad() override { return bad_; }

  Result<void> close() {
    for (auto const& [day, sink] : open_) {
      if (auto const closed = days_.at(day).close_rows(); !closed) return closed;
    }
    return {};
  }

 private:
  RowSink& sink(std::int32_t day) {
    auto& place = open_[day];
    if (place == nullptr) place = &days_.try_emplace(day, limits_).first->second.open_rows(name_);
    return *place;
  }

  Days& days_;
  std::unordered_map<std::uint64_t, std::int32_t> day_of_basket_;
  TransactionLimits limits_;
  std::string name_;
  std::map<std::int32_t, RowSink*> open_;
  BadRows bad_;
};

}  // namespace

Result<std::vector<DayCounts>> count_by_day(Dataset const& data, std::span<std::string const> files,
                                            ImportOptions const& options, TransactionLimits limits, unsigned threads) {
  if (data.time_kind != TimeKind::calendar) {
    return fail(Code::invalid, "transactions: have no dates to count by day; give timestamps like 2026-11-20T08:26:00");
  }
  limits.bad_rows = 1;  // they were judged when the files were read first
  limits.want_strays = true;
  limits.threads = 1;  // a reader a day only takes rows
  Days days;
  for (std::size_t n = 0; n < files.size() && n < data.file_end.size(); ++n) {
    ByDay by_day(days, days_of_file(data, n), limits, files[n]);
    if (auto const read = read_sales(files[n], options, by_day); !read) return tl::unexpected(read.error());
    if (auto const closed = by_day.close(); !closed) return tl::unexpected(closed.error());
  }
  std::vector<DayCounts> result;
  for (auto& [day, reader] : days) {
    auto const part = reader.finish();
    if (!part) continue;  // nothing but returns
    DayCounts counts{day, count(*part, threads)};
    std::vector<std::uint32_t> all(part->baskets());
    std::iota(all.begin(), all.end(), 0U);
    counts.counts.sources = sources_of(*part, all);
    result.push_back(std::move(counts));
  }
  return result;
}

}  // namespace tillcue::models
