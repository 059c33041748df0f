#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tillcue::sync {

/// The text in exactly `width` columns: padded, or cut with a '~'. Counts code points; control characters become '?'.
std::string left(std::string_view text, std::size_t width);
std::string right(std::string_view text, std::size_t width);

/// 12,345
std::string grouped(std::uint64_t number);
/// "4.1 %"; "-" of nothing.
std::string percent(std::uint64_t part, std::uint64_t whole);
/// Words broken into lines of at most `width`, each after the first indented.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 80);

}  // namespace tillcue::sync
