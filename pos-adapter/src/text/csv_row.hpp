#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue::pos {

/// Cells of one line: commas apart, quoted cells with doubled quotes; a line end inside quotes is not supported.
/// Errors  invalid (a quote is not closed, or something follows it).
Result<std::vector<std::string>> csv_row(std::string_view line);

}  // namespace tillcue::pos
