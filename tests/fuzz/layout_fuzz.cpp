// Slips of text in, a layout out: whatever a POS printed, what is learned can be written down and read again, and the
// counts hold together. Slips are parted by form feeds, lines by line feeds; few and short ones, because a search reads
// them thousands of times.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tillcue/pos/code_table.hpp"
#include "tillcue/pos/layout_learner.hpp"

using namespace tillcue::pos;

namespace {

constexpr std::size_t kSlips = 3, kLines = 5, kLetters = 28;

void check(bool holds) {
  if (!holds) std::abort();
}

std::vector<SlipLines> slips_of(std::string_view text) {
  std::vector<SlipLines> slips(1);
  while (!text.empty()) {
    auto const end = std::min(text.find_first_of("\n\f"), text.size());
    // As the paper's reader hands them on: well-formed, of bounded width.
    auto const line = to_utf8(from_utf8(text.substr(0, std::min(end, kLetters))));
    if (slips.back().size() < kLines) slips.back().push_back(line);
    if (end < text.size() && text[end] == '\f') {
      if (slips.size() == kSlips) break;
      slips.emplace_back();
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return slips;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  void const* const bytes = data;
  auto const slips = slips_of({static_cast<char const*>(bytes), size});
  // Given up at once, as when a till is switched off: worthless, but whole.
  std::atomic<bool> const give_up{size % 8 == 1};
  auto const learned = learn_layout(slips, size % 4 == 0 ? 0 : 2, &give_up);
  check(learned.read.size() == slips.size());
  check(learned.looked_at <= slips.size() && learned.add_up <= learned.looked_at);
  check(learned.checked == learned.looked_at && learned.held <= learned.checked);
  check(learned.sureness >= 0 && learned.sureness <= 1);
  auto const json = layout_json(learned.layout);
  auto const again = parse_layout(json, "learned");
  check(again.has_value() && layout_json(*again) == json);
  for (std::size_t n = 0; n < slips.size(); ++n) {
    auto layout = *again;
    layout.digits = learned.layout.digits;
    check(read_receipt(slips[n], layout).total_minor == learned.read[n].total_minor);
  }
  return 0;
}
