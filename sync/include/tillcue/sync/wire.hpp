#pragma once

/// Everything that travels, WIRE.md: pure codecs, no I/O. Each part can be included on its own.
#include "tillcue/sync/manifest.hpp"  // IWYU pragma: export
#include "tillcue/sync/results.hpp"   // IWYU pragma: export
#include "tillcue/sync/state.hpp"     // IWYU pragma: export
#include "tillcue/sync/topics.hpp"    // IWYU pragma: export
#include "tillcue/sync/word.hpp"      // IWYU pragma: export
