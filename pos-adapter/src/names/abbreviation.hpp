#pragma once

#include <string_view>

namespace tillcue::pos {

/// True when every word of `heard` is a shortened word of `name`, in the same order: same first letter, the rest
/// left out here and there ("choc bar mlk" of "chocolate bar milk"). Numbers are not shortened. A third of the name's
/// words may be missing; of a `cut` one half of those before the cut, and its last word may be half a number.
/// Both folded.  Cost  linear in both.
[[nodiscard]] bool abbreviates(std::string_view heard, std::string_view name, bool cut) noexcept;

}  // namespace tillcue::pos
