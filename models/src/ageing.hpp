#pragma once

#include <cstdint>

#include "questions.hpp"

namespace tillcue::models {

/// What an evaluation learned from, and the model it made of it.
struct FirstModel {
  Dataset const& data;
  Split const& split;
  Counts const& learned;
  Ranker& ranker;
};

/// Errors  invalid: no dates, or more bundles than are worth waiting for.
Result<void> can_watch_ageing(Dataset const& data, std::vector<std::uint32_t> const& held, std::uint32_t every_days);

/// Asks for the baskets kept back, stretch by stretch, the model and one built of everything sold before the stretch.
/// Where can_watch_ageing().  Errors  those of build().
Result<Ageing> watch_ageing(FirstModel const& first, std::uint32_t every_days, BuildOptions const& build_options,
                            EvaluationOptions const& options, Progress const& progress);

}  // namespace tillcue::models
