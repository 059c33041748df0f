#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tillcue/models/off_policy.hpp"

namespace tillcue::models {

/// A line of the tables, which the text and the page share.
struct EarnedLine {
  std::string name;
  double scale = 1;  ///< of the figures for people
  Earned earned;

  [[nodiscard]] std::string mean(Interval const& interval) const;
  [[nodiscard]] std::string range(Interval const& interval) const;
  [[nodiscard]] std::string lead() const;
  /// more, less, or that it cannot be told.
  [[nodiscard]] std::string_view verdict() const;
};
std::vector<EarnedLine> earned_lines(OffPolicy const& result);
/// Of a page.
std::string off_policy_section(OffPolicy const& result);

}  // namespace tillcue::models
