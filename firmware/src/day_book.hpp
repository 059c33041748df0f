#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "tillcue/core/engine.hpp"

namespace tillcue::terminal {

/// What each known customer was offered today at this terminal, for the caps of a day (D2). By pseudonym, in memory
/// only: a restart forgets it. Threads one.
class DayBook {
 public:
  static constexpr std::size_t kMost = 4096;  ///< customers; beyond, who came first is forgotten

  struct Counts {
    std::uint16_t hints = 0, coupons = 0;
    std::map<std::string, std::uint16_t> campaigns;  ///< by id
  };

  /// Days since 1970 by the store's clock. Another day than before: all is forgotten.
  void turn_to(std::int64_t day);
  void add(std::string const& customer, Counts const& counts);
  /// Fills what was offered today.
  void tell(std::string const& customer, Shopper& shopper) const;
  [[nodiscard]] std::size_t size() const noexcept { return counts_.size(); }

 private:
  std::int64_t day_ = 0;
  std::map<std::string, Counts> counts_;
  std::deque<std::string> came_;
};

}  // namespace tillcue::terminal
