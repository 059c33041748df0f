#pragma once

#include "tillcue/core/bundle_writer.hpp"

namespace tillcue {

/// Every rule a bundle source must keep, except unique codes (the code index finds those).
/// Errors  invalid: the first broken rule, naming item, campaign or text and the mend.
Result<void> check_source(BundleSource const& source);

}  // namespace tillcue
