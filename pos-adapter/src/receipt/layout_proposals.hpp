#pragma once

#include <cstdint>
#include <optional>
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

/// What payments are called: labels behind the total beside an amount that is the total, or more than it by an amount
/// on a later line, the change. `totals`: of each slip; none: it is passed over.
std::vector<std::string> payment_labels(std::span<SlipLines const> slips,
                                        std::span<std::optional<std::int64_t> const> totals,
                                        ReceiptLayout const& layout);

/// Lines of a slip on which an amount stands, wherever.
std::size_t lines_with_amounts(SlipLines const& slip, unsigned digits);

}  // namespace tillcue::pos::reading
