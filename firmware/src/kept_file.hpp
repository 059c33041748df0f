#pragma once

#include <filesystem>
#include <span>

#include "tillcue/core/result.hpp"

namespace tillcue::terminal {

/// Writes a file such that a power cut leaves the old one or the new one, never half of it. Only its owner may read it.
/// Errors  io, naming the file.
Result<void> keep_file(std::filesystem::path const& file, std::span<std::byte const> bytes);

}  // namespace tillcue::terminal
