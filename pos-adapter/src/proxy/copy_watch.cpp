#include "copy_watch.hpp"

#include <algorithm>

namespace tillcue::pos {
namespace {

constexpr std::size_t kMostSeen = 64;

/// "21:50:12": two customers are not served in one second.
bool has_second(std::string const& times) {
  for (std::size_t at = 0; at < times.size(); at = times.find(' ', at) + 1) {
    auto const end = times.find(' ', at);
    if (end == std::string::npos) break;
    if (std::count(times.begin() + static_cast<std::ptrdiff_t>(at), times.begin() + static_cast<std::ptrdiff_t>(end),
                   ':') == 2)
      return true;
  }
  return false;
}

bool tells_itself(Receipt const& receipt) { return !receipt.number.empty() || has_second(receipt.times); }

bool same_items(Receipt const& a, Receipt const& b) {
  return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), [](auto const& x, auto const& y) {
    return x.name == y.name && x.quantity == y.quantity && x.total_minor == y.total_minor;
  });
}

bool same(Receipt const& a, Receipt const& b) {
  if (a.lines_hash == b.lines_hash) return true;
  return !a.number.empty() && a.number == b.number && a.times == b.times && a.total_minor == b.total_minor &&
         same_items(a, b);
}

}  // namespace

bool CopyWatch::is_copy(Receipt const& sale, Clock::time_point now) {
  while (!seen_.empty() && (now - seen_.front().at > kTold || seen_.size() >= kMostSeen)) seen_.pop_front();
  bool const told = tells_itself(sale);
  bool const copy = (told || !sale.late) && std::any_of(seen_.begin(), seen_.end(), [&](Seen const& seen) {
                      return (told || now - seen.at <= kUntold) && same(seen.receipt, sale);
                    });
  if (!copy) seen_.push_back({sale, now});
  return copy;
}

}  // namespace tillcue::pos
