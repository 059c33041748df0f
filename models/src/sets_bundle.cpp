#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "tillcue/models/sets.hpp"

namespace tillcue::models {
namespace {

constexpr auto kNeverOffered = static_cast<std::uint16_t>(ItemFlag::age_restricted) |
                               static_cast<std::uint16_t>(ItemFlag::excluded) |
                               static_cast<std::uint16_t>(ItemFlag::not_for_sale);

/// The dearest item, as an extra should cost less than what it goes with; by the fewest baskets where a price is
/// unknown, for there the extras are likeliest.
std::size_t main_of(MinedSet const& set, std::vector<std::uint32_t> const& place, BundleSource const& source) {
  auto const price = [&](std::size_t n) { return source.items[place[set.items[n]]].price_minor; };
  bool priced = true;
  for (std::size_t n = 0; n < set.items.size(); ++n) priced = priced && price(n).has_value();
  std::size_t best = set.items.size() - 1;  // the rarest
  for (std::size_t n = set.items.size(); priced && n-- > 0;) {
    if (*price(n) > *price(best)) best = n;
  }
  return best;
}

SetSource as_source(MinedSet const& set, std::vector<std::uint32_t> const& place, BundleSource const& source) {
  auto const main = main_of(set, place, source);
  SetSource out;
  out.main = place[set.items[main]];
  for (std::size_t n = 0; n < set.items.size(); ++n) {
    if (n != main) out.extras.push_back(place[set.items[n]]);
  }
  out.baskets = set.baskets;
  out.main_baskets = set.alone[main];
  out.lift_milli = static_cast<std::uint32_t>(std::clamp(std::round(1000 * set.baskets / set.expected), 1.0, 4e9));
  return out;
}

}  // namespace

void add_sets(Dataset const& data, SetOptions const& options, BundleSource& source, std::vector<std::string>& notes,
              BasketWeights weights) {
  std::unordered_map<std::string_view, std::uint32_t> by_sku;
  for (std::uint32_t n = 0; n < source.items.size(); ++n) by_sku.emplace(source.items[n].sku, n);
  std::vector<std::uint32_t> place(data.items.size(), 0);
  std::vector<char> usable(data.items.size(), 0);
  for (std::size_t n = 0; n < data.items.size(); ++n) {
    auto const found = by_sku.find(data.items[n].sku);
    if (found == by_sku.end()) continue;
    place[n] = found->second;
    usable[n] = (source.items[found->second].flags & kNeverOffered) == 0 ? 1 : 0;
  }
  auto const mined = mine_sets(data, usable, options, weights);
  for (auto const& set : mined.sets) source.sets.push_back(as_source(set, place, source));
  if (mined.sampled) {
    notes.push_back("sets: mined in a sample of " + std::to_string(mined.baskets) + " of " +
                    std::to_string(data.baskets()) + " baskets");
  }
}

}  // namespace tillcue::models
