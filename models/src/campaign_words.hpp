#pragma once

#include <vector>

#include "tillcue/models/campaign_check.hpp"

namespace tillcue::models {

/// What is doubtful in the words of campaigns and texts, though every variable exists: variables that an offer of this
/// type never has, languages and plural cases that are missing, sentences nobody reads at a glance.
void check_words(Campaigns const& campaigns, BundleSource const& source, std::vector<Finding>& out);

}  // namespace tillcue::models
