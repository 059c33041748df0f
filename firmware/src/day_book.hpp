#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>

#include "tillcue/core/engine.hpp"
#include "tillcue/sync/live_store.hpp"

namespace tillcue::terminal {

/// What each known customer was offered today at this terminal, for the caps of a day (D2). By pseudonym. Other
/// terminals of the store have books of their own. Threads one.
class DayBook {
 public:
  static constexpr std::size_t kMost = 1024;  ///< customers; beyond, who came first is forgotten
  using Counts = sync::OfferedToday;

  /// Days since 1970 by the store's clock. A later day than before: all is forgotten. An earlier one is a clock that
  /// was put back, and lifts nothing: by a day, the later one goes on; by more, the clock was wrong until then, and
  /// what it knows is of the earlier one.
  void turn_to(std::int64_t day);
  void add(std::string const& customer, Counts const& counts);
  /// Fills what was offered today.
  void tell(std::string const& customer, Shopper& shopper) const;
  [[nodiscard]] std::size_t size() const noexcept { return counts_.size(); }

  /// What was kept before a restart. What is known already stays.
  void restore(sync::TodayRows const& rows);
  /// What is not kept yet.
  [[nodiscard]] bool changed() const noexcept { return !changed_.empty(); }
  [[nodiscard]] sync::TodayRows changes() const;
  void kept() { changed_.clear(); }

 private:
  std::int64_t day_ = 0;
  std::map<std::string, Counts> counts_;
  std::deque<std::map<std::string, Counts>::const_iterator> came_;
  std::set<std::string> changed_;
};

}  // namespace tillcue::terminal
