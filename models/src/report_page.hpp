#pragma once

#include <string_view>

namespace tillcue::models {

/// What the program carries of the report page: page, style, script (models/page) and chart (Chart.js). Empty for any
/// other name.
std::string_view page_part(std::string_view name) noexcept;

}  // namespace tillcue::models
