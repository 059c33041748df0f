#pragma once

#include <string>
#include <string_view>

#include "tillcue/core/result.hpp"

namespace tillcue::pos {

/// The cashier page's colours, font and corners as a style sheet of CSS variables; they are listed in SCREEN.md.
/// `text` is a theme file, empty for the built-in theme:  light { --go: #0b6b3a; }  dark { --go: #5fd394; }
/// Only known variables are taken, colours as #rrggbb, and no pair may fall below WCAG AA: a page that cannot be read
/// is refused, not served. Errors  invalid: "FILE:LINE: what is wrong; the mend". Cost    linear in `text`, of which 16
/// KiB are read at most.
Result<std::string> theme_css(std::string_view text = {}, std::string_view file = "theme");

/// The contrast of two colours by WCAG 2.2, 1 to 21. Both are #rrggbb.
/// Source  https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
double contrast(std::string_view one, std::string_view other);

}  // namespace tillcue::pos
