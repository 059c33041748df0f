#include "tillcue/models/ranker.hpp"

#include <algorithm>
#include <utility>

namespace tillcue::models {
namespace {

/// A bundle together with the bytes it borrows.
struct Loaded {
  std::vector<std::byte> bytes;
  Bundle bundle;
};

}  // namespace

Result<Ranker> Ranker::open(std::vector<std::byte> bytes) {
  auto bundle = Bundle::from_bytes(bytes);
  if (!bundle) return tl::unexpected(bundle.error());
  // Moving a vector keeps its buffer, so the bundle's views stay good.
  auto const loaded = std::make_shared<Loaded>(Loaded{std::move(bytes), *bundle});
  Ranker ranker;
  ranker.bundle_ = std::shared_ptr<Bundle const>(loaded, &loaded->bundle);
  auto const size = Scorer::memory_needed(*ranker.bundle_);
  auto const words = (size + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t);
  ranker.memory_ = std::make_unique<std::uint64_t[]>(words);
  ranker.scorer_ =
      std::make_unique<Scorer>(*ranker.bundle_, std::as_writable_bytes(std::span(ranker.memory_.get(), words)));
  return ranker;
}

std::span<Suggestion const> Ranker::rank(std::span<ItemIx const> basket, std::size_t count) {
  out_.resize(count);
  auto const found = tillcue::rank(*bundle_, *scorer_, basket, out_);
  return std::span<Suggestion const>(out_).first(found);
}

std::vector<std::vector<ItemIx>> known_baskets(Bundle const& bundle, Dataset const& data,
                                               std::span<std::uint32_t const> baskets) {
  std::vector<ItemIx> item_of;
  for (auto const& item : data.items) item_of.push_back(bundle.find(item.sku));
  std::vector<std::uint32_t> order(baskets.begin(), baskets.end());
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return mix(data.keys[a]) < mix(data.keys[b]); });
  std::vector<std::vector<ItemIx>> known;
  for (auto const n : order) {
    std::vector<ItemIx> basket;
    for (auto const item : data.basket(n)) {
      if (item_of[item] != kNoItem) basket.push_back(item_of[item]);
    }
    if (basket.size() >= 2) known.push_back(std::move(basket));
  }
  return known;
}

}  // namespace tillcue::models
