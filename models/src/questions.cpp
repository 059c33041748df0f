#include "questions.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_map>

namespace tillcue::models {
namespace {

void name_items(Counts const& learned, Questions& questions) {
  questions.counted.resize(learned.items.size());
  std::iota(questions.counted.begin(), questions.counted.end(), 0U);
  std::stable_sort(questions.counted.begin(), questions.counted.end(),
                   [&](auto a, auto b) { return learned.items[a].baskets > learned.items[b].baskets; });
  for (auto const counted : questions.counted) questions.skus.push_back(learned.items[counted].sku);
}

/// Dataset items -> items of the questions.
std::vector<std::uint32_t> renaming(Dataset const& data, Questions const& questions) {
  std::unordered_map<std::string_view, std::uint32_t> place;
  for (std::uint32_t n = 0; n < questions.skus.size(); ++n) place.emplace(questions.skus[n], n);
  std::vector<std::uint32_t> renamed;
  renamed.reserve(data.items.size());
  for (auto const& item : data.items) {
    auto const found = place.find(item.sku);
    renamed.push_back(found == place.end() ? kNoSuchItem : found->second);
  }
  return renamed;
}

class BundleMethod final : public Method {
 public:
  BundleMethod(Ranker& ranker, Questions const& questions) : ranker_(ranker) {
    auto const& bundle = ranker.bundle();
    name_.assign(bundle.item_count(), kNoSuchItem);
    for (std::uint32_t n = 0; n < questions.skus.size(); ++n) {
      item_.push_back(bundle.find(questions.skus[n]));
      if (item_.back() != kNoItem) name_[index(item_.back())] = n;
    }
  }

  void look_at(std::span<std::uint32_t const> basket) override {
    basket_.clear();
    for (auto const item : basket) basket_.push_back(item_[item]);
    ranker_.scorer().assign(basket_);
  }

  std::vector<Place> const& without(std::size_t hidden, std::size_t ranks) override {
    auto& scorer = ranker_.scorer();
    scorer.remove(basket_[hidden]);
    top_.resize(ranks);
    auto const found = scorer.top(top_);
    auto const left = scorer.basket_size();
    scorer.add(basket_[hidden]);
    places_.clear();
    for (std::size_t rank = 0; rank < found; ++rank) {
      places_.push_back(
          {name_[index(top_[rank].item)], ranker_.bundle().probability(top_[rank].score, rank, left).ppm});
    }
    return places_;
  }

