#pragma once

#include <memory>

#include "questions.hpp"

namespace tillcue::models {

/// The most bought items.
std::unique_ptr<Method> popularity_baseline(Questions const& questions);

/// Association rules of one item: by the largest confidence n_ij / n_i over the basket's items, ties and the rest by
/// popularity. Keeps each item's 128 strongest rules: exact for baskets of up to 118 items.
std::unique_ptr<Method> rules_baseline(Counts const& learned, Questions const& questions);

/// Item neighbourhoods: by the sum of the cosines n_ij / sqrt(n_i n_j) with each basket item's 50 nearest, the rest by
/// popularity.  Source  Linden, Smith & York, IEEE Internet Computing 7(1), 2003.
std::unique_ptr<Method> cosine_baseline(Counts const& learned, Questions const& questions);

}  // namespace tillcue::models
