#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tillcue/core/units.hpp"

namespace tillcue::sync {

/// Whole seconds since 1970, rounded down.
std::int64_t unix_seconds(Timestamp time);
/// "2026-11-21 19:35"; UTC.
std::string to_minute(Timestamp time);
/// "2026-11-21T19:35:02Z".
std::string to_iso(Timestamp time);

/// "2026-11-21", "2026-11-21T19:35:02" (both UTC), or an age before `now`: "30m", "24h", "7d".
/// Errors  invalid.
Result<Timestamp> parse_since(std::string_view text, Timestamp now);

}  // namespace tillcue::sync
