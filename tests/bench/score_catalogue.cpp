#include "bench/score_catalogue.hpp"

#include <algorithm>
#include <cmath>

#include "tillcue/core/bundle.hpp"

namespace bench {

using namespace tillcue;

Popularity::Popularity(std::vector<double> const& shares) {
  double sum = 0;
  for (auto share : shares) sums_.push_back(sum += share);
}

std::size_t Popularity::draw(std::mt19937_64& random) const {
  auto const at = std::uniform_real_distribution<double>(0, sums_.back())(random);
  auto const found = static_cast<std::size_t>(std::lower_bound(sums_.begin(), sums_.end(), at) - sums_.begin());
  return std::min(found, sums_.size() - 1);
}

namespace {

struct Clusters {
  std::vector<std::uint32_t> of;                    ///< by item
  std::vector<std::vector<std::uint32_t>> members;  ///< by cluster, falling share
  std::vector<Popularity> popularity;               ///< among the members
  std::vector<std::array<std::uint32_t, 3>> related;
};

Clusters make_clusters(std::vector<double> const& shares, std::mt19937_64& random) {
  auto const count = static_cast<std::uint32_t>(std::max(10.0, std::sqrt(static_cast<double>(shares.size())) * 1.9));
  std::vector<double> sizes;
  for (std::uint32_t n = 0; n < count; ++n) sizes.push_back(1 / std::pow(n + 5.0, 0.6));
  Popularity const size(sizes);
  Clusters clusters;
  clusters.members.resize(count);
  for (std::uint32_t item = 0; item < shares.size(); ++item) {
    clusters.of.push_back(static_cast<std::uint32_t>(size.draw(random)));
    clusters.members[clusters.of.back()].push_back(item);
  }
  for (auto const& members : clusters.members) {
    std::vector<double> of_members;
    for (auto item : members) of_members.push_back(shares[item]);
    if (of_members.empty()) of_members.push_back(1);
    clusters.popularity.emplace_back(of_members);
    auto const any = [&] { return static_cast<std::uint32_t>(random() % count); };
    clusters.related.push_back({any(), any(), any()});
  }
  return clusters;
}

std::uint32_t draw_target(std::uint32_t source, Clusters const& clusters, Popularity const& all,
                          std::mt19937_64& random) {
  auto const kind = random() % 100;
  if (kind >= 75) return static_cast<std::uint32_t>(all.draw(random));
  auto const own = clusters.of[source];
  auto const cluster = kind < 55 ? own : clusters.related[own][random() % 3];
  if (clusters.members[cluster].empty()) return source;
  return clusters.members[cluster][clusters.popularity[cluster].draw(random)];
}

std::size_t row_size(Shape const& shape, double share, std::mt19937_64& random) {
  if (!shape.varying) return static_cast<std::size_t>(shape.row);
  // Of the mean share a row has about the mean length; the exponent spreads them from 2 to several hundred.
  auto const noise = std::exp(std::normal_distribution<double>(0, 0.5)(random));
  auto const size = shape.row * 1.45 * std::pow(share * shape.items, 0.5) * noise;
  return static_cast<std::size_t>(std::clamp(size, 2.0, 300.0));
}

}  // namespace

Catalogue make_catalogue(Shape const& shape, std::mt19937_64& random) {
  Catalogue out;
  auto& s = out.source;
  s.currency = {{'E', 'U', 'R'}, 2};
  s.calibration = {{{{0.0F, 30'000}, {0.5F, 100'000}, {2.0F, 300'000}}}};
  s.weight_bits = shape.weight_bits;
  double sum = 0;
  for (std::uint32_t n = 0; n < shape.items; ++n) sum += 1 / (n + 10.0);
  for (std::uint32_t n = 0; n < shape.items; ++n) out.shares.push_back(1 / (n + 10.0) / sum);
  Popularity const all(out.shares);
  auto const clusters = make_clusters(out.shares, random);
  for (std::size_t n = 0; n < clusters.members.size(); ++n) s.categories.push_back("cluster " + std::to_string(n));
  s.rows.resize(shape.items);
  std::vector<std::uint32_t> seen(shape.items, shape.items);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (std::uint32_t n = 0; n < shape.items; ++n) {
    ItemSource item;
    item.sku = std::to_string(1'000'000 + n);
    item.name = "Article " + item.sku;
    item.category = static_cast<std::int32_t>(clusters.of[n]);
    item.price_minor = 100 + random() % 900;
    s.items.push_back(item);
    s.bias.push_back(static_cast<float>(out.shares[n]));
    seen[n] = n;
    auto const size = row_size(shape, out.shares[n], random);
    for (std::size_t tries = 0; s.rows[n].size() < size && tries < 20 * size; ++tries) {
      auto const target = draw_target(n, clusters, all, random);
      if (seen[target] == n) continue;
      seen[target] = n;
      // Few large, many small, one in eight negative.
      auto const weight = std::pow(uniform(random), 2.5) * (random() % 8 == 0 ? -0.3 : 1.0);
      s.rows[n].push_back({target, static_cast<float>(weight + 0.01)});
    }
  }
  return out;
}

std::vector<double> shares_in(Bundle const& bundle, Catalogue const& catalogue) {
  std::vector<double> shares;
  for (std::uint32_t n = 0; n < bundle.item_count(); ++n) {
    auto const number = std::stoul(std::string(bundle.item(ItemIx{n}).sku)) - 1'000'000;
    shares.push_back(catalogue.shares[number]);
  }
  return shares;
}

}  // namespace bench
