#pragma once

#include <filesystem>
#include <memory>

#include "tillcue/core/bundle.hpp"
#include "tillcue/firmware/config.hpp"

namespace tillcue::terminal {

/// Maps a bundle file and validates it; the mapping lives as long as anyone holds the bundle.
/// Errors  not_found, io, corrupt, unsupported; the file is named.
Result<std::shared_ptr<Bundle const>> load_bundle(std::filesystem::path const& file);

/// A bundle made for other money must not speak here.  Errors  rejected (currency), with the mend.
Result<void> fits_store(Bundle const& bundle, StoreConfig const& store);

}  // namespace tillcue::terminal
