#include "tillcue/sync/probe.hpp"

#include <array>
#include <cstddef>

#include "tillcue/core/engine.hpp"

namespace tillcue::sync {
namespace {

std::string joined(std::span<std::string const> words) {
  std::string text;
  for (auto const& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::vector<std::string> answer_of(Bundle const& bundle, std::span<std::string const> basket) {
  std::vector<ItemIx> items;
  for (auto const& sku : basket) {
    auto const item = bundle.find(sku);
    if (item != kNoItem) items.push_back(item);
  }
  std::vector<std::byte> memory(Scorer::memory_needed(bundle));
  Scorer scorer(bundle, memory);
  std::array<Suggestion, Probe::kMost> places{};
  auto const found = rank(bundle, scorer, items, places);
  std::vector<std::string> answer;
  for (std::size_t n = 0; n < found; ++n) answer.emplace_back(bundle.item(places[n].item).sku);
  return answer;
}

Result<void> check_probes(Bundle const& bundle, std::span<Probe const> probes) {
  for (auto const& probe : probes) {
    auto const answer = answer_of(bundle, probe.basket);
    if (answer == probe.answer) continue;
    return fail(Code::rejected, "for the basket " + joined(probe.basket) + " it says " + joined(answer) +
                                    ", the manifest expects " + joined(probe.answer));
  }
  return {};
}

}  // namespace tillcue::sync
