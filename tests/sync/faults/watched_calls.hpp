#pragma once

#include "sync/faults/power_cut_disk.hpp"

namespace tillcue::test {

/// The disk whose folder the calls of this program look at; null: none.
PowerCutDisk* watched_disk() noexcept;

}  // namespace tillcue::test
