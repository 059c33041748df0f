#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue::sync {

/// Makes the folder of the keys, 0700, where it is missing.  Errors  io.
Result<void> make_key_folder(std::filesystem::path const& folder);
/// What stands before `end` in the names of its files, in order.  Errors  not_found (folder).
Result<std::vector<std::string>> names_in_key_folder(std::filesystem::path const& folder, std::string_view end);

}  // namespace tillcue::sync
