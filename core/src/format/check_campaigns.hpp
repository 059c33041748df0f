#pragma once

#include "format/fault.hpp"
#include "tillcue/core/bundle_parts.hpp"

namespace tillcue::format {

/// Checks campaigns (CMPN and CREF, or CAMP and CTGT of older files), LADR and NEVR, whose records are placed in
/// `parts`; items, categories and strings must be checked before.
[[nodiscard]] Finding check_campaigns(Parts const& parts) noexcept;

}  // namespace tillcue::format
