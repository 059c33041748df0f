#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tillcue::pos {

/// "5 December 2026", "5 декабря 2026 г.", "2026年12月5日": the long date of the language (else English), its
/// parts joined by no-break spaces.
std::string long_date(std::chrono::sys_days day, std::string_view language);
/// "Valid 22 November 2026 to 5 December 2026"; empty when both are missing.
std::string validity(std::optional<std::chrono::sys_days> from, std::optional<std::chrono::sys_days> until,
                     std::string_view language);
std::string regular_price(std::string_view price, std::string_view language);
std::string issued_with(std::string_view receipt, std::string_view language);
std::string serial_line(std::string_view serial, std::string_view language);

}  // namespace tillcue::pos
