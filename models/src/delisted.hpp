#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tillcue/models/catalogue.hpp"
#include "tillcue/models/dataset.hpp"

namespace tillcue::models {

/// An item that was sold regularly and is not any more.
struct Delisted {
  std::uint32_t item = 0;  ///< in the data set
  std::int32_t last = 0;   ///< day of its last sale
  std::uint64_t baskets = 0;
};

/// Items sold for two months and more, without a pause like this one, and not at all for at least 28 days in which, at
/// the rate they were sold at before, that would happen once in a million. Most sold first. What comes back every year
/// cannot be told apart in its first year, so it is a matter for a note. None without dates.
/// Cost  two passes over the baskets.
std::vector<Delisted> find_delisted(Dataset const& data);

/// Notes those that are offered, with the mend.
void note_delisted(Dataset const& data, Catalogue const& catalogue, std::vector<std::string>& notes);

}  // namespace tillcue::models
