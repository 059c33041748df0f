#pragma once

#include <memory>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"
#include "tillcue/firmware/config.hpp"

namespace tillcue::terminal {

/// Eight articles. Nachos go with salsa, less with milk, and with two that may not be hinted: beer (age-restricted) and
/// caviar (dearer). Bread goes with butter and jam; jam earns more.
BundleSource small_store();
/// Owns the bytes and the bundle on them.
std::shared_ptr<Bundle const> open_bundle(BundleSource const& source);
StoreConfig corner_shop();

}  // namespace tillcue::terminal
