#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tillcue::models {

/// Numbers as people read them, for reports: "1 basket", "12,345 baskets".
std::string counted(std::uint64_t number, std::string_view singular, std::string_view plural = {});
std::string grouped(std::uint64_t number);
/// "0.1234"; with a sign "+0.0012".
std::string decimals(double value, int digits);
std::string signed_decimals(double value, int digits);
/// 0.1234 -> "12.3 %"
std::string percent(double share, int digits = 1);
/// "2026-11-21", UTC; `unknown` for 0.
std::string date_text(std::int64_t seconds, std::string_view unknown = "unknown");

}  // namespace tillcue::models