 private:
  Ranker& ranker_;
  std::vector<ItemIx> item_;
  std::vector<std::uint32_t> name_;
  std::vector<ItemIx> basket_;
  std::vector<Scored> top_;
  std::vector<Place> places_;
};

/// Draws each question alike, by the basket's id and the item's place in it; baskets without any are left out.
void thin_out(Dataset const& data, std::size_t most, Questions& questions) {
  auto const share = static_cast<double>(most) / static_cast<double>(questions.count);
  auto const below = static_cast<std::uint64_t>(share * 4294967296.0);
  std::size_t kept = 0;
  questions.count = 0;
  for (std::size_t b = 0; b < questions.baskets.size(); ++b) {
    auto& basket = questions.baskets[b];
    std::vector<std::uint32_t> drawn, rest;
    for (std::size_t n = 0; n < basket.size(); ++n) {
      bool const asked = mix(data.keys[questions.asked[b]] + 3 + n) >> 32U < below;
      (asked ? drawn : rest).push_back(basket[n]);
    }
    if (drawn.empty()) continue;
    auto const count = drawn.size();
    drawn.insert(drawn.end(), rest.begin(), rest.end());
    questions.baskets[kept] = std::move(drawn);
    questions.hidden[kept] = static_cast<std::uint32_t>(count);
    questions.asked[kept++] = questions.asked[b];
    questions.count += count;
  }
  questions.baskets.resize(kept);
  questions.hidden.resize(kept);
  questions.asked.resize(kept);
}

void record(std::vector<Place> const& places, std::uint32_t basket, std::uint32_t hidden, bool of_further,
            Sheet& sheet) {
  auto const question = static_cast<std::uint32_t>(sheet.place.size());
  std::size_t found = kEvaluatedRanks;
  for (std::size_t rank = 0; rank < places.size(); ++rank) {
    auto const& place = places[rank];
    bool const hit = place.item == hidden;
    for (std::size_t n = 0; n < kFurtherRanks.size() && of_further; ++n) {
      bool const in = rank + 1 >= kFurtherRanks[n].first && rank + 1 <= kFurtherRanks[n].last;
      if (in) sheet.further[n].push_back({place.ppm, hit, basket});
    }
    if (rank >= kEvaluatedRanks) continue;
    if (hit) found = rank;
    if (place.item != kNoSuchItem) sheet.suggested[place.item] = 1;
    if (rank >= kCalibratedRanks) continue;
    sheet.predictions.push_back({place.ppm, hit, basket});
    sheet.prediction_rank.push_back(static_cast<std::uint8_t>(rank));
    sheet.prediction_question.push_back(question);
  }
  sheet.place.push_back(static_cast<std::uint8_t>(found));
}

}  // namespace

Dataset part_of(Dataset const& data, std::vector<std::uint32_t> const& baskets) {
  Dataset part;
  part.time_kind = data.time_kind;
  std::vector<std::uint32_t> renamed(data.items.size(), 0);
  for (auto const n : baskets) {
    for (auto const item : data.basket(n)) {
      if (renamed[item] == 0) {
        part.items.push_back(data.items[item]);
        renamed[item] = static_cast<std::uint32_t>(part.items.size());
      }
      part.basket_items.push_back(renamed[item] - 1);
    }
    part.begin.push_back(part.basket_items.size());
    part.times.push_back(data.times[n]);
    part.keys.push_back(data.keys[n]);
  }
  return part;
}

Questions make_questions(Counts const& learned, Dataset const& data, std::span<std::uint32_t const> baskets,
                         std::size_t most) {
  Questions questions;
  name_items(learned, questions);
  auto const renamed = renaming(data, questions);
  std::vector<std::uint32_t> order(baskets.begin(), baskets.end());
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return mix(data.keys[a]) < mix(data.keys[b]); });
  for (auto const n : order) {
    std::vector<std::uint32_t> basket;
    for (auto const item : data.basket(n)) {
      if (renamed[item] != kNoSuchItem) basket.push_back(renamed[item]);
    }
    if (basket.size() < 2) continue;
    questions.count += basket.size();
    questions.hidden.push_back(static_cast<std::uint32_t>(basket.size()));
    questions.baskets.push_back(std::move(basket));
    questions.asked.push_back(n);
  }
  if (questions.count > most) thin_out(data, most, questions);
  return questions;
}

Sheet ask(Method& method, Questions const& questions) {
  constexpr std::size_t kOneIn = 8;
  Sheet sheet;
  sheet.suggested.assign(questions.skus.size(), 0);
  for (std::uint32_t b = 0; b < questions.baskets.size(); ++b) {
    auto const& basket = questions.baskets[b];
    method.look_at(basket);
    for (std::size_t n = 0; n < questions.hidden[b]; ++n) {
      bool const of_further = sheet.place.size() % kOneIn == 0;
      auto const ranks = of_further ? kFurtherRanks.back().last : kEvaluatedRanks;
      record(method.without(n, ranks), b, basket[n], of_further, sheet);
    }
    sheet.basket_begin.push_back(static_cast<std::uint32_t>(sheet.place.size()));
  }
  return sheet;
}

std::unique_ptr<Method> bundle_method(Ranker& ranker, Questions const& questions) {
  return std::make_unique<BundleMethod>(ranker, questions);
}

}  // namespace tillcue::models
