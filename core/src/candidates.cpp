#include "tillcue/core/candidates.hpp"

#include <algorithm>

namespace tillcue {
namespace {

constexpr bool speaks_louder(Term const& a, Term const& b) noexcept {
  return a.weight != b.weight ? a.weight > b.weight : index(a.source) < index(b.source);
}

}  // namespace

std::size_t explain(Bundle const& bundle, std::span<ItemIx const> basket, ItemIx candidate,
                    std::span<Term> out) noexcept {
  std::size_t count = 0;
  for (auto source : basket) {
    Term const term{source, bundle.row(source).contribution_to(candidate)};
    if (term.weight <= 0) continue;
    auto const* const same =
        std::find_if(out.data(), out.data() + count, [&](Term const& t) { return t.source == source; });
    if (same != out.data() + count) continue;
    if (count == out.size() && (count == 0 || !speaks_louder(term, out[count - 1]))) continue;
    auto const at = std::upper_bound(out.data(), out.data() + count, term, speaks_louder) - out.data();
    if (count < out.size()) ++count;
    for (auto n = count - 1; n > static_cast<std::size_t>(at); --n) out[n] = out[n - 1];
    out[static_cast<std::size_t>(at)] = term;
  }
  return count;
}

}  // namespace tillcue
