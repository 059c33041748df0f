#pragma once

#include <cstdint>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"

namespace tillcue::models {

/// An order of the items in which the targets of a row lie close together, so that the gaps between their numbers take
/// few bits: result[new place] = item. Tried are the order of `source`, the same within each category, and that divided
/// in halves again and again, items being swapped while it shortens the rows; the one with the shortest gaps is taken.
/// Where it shortens them further, the items most rows name (bread, milk, bags) stand apart, in front of all others.
/// Items that are in no row and have none stay last, in their order; a catalogue of a few items stays as it is.
/// Threads  any number, the same result.  Cost  at most log2(items) * 15 passes over the entries.
/// Source  Dhulipala et al., Compressing Graphs and Indexes with Recursive Graph Bisection, KDD 2016.
[[nodiscard]] std::vector<std::uint32_t> item_order(BundleSource const& source, unsigned threads);

/// Bits of all gaps in that order, as the bundle counts them: up from the row's item, round the end.
[[nodiscard]] std::uint64_t gap_bits(BundleSource const& source, std::vector<std::uint32_t> const& order);

/// Renumbers everything in `source` that names an item. order[new place] = item, each once.
void renumber(BundleSource& source, std::vector<std::uint32_t> const& order);

}  // namespace tillcue::models
