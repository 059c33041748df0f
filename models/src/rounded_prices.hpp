#pragma once

#include <string>
#include <vector>

#include "tillcue/core/units.hpp"
#include "tillcue/models/catalogue.hpp"
#include "tillcue/models/counts.hpp"

namespace tillcue::models {

/// Notes the amounts of the catalogue, and else the prices most items were sold at, that `currency` has no coins for:
/// rounded as they are, they are mostly those of another currency. Notes what costs nothing, too.
void note_rounded_prices(Catalogue const& catalogue, Counts const& counts, Currency currency,
                         std::vector<std::string>& notes);

}  // namespace tillcue::models
