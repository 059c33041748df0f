#pragma once

#include "tillcue/core/outcome.hpp"
#include "tillcue/firmware/secret.hpp"

namespace tillcue::terminal {

/// A sale's number as it may be written down and leave the store: the till's own, or, where that looks like a payment
/// card number (one in some twenty of 13 to 19 digits does), a digest of it under the store's key, in letters. The till
/// itself goes on being told its own.
SaleId told_sale(Secret const& secret, SaleId const& sale);
/// With that number. The replay record has the till's own in it: then it is left out.
Outcome told(Secret const& secret, Outcome outcome);

}  // namespace tillcue::terminal
