#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "tillcue/core/result.hpp"

namespace tillcue {

/// A small file as a whole, for programs: a pipe (`<(...)`) is read to its end.
/// Errors  not_found; io, in the system's words; invalid: a folder, or larger than `most` bytes.
Result<std::string> read_file(std::filesystem::path const& file, std::size_t most);

/// The same of what never lets a daemon wait: a regular file.
/// Errors  also invalid: a pipe, a device.
Result<std::string> read_regular_file(std::filesystem::path const& file, std::size_t most);

}  // namespace tillcue
