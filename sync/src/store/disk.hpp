#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "tillcue/core/result.hpp"

namespace tillcue::sync {

/// The few POSIX calls that the standard library lacks. Errors of all: busy (disk full), not_found, io.

/// Writes the whole text at `offset`, creating the file when it is missing.
Result<void> write_at(std::filesystem::path const& file, std::size_t offset, std::string_view bytes);
/// fsync of a file or a folder.
Result<void> make_durable(std::filesystem::path const& path);
Result<void> rename_file(std::filesystem::path const& from, std::filesystem::path const& to);

}  // namespace tillcue::sync
