#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tillcue/models/cold_measure.hpp"

namespace tillcue::models {

/// Builds on `early`, where some items were hidden, as it would be built for a shop, and asks for every item of those
/// `later` baskets of `data` that hold a hidden one. About `most` questions.
/// Errors  those of build().
Result<ColdProbabilities> measure_cold_probabilities(Dataset const& early, Dataset const& data,
                                                     std::span<std::uint32_t const> later, std::span<char const> hidden,
                                                     Catalogue const& catalogue, BuildOptions const& options,
                                                     std::size_t most);

}  // namespace tillcue::models
