#pragma once

#include <cstdint>
#include <optional>

namespace tillcue::pos {

enum class SerialFlow : std::uint8_t { none, rts_cts, xon_xoff };

/// How a serial line is set; always 8 data bits, no parity, one stop bit, as receipt printers leave the works.
struct SerialSettings {
  unsigned baud = 9600;  ///< one of the usual: 2400 to 230400
  SerialFlow flow = SerialFlow::rts_cts;
  friend bool operator==(SerialSettings const&, SerialSettings const&) = default;
};

/// True for a speed a line can be set to.
[[nodiscard]] bool is_serial_speed(unsigned baud) noexcept;

}  // namespace tillcue::pos
