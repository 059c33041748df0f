#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "baskets.hpp"
#include "line_socket.hpp"
#include "tillcue/pos/printer_profile.hpp"

namespace tillcue::pos::sim {

/// What a POS prints of its own: this is the customer's receipt, not ours.
struct Receipt {
  std::string store;
  std::string till;
  std::string number;
  std::vector<Scan> lines;
  Money total;
};

/// The receipt as ESC/POS bytes: header, lines, total, cut, drawer kick, in the manner of common POS programs.
std::vector<std::byte> receipt_bytes(Receipt const& receipt, PrinterProfile const& profile);

/// Prints it as a POS does: connect, send, close.  Errors  io, timeout.
Result<void> print_at(Address const& printer, std::vector<std::byte> const& job);

}  // namespace tillcue::pos::sim
