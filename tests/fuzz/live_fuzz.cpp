#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tillcue/firmware/live_state.hpp"
#include "tillcue/models/live_words.hpp"

using namespace tillcue;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

/// A bundle with campaigns and partners.
struct Opened {
  std::string bytes;
  std::optional<Bundle> bundle;
};
Opened rules_bundle() {
  Opened opened;
  std::ifstream in(TILLCUE_SOURCE_DIR "/tests/golden/bundle-v1-rules.tcb", std::ios::binary);
  opened.bytes.assign(std::istreambuf_iterator<char>(in), {});
  auto const bytes = std::as_bytes(std::span(opened.bytes.data(), opened.bytes.size()));
  if (auto bundle = Bundle::from_bytes(bytes)) opened.bundle = *bundle;
  return opened;
}

bool within(std::int64_t amount) {
  return amount == Allotment::kUnlimited || (amount >= 0 && amount <= terminal::LiveState::kMaxAmount);
}

}  // namespace

/// What a till takes keeps its limits and can be applied; what head office's `campaign explain` takes of the same text
/// means the same.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static auto const shop = rules_bundle();
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  auto const state = terminal::parse_live_state(text, "live.json");
  auto const words = models::parse_live_words(text, "live.json");
  must(state || !state.error().what.empty());
  must(words || !words.error().what.empty());
  if (!state) return 0;
  for (auto const& [name, share] : state->grants) {
    must(!name.empty() && name.size() <= kMaxIdentifier + 8 && within(share.minor) && within(share.issues));
  }
  for (auto const& name : state->names) {
    must(!name.text.empty() && name.text.size() <= terminal::LiveState::kMaxName && !name.sku.empty());
  }
  Live live;
  terminal::apply(*state, live);
  must(shop.bundle.has_value());
  live.use(*shop.bundle);
  must(live.missing().size() <= state->out_of_stock.size());
  if (!words) return 0;
  must(state->stop_all == words->stop_all && state->stop == words->stop && state->grants == words->grants &&
       state->out_of_stock == words->out_of_stock);
  return 0;
}
