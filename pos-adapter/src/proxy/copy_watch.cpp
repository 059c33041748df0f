#include "copy_watch.hpp"

#include <algorithm>
#include <utility>

#include "digest.hpp"

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

std::uint64_t bought(Receipt const& sale) {
  Digest digest;
  for (auto const& item : sale.items) {
    digest.add(item.name);
    digest.add(item.quantity.milli);
    digest.add(item.total_minor);
  }
  digest.add(sale.total_minor.value_or(-1));
  return digest.value();
}

/// Of 2,000 lines each may hold times.
std::string shortened(std::string const& times) { return times.substr(0, 256); }

}  // namespace

CopyWatch::Seen CopyWatch::digest(Receipt const& sale, Clock::time_point now) {
  return {sale.lines_hash, bought(sale), sale.number, shortened(sale.times), now};
}

bool CopyWatch::same(Seen const& a, Seen const& b) {
  if (a.lines == b.lines) return true;
  return !a.number.empty() && a.number == b.number && a.times == b.times && a.bought == b.bought;
}

bool CopyWatch::tells_itself(Seen const& sale) const {
  if (has_second(sale.times)) return true;
  return !sale.number.empty() && std::none_of(seen_.begin(), seen_.end(), [&](Seen const& seen) {
    return seen.number == sale.number && seen.bought != sale.bought;
  });
}

bool CopyWatch::is_copy(Receipt const& sale, Clock::time_point now) {
  while (!seen_.empty() && (now - seen_.front().at > kTold || seen_.size() >= kMostSeen)) seen_.pop_front();
  auto digested = digest(sale, now);
  bool const told = tells_itself(digested);
  bool const copy = (told || !sale.late) && std::any_of(seen_.begin(), seen_.end(), [&](Seen const& seen) {
                      return (told || now - seen.at <= kUntold) && same(seen, digested);
                    });
  if (!copy) seen_.push_back(std::move(digested));
  return copy;
}

}  // namespace tillcue::pos
