#pragma once

#include "tillcue/models/diff.hpp"

namespace tillcue::models {

void compare_items(Bundle const& before, Bundle const& after, BundleDiff& out);
void compare_settings(Bundle const& before, Bundle const& after, BundleDiff& out);
SuggestionChanges compare_suggestions(Ranker const& before, Ranker const& after,
                                      std::vector<std::vector<std::string>> const& baskets);

}  // namespace tillcue::models
