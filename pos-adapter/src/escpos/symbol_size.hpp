#pragma once

#include <optional>
#include <string_view>

#include "tillcue/core/result.hpp"
#include "tillcue/pos/coupon.hpp"

namespace tillcue::pos {

/// Errors  invalid: what is wrong with the data.
Result<void> check_barcode(Barcode const& barcode);

/// What follows GS k 73 n: the code set's start and the data; digit pairs (set C) where all of it is digits.
std::string code128_data(std::string_view text);

/// The widest module (dots of the thinnest bar, 2 or 3) at which the symbol fits `dots`; none when it does not fit.
/// Units  dots.  Source  CODE128: 11 modules a symbol, 13 the stop; EAN-13: 95 and 18 of quiet zone.
std::optional<unsigned> barcode_module(Barcode const& barcode, unsigned dots);

/// Edge of the QR symbol in modules for bytes at error level M; none above version 10 (213 bytes).
/// Source  ISO/IEC 18004 capacity table.
std::optional<unsigned> qr_modules(std::size_t bytes);
/// Dots of a module that make the symbol about a third of the paper wide.
unsigned qr_module_dots(unsigned modules, unsigned dots);

}  // namespace tillcue::pos
