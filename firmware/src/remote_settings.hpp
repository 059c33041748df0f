#pragma once

#include "tillcue/firmware/config.hpp"
#include "tillcue/sync/settings.hpp"

namespace tillcue::terminal {

/// The terminal's configuration with what head office sets from afar (sync::settings()) in the place of its own. What
/// belongs to a printer or display that is not there is passed over.
Config with_settings(Config config, sync::Settings const& settings);

}  // namespace tillcue::terminal
