#pragma once

#include <filesystem>
#include <memory>

#include "tillcue/core/bundle.hpp"

namespace tillcue::terminal {

/// Maps a bundle file and validates it; the mapping lives as long as anyone holds the bundle.
/// Errors  not_found, io, corrupt, unsupported; the file is named.
Result<std::shared_ptr<Bundle const>> load_bundle(std::filesystem::path const& file);

}  // namespace tillcue::terminal
