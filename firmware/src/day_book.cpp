#include "day_book.hpp"

namespace tillcue::terminal {

void DayBook::turn_to(std::int64_t day) {
  if (day <= day_) {
    if (day_ - day < 2) return;
    day_ = day;
    for (auto const& [customer, counts] : counts_) changed_.insert(customer);
    return;
  }
  day_ = day;
  counts_.clear();
  came_.clear();
  changed_.clear();
}

void DayBook::add(std::string const& customer, Counts const& counts) {
  if (counts.hints == 0 && counts.coupons == 0 && counts.campaigns.empty()) return;
  auto const [entry, first] = counts_.try_emplace(customer);
  if (first) came_.push_back(entry);
  entry->second.hints = static_cast<std::uint16_t>(entry->second.hints + counts.hints);
  entry->second.coupons = static_cast<std::uint16_t>(entry->second.coupons + counts.coupons);
  for (auto const& [campaign, times] : counts.campaigns) {
    auto& sum = entry->second.campaigns[campaign];
    sum = static_cast<std::uint16_t>(sum + times);
  }
  changed_.insert(customer);
  if (came_.size() <= kMost) return;
  counts_.erase(came_.front());
  came_.pop_front();
}

void DayBook::restore(sync::TodayRows const& rows) {
  if (counts_.empty()) turn_to(rows.day);
  if (day_ != rows.day) return;
  for (auto const& [customer, counts] : rows.customers) {
    if (came_.size() >= kMost) return;
    if (auto const [entry, first] = counts_.emplace(customer, counts); first) came_.push_back(entry);
  }
}

sync::TodayRows DayBook::changes() const {
  sync::TodayRows rows;
  rows.day = day_;
  for (auto const& customer : changed_) {
    if (auto const found = counts_.find(customer); found != counts_.end()) rows.customers.insert(*found);
  }
  return rows;
}

void DayBook::tell(std::string const& customer, Shopper& shopper) const {
  auto const found = counts_.find(customer);
  if (found == counts_.end()) return;
  shopper.hints_today = found->second.hints;
  shopper.coupons_today = found->second.coupons;
  shopper.campaigns_today.assign(found->second.campaigns.begin(), found->second.campaigns.end());
}

}  // namespace tillcue::terminal
