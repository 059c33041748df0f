#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "tillcue/pos/alias_book.hpp"
#include "tillcue/pos/name_matcher.hpp"

using namespace tillcue;
using namespace tillcue::pos;

namespace {

std::string_view next_line(std::string_view& rest) {
  auto const line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

/// An item is named exactly when something was found.
void ask(NameMatcher const& matcher, std::string_view text) {
  for (std::size_t const cut : {0U, 15U}) {
    for (auto const price : {std::optional<std::int64_t>(), std::optional<std::int64_t>(199)}) {
      auto const match = matcher.find({text, price, cut});
      bool const says = match.how != MatchHow::unknown && match.how != MatchHow::ambiguous;
      if (says != !match.sku.empty()) std::abort();
    }
  }
}

void aliases(std::string_view text) {
  Currency const euro{{'E', 'U', 'R'}, 2};
  AliasBook book(euro);
  if (!book.read(text, "fuzz.csv", AliasOrigin::learned)) return;
  AliasBook again(euro);
  auto const csv = book.learned_csv();
  if (!again.read(csv, "again.csv", AliasOrigin::learned)) std::abort();
  if (again.learned_csv() != csv) std::abort();
}

}  // namespace

/// The first lines, up to an empty one, are a catalogue; every line is asked for.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  void const* const bytes = data;
  std::string_view const text(static_cast<char const*>(bytes), size);
  std::vector<NamedItem> items;
  auto rest = text;
  while (!rest.empty() && items.size() < 500) {
    auto const line = next_line(rest);
    if (line.empty()) break;
    items.push_back({"sku", line, items.size() % 2 == 0 ? std::optional<std::int64_t>(199) : std::nullopt});
  }
  NameMatcher const matcher(items);
  rest = text;
  for (int asked = 0; !rest.empty() && asked < 1000; ++asked) ask(matcher, next_line(rest));
  aliases(text);
  return 0;
}
