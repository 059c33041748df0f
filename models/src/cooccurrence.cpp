#include "cooccurrence.hpp"

#include <algorithm>
#include <numeric>

namespace tillcue::models {
namespace {

// The popular items have long rows and are in most supports: a look-up must cost one load. 6144 items are 75 MB.
constexpr std::uint32_t kHead = 6144;
constexpr std::uint32_t kAbsent = 0xFFFF'FFFF;

std::size_t packed(std::uint32_t high, std::uint32_t low) { return std::size_t{high} * (high + 1U) / 2 + low; }

}  // namespace

Cooccurrence::Cooccurrence(Counts const& counts, std::uint32_t min_baskets)
    : unit_(counts.unit()), total_(static_cast<double>(counts.baskets) * unit_) {
  for (std::uint32_t n = 0; n < counts.items.size(); ++n) {
    if (counts.items[n].baskets * unit_ >= std::max(1U, min_baskets)) item_.push_back(n);
  }
  std::stable_sort(item_.begin(), item_.end(),
                   [&](auto a, auto b) { return counts.items[a].baskets > counts.items[b].baskets; });
  std::vector<std::uint32_t> rank_of(counts.items.size(), kAbsent);
  for (std::uint32_t rank = 0; rank < size(); ++rank) {
    rank_of[item_[rank]] = rank;
    n_.push_back(counts.items[item_[rank]].baskets * unit_);
  }
  index_pairs(counts, rank_of);
  fill_head();
}

void Cooccurrence::index_pairs(Counts const& counts, std::vector<std::uint32_t> const& rank_of) {
  auto const each = [&](auto const& visit) {
    for (std::uint32_t item = 0; item < counts.items.size(); ++item) {
      if (rank_of[item] == kAbsent) continue;
      for (auto at = counts.row[item]; at < counts.row[item + 1]; ++at) {
        auto const partner = rank_of[counts.partner[at]];
        if (partner != kAbsent) visit(rank_of[item], partner, counts.together[at]);
      }
    }
  };
  begin_.assign(size() + 1, 0);
  each([&](std::uint32_t a, std::uint32_t b, std::uint32_t) {
    ++begin_[a + 1];
    ++begin_[b + 1];
  });
  std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
  partners_.resize(begin_.back());
  auto next = begin_;
  each([&](std::uint32_t a, std::uint32_t b, std::uint32_t count) {
    auto const together = static_cast<float>(count * unit_);
    partners_[next[a]++] = {b, together};
    partners_[next[b]++] = {a, together};
  });
  for (std::uint32_t rank = 0; rank < size(); ++rank) {
    std::sort(partners_.begin() + static_cast<std::ptrdiff_t>(begin_[rank]),
              partners_.begin() + static_cast<std::ptrdiff_t>(begin_[rank + 1]),
              [](Partner a, Partner b) { return a.rank < b.rank; });
  }
}

void Cooccurrence::fill_head() {
  head_ = std::min(size(), kHead);
  triangle_.assign(head_ > 0 ? packed(head_ - 1, head_ - 1) + 1 : 0, 0.0F);
  for (std::uint32_t rank = 0; rank < head_; ++rank) {
    for (auto const partner : partners(rank)) {
      if (partner.rank >= rank) break;
      triangle_[packed(rank, partner.rank)] = partner.together;
    }
  }
}

void Cooccurrence::gather(std::span<std::uint32_t const> support, std::uint32_t target, double ridge,
                          Scratch& scratch) const {
  auto const count = static_cast<Eigen::Index>(support.size());
  scratch.place.resize(size(), kAbsent);
  scratch.gram.resize(count, count);
  scratch.right.resize(count);
  auto& gram = scratch.gram;
  for (std::uint32_t k = 0; k < support.size(); ++k) scratch.place[support[k]] = k;
  for (Eigen::Index row = 0; row < count; ++row) {
    auto const a = support[static_cast<std::size_t>(row)];
    for (Eigen::Index column = 0; column < row; ++column) {
      auto const b = support[static_cast<std::size_t>(column)];
      double const together = a < head_ ? triangle_[packed(a, b)] : 0.0;
      gram(row, column) = static_cast<float>(centred(a, b, together));
    }
    gram(row, row) = static_cast<float>(centred(a, a, n_[a]) + ridge);
    scratch.right(row) = static_cast<float>(centred(a, target, 0));
    if (a < head_) continue;
    for (auto const partner : partners(a)) {
      if (partner.rank >= a) break;
      auto const place = scratch.place[partner.rank];
      if (place != kAbsent) gram(row, place) = static_cast<float>(centred(a, partner.rank, partner.together));
    }
  }
  for (auto const partner : partners(target)) {
    auto const place = scratch.place[partner.rank];
    if (place != kAbsent) scratch.right(place) = static_cast<float>(centred(partner.rank, target, partner.together));
  }
  for (auto const rank : support) scratch.place[rank] = kAbsent;
}

}  // namespace tillcue::models
