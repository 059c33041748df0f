#include "tillcue/sync/hq_near_items.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <utility>

#include "tillcue/core/letters.hpp"

namespace tillcue::sync {
namespace {

constexpr double kLeast = 0.25;
constexpr double kPriceBonus = 0.15;
constexpr std::size_t kMostLetters = 200;

/// Three letters in a row of each word, two blanks before it and one behind: beginnings of words count for themselves.
std::set<std::uint64_t> triples_of(std::string_view text) {
  std::set<std::uint64_t> out;
  constexpr std::uint64_t kLetter = 21, kMask = (std::uint64_t{1} << 63U) - 1;
  auto const blank = std::uint64_t{U' '};
  auto window = blank << kLetter | blank;
  bool inside = false;
  auto const push = [&](char32_t c) {
    window = (window << kLetter | c) & kMask;
    out.insert(window);
  };
  for (std::size_t n = 0; n < kMostLetters && !text.empty(); ++n) {
    auto const letter = folded_letter(take_character(text));
    if (letter.size > 0) {
      for (auto part = letter.text(); !part.empty();) push(take_character(part));
      inside = true;
    } else if (std::exchange(inside, false)) {
      push(U' ');
      window = blank << kLetter | blank;
    }
  }
  if (inside) push(U' ');
  return out;
}

}  // namespace

void NearItems::add(NearItem item) {
  auto const number = static_cast<std::uint32_t>(items_.size());
  auto const triples = triples_of(item.name);
  for (auto const triple : triples) having_[triple].push_back(number);
  sizes_.push_back(static_cast<std::uint32_t>(triples.size()));
  by_sku_.emplace(item.sku, number);
  items_.push_back(std::move(item));
}

NearItem const* NearItems::find(std::string_view sku) const {
  auto const found = by_sku_.find(std::string{sku});
  return found == by_sku_.end() ? nullptr : &items_[found->second];
}

std::vector<NearItem> NearItems::nearest(std::string_view heard, std::int64_t least_price, std::int64_t most_price,
                                         std::size_t most) const {
  std::unordered_map<std::uint32_t, double> shared;
  double whole = 0;
  for (auto const triple : triples_of(heard)) {
    auto const found = having_.find(triple);
    auto const having = found == having_.end() ? std::span<std::uint32_t const>{} : std::span{found->second};
    auto const weight = std::log1p(static_cast<double>(items_.size()) / static_cast<double>(having.size() + 1));
    whole += weight;
    for (auto const item : having) shared[item] += weight;
  }
  std::vector<std::pair<double, std::uint32_t>> order;
  for (auto const& [item, weight] : shared) {
    auto const likeness = weight / whole;
    auto const price = items_[item].price;
    bool const priced = price && *price >= least_price && *price <= most_price;
    // Of two names that hold all of it the shorter is the nearer one.
    auto const longer = 0.0005 * sizes_[item];
    if (likeness >= kLeast) order.emplace_back(likeness + (priced ? kPriceBonus : 0) - longer, item);
  }
  std::sort(order.begin(), order.end(),
            [](auto const& a, auto const& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  if (order.size() > most) order.resize(most);
  std::vector<NearItem> out;
  for (auto const& [value, item] : order) {
    out.push_back(items_[item]);
    out.back().likeness = shared.at(item) / whole;
  }
  return out;
}

}  // namespace tillcue::sync
