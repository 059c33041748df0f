#pragma once

#include <span>
#include <string>
#include <vector>

#include "tillcue/pos/layout_learner.hpp"

namespace tillcue::pos::reading {

/// Words that come back beside amounts: what totals, taxes and payments of this POS may be called. Most frequent first.
std::vector<std::string> labels_beside_amounts(std::span<SlipLines const> slips, unsigned digits);
/// Lines without amounts that (nearly) every slip has: where the items may begin.
std::vector<std::string> standing_lines(std::span<SlipLines const> slips, unsigned digits);
/// Where names, quantities, prices and amounts may stand, by the right edges numbers line up at.
std::vector<ReceiptLayout> column_proposals(std::span<SlipLines const> slips, unsigned digits);

/// Lines of a slip on which an amount stands, wherever.
std::size_t lines_with_amounts(SlipLines const& slip, unsigned digits);

}  // namespace tillcue::pos::reading
