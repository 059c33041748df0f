#include "baseline.hpp"

#include <algorithm>
#include <cmath>

namespace tillcue::models {
namespace {

constexpr std::size_t kRules = 128;
constexpr std::size_t kCosines = 50;

struct Neighbour {
  std::uint32_t item = 0;
  float strength = 0;
};

/// Stronger first, then more popular (Questions number items by falling popularity).
bool before(Neighbour const& a, Neighbour const& b) {
  return a.strength != b.strength ? a.strength > b.strength : a.item < b.item;
}

/// The `most` strongest neighbours of each item, of all pairs counted, in memory of twice that many.
class Strongest {
 public:
  Strongest(std::size_t items, std::size_t most) : rows_(items), most_(most) {}

  void add(std::uint32_t source, Neighbour neighbour) {
    auto& row = rows_[source];
    row.push_back(neighbour);
    if (row.size() >= 2 * most_) cut(row);
  }
  std::vector<std::vector<Neighbour>> take() {
    for (auto& row : rows_) {
      cut(row);
      std::sort(row.begin(), row.end(), before);
      row.shrink_to_fit();
    }
    return std::move(rows_);
  }

 private:
  void cut(std::vector<Neighbour>& row) const {
    if (row.size() <= most_) return;
    std::nth_element(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(most_), row.end(), before);
    row.resize(most_);
  }

  std::vector<std::vector<Neighbour>> rows_;
  std::size_t most_;
};

/// strength(n_i, n_j, n_ij) of every pair counted, both ways.
template <class Strength>
std::vector<std::vector<Neighbour>> strongest(Counts const& learned, Questions const& questions, std::size_t most,
                                              Strength const& strength) {
  std::vector<std::uint32_t> name(questions.counted.size());
  for (std::uint32_t n = 0; n < name.size(); ++n) name[questions.counted[n]] = n;
  Strongest rows(name.size(), most);
  for (std::uint32_t i = 0; i < learned.items.size(); ++i) {
    double const n_i = learned.items[i].baskets;
    for (auto at = learned.row[i]; at < learned.row[i + 1]; ++at) {
      auto const j = learned.partner[at];
      double const n_j = learned.items[j].baskets;
      double const both = learned.together[at];
      rows.add(name[i], {name[j], static_cast<float>(strength(n_i, n_j, both))});
      rows.add(name[j], {name[i], static_cast<float>(strength(n_j, n_i, both))});
    }
  }
  return rows.take();
}

/// What the three have in common: a basket, and popular items to fill up with.
class Baseline : public Method {
 public:
  explicit Baseline(std::size_t items) : inside_(items, 0), score_(items, 0) {}

  void look_at(std::span<std::uint32_t const> basket) final {
    for (auto const item : basket_) inside_[item] = 0;
    basket_ = basket;
    for (auto const item : basket_) inside_[item] = 1;
  }

  std::vector<Place> const& without(std::size_t hidden, std::size_t /*ranks*/) final {
    inside_[basket_[hidden]] = 0;
    for (std::size_t n = 0; n < basket_.size(); ++n) {
      if (n != hidden) add(basket_[n]);
    }
    choose();
    inside_[basket_[hidden]] = 1;
    return places_;
  }

 protected:
  /// Adds what one item of the basket speaks for.
  virtual void add(std::uint32_t source) = 0;
  [[nodiscard]] bool inside(std::uint32_t item) const { return inside_[item] != 0; }
  [[nodiscard]] std::size_t asked() const { return kEvaluatedRanks + basket_.size(); }
  float& score(std::uint32_t item) {
    if (score_[item] == 0) touched_.push_back(item);
    return score_[item];
  }

 private:
  void choose() {
    places_.clear();
    auto const best = touched_.begin() + static_cast<std::ptrdiff_t>(std::min(kEvaluatedRanks, touched_.size()));
    std::partial_sort(touched_.begin(), best, touched_.end(),
                      [&](auto a, auto b) { return score_[a] != score_[b] ? score_[a] > score_[b] : a < b; });
    for (auto at = touched_.begin(); at != best; ++at) places_.push_back({*at, 0});
    for (std::uint32_t item = 0; item < score_.size() && places_.size() < kEvaluatedRanks; ++item) {
      if (!inside(item) && score_[item] == 0) places_.push_back({item, 0});
    }
    for (auto const item : touched_) score_[item] = 0;
    touched_.clear();
  }

  std::span<std::uint32_t const> basket_;
  std::vector<char> inside_;
  std::vector<float> score_;
  std::vector<std::uint32_t> touched_;
  std::vector<Place> places_;
};

class Popularity final : public Baseline {
 public:
  using Baseline::Baseline;

 private:
  void add(std::uint32_t) override {}
};

class Rules final : public Baseline {
 public:
  explicit Rules(std::vector<std::vector<Neighbour>> rows) : Baseline(rows.size()), rows_(std::move(rows)) {}

 private:
  /// Of one item's rules only the first few can be among the answers, as every other one has those before it.
  void add(std::uint32_t source) override {
    auto const& row = rows_[source];
    for (std::size_t n = 0; n < row.size() && n < asked(); ++n) {
      if (inside(row[n].item)) continue;
      auto& best = score(row[n].item);
      best = std::max(best, row[n].strength);
    }
  }
  std::vector<std::vector<Neighbour>> rows_;
};

class Cosine final : public Baseline {
 public:
  explicit Cosine(std::vector<std::vector<Neighbour>> rows) : Baseline(rows.size()), rows_(std::move(rows)) {}

 private:
  void add(std::uint32_t source) override {
    for (auto const& neighbour : rows_[source]) {
      if (!inside(neighbour.item)) score(neighbour.item) += neighbour.strength;
    }
  }
  std::vector<std::vector<Neighbour>> rows_;
};

}  // namespace

std::unique_ptr<Method> popularity_baseline(Questions const& questions) {
  return std::make_unique<Popularity>(questions.skus.size());
}

std::unique_ptr<Method> rules_baseline(Counts const& learned, Questions const& questions) {
  return std::make_unique<Rules>(
      strongest(learned, questions, kRules, [](double n_i, double, double both) { return both / n_i; }));
}

std::unique_ptr<Method> cosine_baseline(Counts const& learned, Questions const& questions) {
  return std::make_unique<Cosine>(strongest(
      learned, questions, kCosines, [](double n_i, double n_j, double both) { return both / std::sqrt(n_i * n_j); }));
}

}  // namespace tillcue::models
