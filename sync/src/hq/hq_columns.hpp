#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tillcue/sync/hq_numbers.hpp"

namespace tillcue::sync {

/// What came from elsewhere, fit for the operator's console: control characters become '?'.
std::string printable(std::string_view text);

/// The text in exactly `width` columns: padded, or cut with a '~'. Counts code points; control characters become '?'.
std::string left(std::string_view text, std::size_t width);
std::string right(std::string_view text, std::size_t width);

/// "4.1 %"; "-" of nothing.
std::string percent(std::uint64_t part, std::uint64_t whole);
/// Words broken into lines of at most `width`, all indented; longer words are broken; control characters become '?'.
std::string wrapped(std::string_view raw, std::size_t indent, std::size_t width = 80);

}  // namespace tillcue::sync
