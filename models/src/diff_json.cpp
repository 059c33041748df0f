#include <nlohmann/json.hpp>

#include "tillcue/models/diff.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

using Json = nlohmann::ordered_json;

Json as_json(BundleSize const& size) {
  Json out = {{"bytes", size.bytes},
              {"items", size.items},
              {"weights", size.weights},
              {"affinity_bytes", size.affinity_bytes},
              {"baskets", size.baskets},
              {"data_from", date_text(size.data_from)},
              {"data_to", date_text(size.data_to)}};
  if (auto const& weighing = size.weighing; weighing.on) {
    out["half_life_days"] = weighing.half_life_days;
    out["window_days"] = weighing.window_days;
    out["baskets_read"] = weighing.baskets;
  }
  return out;
}

Json as_json(NamedItem const& item) { return {{"sku", item.sku}, {"name", item.name}}; }

Json as_json(Change const& change) {
  return {{"where", change.where}, {"what", change.what}, {"before", change.before}, {"after", change.after}};
}

Json as_json(Said const& said) {
  if (said.sku.empty()) return nullptr;
  return {{"sku", said.sku}, {"name", said.name}, {"probability", said.probability}};
}

Json as_json(SuggestedItem const& item) {
  return {{"sku", item.item.sku}, {"name", item.item.name}, {"before", item.before}, {"after", item.after}};
}

Json as_json(SuggestionExample const& example) {
  return {{"basket", example.basket}, {"before", as_json(example.before)}, {"after", as_json(example.after)}};
}

template <class T>
Json all(std::vector<T> const& things) {
  Json out = Json::array();
  for (auto const& thing : things) out.push_back(as_json(thing));
  return out;
}

}  // namespace

std::string json_report(BundleDiff const& diff) {
  auto const& changes = diff.suggestions;
  Json const out = {
      {"before", as_json(diff.before)},
      {"after", as_json(diff.after)},
      {"items", {{"added", all(diff.added)}, {"removed", all(diff.removed)}, {"changed", all(diff.items)}}},
      {"settings", all(diff.settings)},
      {"suggestions",
       {{"sample", changes.sample},
        {"baskets", changes.baskets},
        {"first_changed", changes.first_changed},
        {"any_of_three_changed", changes.any_of_three_changed},
        {"silent_before", changes.silent_before},
        {"silent_after", changes.silent_after},
        {"gained", all(changes.gained)},
        {"lost", all(changes.lost)},
        {"examples", all(changes.examples)}}}};
  return out.dump() + '\n';
}

}  // namespace tillcue::models
