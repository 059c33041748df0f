#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tillcue::sync {

/// 12,345
std::string grouped(std::uint64_t number);
/// "1 parcel", "12,345 parcels".
std::string counted(std::uint64_t number, std::string_view singular);

}  // namespace tillcue::sync
