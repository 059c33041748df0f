#pragma once

#include "tillcue/core/candidates.hpp"
#include "tillcue/core/offer.hpp"

namespace tillcue {

/// Why `item` is suggested, given what in the basket speaks loudest for it: Scorer::explain.
[[nodiscard]] Reason reason_of(Bundle const& bundle, ItemIx item, Term const& loudest,
                               Probability probability) noexcept;

}  // namespace tillcue
