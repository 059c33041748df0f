#pragma once

#include <string_view>

namespace tillcue::format {

/// Well-formed UTF-8 as of Unicode table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace tillcue::format
