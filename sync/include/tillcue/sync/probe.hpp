#pragma once

#include <span>
#include <string>
#include <vector>

#include "tillcue/core/bundle.hpp"
#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {

/// What a bundle suggests for a basket, best first, at most Probe::kMost: integers on every machine, so both ends say
/// the same.
std::vector<std::string> answer_of(Bundle const& bundle, std::span<std::string const> basket);

/// Whether the bundle answers as the manifest says.  Errors  rejected, naming the basket and both answers.
Result<void> check_probes(Bundle const& bundle, std::span<Probe const> probes);

}  // namespace tillcue::sync
