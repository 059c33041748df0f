#pragma once

#include <string>

#include "tillcue/core/result.hpp"
#include "tillcue/pos/serial_settings.hpp"

namespace tillcue::pos {

/// Opens a device file for bytes in both directions, without waiting: a serial port (raw, set as said, not hung up on
/// close, so that the printer is not reset), /dev/usb/lp*, a PTY; a FIFO for writing only. The caller owns the
/// descriptor.
/// Errors  io: cannot be opened or set, naming the path and the mend; invalid: no device, or no such speed.
Result<int> open_device(std::string const& path, std::optional<SerialSettings> const& serial);

}  // namespace tillcue::pos
