#include "item_order.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "tillcue/models/parallel.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kLeaf = 16;  ///< within so few items every gap is short
constexpr int kRounds = 15;
constexpr std::size_t kFewestStaples = 64;

/// Which rows each item is in: as a target, or because the row is its own, where its gaps begin.
class Sources {
 public:
  explicit Sources(BundleSource const& source) : begin_(source.items.size() + 1, 0) {
    for (std::uint32_t n = 0; n < source.rows.size(); ++n) {
      for (auto const& entry : source.rows[n]) ++begin_[entry.target + 1];
      if (!source.rows[n].empty()) ++begin_[n + 1];
    }
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    rows_.resize(begin_.back());
    auto at = begin_;
    for (std::uint32_t n = 0; n < source.rows.size(); ++n) {
      if (source.rows[n].empty()) continue;
      longest_ = std::max(longest_, source.rows[n].size() + 1);
      for (auto const& entry : source.rows[n]) rows_[at[entry.target]++] = n;
      rows_[at[n]++] = n;
    }
  }
  [[nodiscard]] std::uint32_t const* begin(std::uint32_t item) const { return rows_.data() + begin_[item]; }
  [[nodiscard]] std::uint32_t const* end(std::uint32_t item) const { return rows_.data() + begin_[item + 1]; }
  [[nodiscard]] std::size_t size(std::uint32_t item) const { return begin_[item + 1] - begin_[item]; }
  [[nodiscard]] std::size_t longest() const { return longest_; }

 private:
  std::vector<std::size_t> begin_;
  std::vector<std::uint32_t> rows_;
  std::size_t longest_ = 0;
};

/// step[d]: what the d-th target of a row in the same half saves, in 1/4096 bit. Integers, so that sums are exact.
std::vector<std::int32_t> savings(std::size_t longest) {
  auto const saved = [](double d) { return d * std::log2(d + 1); };
  std::vector<std::int32_t> step(longest + 2, 0);
  for (std::size_t d = 1; d < step.size(); ++d) {
    auto const x = static_cast<double>(d);
    step[d] = static_cast<std::int32_t>(std::lround((saved(x) - saved(x - 1)) * 4096));
  }
  return step;
}

struct Gain {
  std::int64_t bits;
  std::uint32_t item;
};

/// How many targets each row has in either half of the range at hand.
struct Halves {
  std::uint32_t left = 0, right = 0;
};

class Bisection {
 public:
  Bisection(Sources const& sources, std::vector<std::int32_t> const& step, std::vector<std::uint32_t>& order)
      : sources_(sources), step_(step), order_(order) {}

  void refine(std::size_t begin, std::size_t end, std::vector<Halves>& rows) const {
    auto const middle = begin + (end - begin) / 2;
    count(begin, middle, end, rows);
    std::vector<Gain> left, right;
    for (int round = 0; round < kRounds; ++round) {
      left.clear();
      right.clear();
      for (auto n = begin; n < middle; ++n) left.push_back({gain(order_[n], rows, true), order_[n]});
      for (auto n = middle; n < end; ++n) right.push_back({gain(order_[n], rows, false), order_[n]});
      if (!swap(left, right, rows)) break;
      for (auto n = begin; n < middle; ++n) order_[n] = left[n - begin].item;
      for (auto n = middle; n < end; ++n) order_[n] = right[n - middle].item;
    }
    for (auto n = begin; n < end; ++n) {
      for (auto const* row = sources_.begin(order_[n]); row != sources_.end(order_[n]); ++row) rows[*row] = {};
    }
  }

 private:
  void count(std::size_t begin, std::size_t middle, std::size_t end, std::vector<Halves>& rows) const {
    for (auto n = begin; n < end; ++n) {
      for (auto const* row = sources_.begin(order_[n]); row != sources_.end(order_[n]); ++row) {
        ++(n < middle ? rows[*row].left : rows[*row].right);
      }
    }
  }

  /// What moving the item to the other half would save.
  [[nodiscard]] std::int64_t gain(std::uint32_t item, std::vector<Halves> const& rows, bool from_left) const {
    std::int64_t bits = 0;
    for (auto const* row = sources_.begin(item); row != sources_.end(item); ++row) {
      auto const [left, right] = rows[*row];
      bits += from_left ? step_[right + 1] - step_[left] : step_[left + 1] - step_[right];
    }
    return bits;
  }

  /// Exchanges the items with the most to gain, pair by pair, and the counts with them.
  bool swap(std::vector<Gain>& left, std::vector<Gain>& right, std::vector<Halves>& rows) const {
    auto const more = [](Gain const& a, Gain const& b) { return a.bits > b.bits; };
    std::stable_sort(left.begin(), left.end(), more);
    std::stable_sort(right.begin(), right.end(), more);
    std::size_t n = 0;
    for (; n < left.size() && left[n].bits + right[n].bits > 0; ++n) {
      for (auto const* row = sources_.begin(left[n].item); row != sources_.end(left[n].item); ++row) {
        --rows[*row].left, ++rows[*row].right;
      }
      for (auto const* row = sources_.begin(right[n].item); row != sources_.end(right[n].item); ++row) {
        ++rows[*row].left, --rows[*row].right;
      }
      std::swap(left[n].item, right[n].item);
    }
    return n > 0;
  }

  Sources const& sources_;
  std::vector<std::int32_t> const& step_;
  std::vector<std::uint32_t>& order_;
};

using Range = std::pair<std::size_t, std::size_t>;

