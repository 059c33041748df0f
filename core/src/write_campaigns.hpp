#pragma once

#include "format/output.hpp"
#include "tillcue/core/bundle_writer.hpp"

namespace tillcue {

/// Adds the sections CMPN, CREF, LADR and NEVR of a checked source; none that would be empty.
void add_campaigns(BundleSource const& source, format::StringPool& pool, format::FileOutput& file);

}  // namespace tillcue