std::vector<Range> halved(std::vector<Range> const& ranges) {
  std::vector<Range> halves;
  for (auto const& [begin, end] : ranges) {
    auto const middle = begin + (end - begin) / 2;
    if (middle - begin > kLeaf) halves.emplace_back(begin, middle);
    if (end - middle > kLeaf) halves.emplace_back(middle, end);
  }
  return halves;
}

/// The order of `source`, with the items that no row knows behind all the others.
std::vector<std::uint32_t> first_order(BundleSource const& source, Sources const& sources, std::size_t& known) {
  std::vector<std::uint32_t> order(source.items.size());
  std::iota(order.begin(), order.end(), 0U);
  auto const lonely = [&](std::uint32_t n) { return sources.size(n) == 0; };
  auto const last = std::stable_partition(order.begin(), order.end(), [&](std::uint32_t n) { return !lonely(n); });
  known = static_cast<std::size_t>(last - order.begin());
  return order;
}

void bisect(Sources const& sources, std::vector<std::uint32_t>& order, std::size_t known, unsigned threads) {
  auto const step = savings(sources.longest());
  Bisection const bisection(sources, step, order);
  std::vector<std::vector<Halves>> scratch(threads, std::vector<Halves>(order.size()));
  // Ranges of one level share no item, so they can be refined in any order.
  for (std::vector<Range> ranges{{0, known}}; !ranges.empty(); ranges = halved(ranges)) {
    in_pieces(ranges.size(), 1, threads, [&](std::size_t begin, std::size_t end, unsigned worker) {
      for (auto n = begin; n < end; ++n) bisection.refine(ranges[n].first, ranges[n].second, scratch[worker]);
    });
  }
}

/// The `count` items that most rows name before all others; both as they are in `order`.
std::vector<std::uint32_t> staples_first(Sources const& sources, std::vector<std::uint32_t> order, std::size_t count) {
  auto named = order;
  auto const last = named.begin() + static_cast<std::ptrdiff_t>(count - 1);
  auto const more = [&](auto a, auto b) {
    return sources.size(a) != sources.size(b) ? sources.size(a) > sources.size(b) : a < b;
  };
  std::nth_element(named.begin(), last, named.end(), more);
  std::stable_partition(order.begin(), order.end(), [&](auto item) { return !more(*last, item); });
  return order;
}

}  // namespace

std::uint64_t gap_bits(BundleSource const& source, std::vector<std::uint32_t> const& order) {
  std::vector<std::uint32_t> place(order.size());
  for (std::uint32_t n = 0; n < order.size(); ++n) place[order[n]] = n;
  std::uint64_t bits = 0;
  std::vector<std::uint32_t> steps;
  for (std::uint32_t n = 0; n < order.size(); ++n) {
    steps.clear();
    for (auto const& entry : source.rows[n]) {
      auto const target = place[entry.target];
      steps.push_back(target > place[n] ? target - place[n]
                                        : target + static_cast<std::uint32_t>(order.size()) - place[n]);
    }
    std::sort(steps.begin(), steps.end());
    std::uint32_t before = 0;
    for (auto const step : steps) {
      bits += static_cast<std::uint64_t>(std::bit_width(step - before - 1));
      before = step;
    }
  }
  return bits;
}

std::vector<std::uint32_t> item_order(BundleSource const& source, unsigned threads) {
  Sources const sources(source);
  std::size_t known = 0;
  auto const first = first_order(source, sources, known);
  if (known <= kLeaf) return first;
  std::vector<std::uint32_t> best;
  std::uint64_t least = 0;
  auto const consider = [&](std::vector<std::uint32_t> order) {
    auto bits = gap_bits(source, order);
    // In every order, not in the best of them only: which is best changes with it.
    for (auto count = kFewestStaples; count <= known / 4; count *= 4) {
      auto apart = staples_first(sources, order, count);
      auto const of_apart = gap_bits(source, apart);
      if (of_apart >= bits) break;
      bits = of_apart;
      order = std::move(apart);
    }
    if (!best.empty() && bits >= least) return;
    least = bits;
    best = std::move(order);
  };
  consider(first);
  auto bisected = first, sorted = first;
  std::stable_sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(known),
                   [&](auto a, auto b) { return source.items[a].category < source.items[b].category; });
  consider(std::move(sorted));
  bisect(sources, bisected, known, thread_count(threads));
  consider(std::move(bisected));
  return best;
}

void renumber(BundleSource& source, std::vector<std::uint32_t> const& order) {
  std::vector<std::uint32_t> place(order.size());
  for (std::uint32_t n = 0; n < order.size(); ++n) place[order[n]] = n;
  std::vector<ItemSource> items;
  std::vector<std::vector<WeightSource>> rows;
  std::vector<float> bias;
  for (auto const item : order) {
    items.push_back(std::move(source.items[item]));
    rows.push_back(std::move(source.rows[item]));
    bias.push_back(source.bias[item]);
  }
  for (auto& row : rows) {
    for (auto& entry : row) entry.target = place[entry.target];
  }
  for (auto& campaign : source.campaigns) {
    for (auto& item : campaign.items) item = place[item];
    for (auto& item : campaign.trigger_items) item = place[item];
  }
  for (auto& step : source.ladders) {
    step.from = ItemIx{place[index(step.from)]};
    step.to = ItemIx{place[index(step.to)]};
  }
  for (auto& pair : source.never) {
    for (auto* const key : {&pair.in_basket, &pair.offered}) {
      if (!key->category) key->number = place[key->number];
    }
  }
  for (auto& set : source.sets) {
    set.main = place[set.main];
    for (auto& item : set.extras) item = place[item];
  }
  source.items = std::move(items);
  source.rows = std::move(rows);
  source.bias = std::move(bias);
}

}  // namespace tillcue::models
