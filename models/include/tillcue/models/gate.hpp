#pragma once

#include <string>
#include <vector>

#include "tillcue/models/evaluation.hpp"

namespace tillcue::models {

/// What a new bundle may lose against the running one before it is refused. Noise does not refuse: of HR@5 and
/// calibration the whole 95 % interval must lie beyond the limit.
struct GateLimits {
  double hit_rate_5 = Difference::kTie;  ///< points of HR@5
  double calibration = 0.005;            ///< calibration error of the first five
  double coverage = 0.1;                 ///< share of the running bundle's coverage@10
  double items = 0.2;                    ///< share of the running bundle's items
  std::size_t bytes = 117'964'800;       ///< of the whole file; as much as a release can carry (sync/WIRE.md)
};

/// One thing looked at.
struct GateCheck {
  std::string what;   ///< "HR@5"
  std::string found;  ///< the numbers and the limit, for people
  bool passed = true;
};

struct GateVerdict {
  std::vector<GateCheck> checks;
  std::string how;  ///< which baskets both were asked, and who has seen them
  std::size_t questions = 0;

  [[nodiscard]] bool passed() const noexcept;
  /// The checks that failed, in one line; empty when none did.
  [[nodiscard]] std::string reasons() const;
  /// "key=value" lines for the bundle's note. `forced`: it goes out although it failed.
  [[nodiscard]] std::string note(bool forced) const;
};

struct GateOptions {
  GateLimits limits;
  double test_share = 0.2;
  std::size_t most_queries = 40'000;
  std::size_t enough_queries = 500;  ///< fewer prove nothing
};

/// Compares the bundle made of `data` with the running one on the same questions. Fair where dates allow: a twin of the
/// new bundle, learned without the last baskets, and the running one are asked about baskets neither has seen. Where
/// the running bundle has seen (nearly) all of `data`, or nobody can tell, both bundles are asked as they are, when the
/// new one learned from as many baskets: both know the answers alike. From fewer, it knows more of them by heart: a
/// twin answers for it, with that share of what the new one gains that the running one gains too. Prices far from what
/// was charged lately, for most of what is sold, are refused. Errors  those of build().
Result<GateVerdict> judge_release(Dataset const& data, Catalogue const& catalogue, BuildOptions const& build_options,
                                  std::span<std::byte const> bundle, Ranker& running, GateOptions const& options,
                                  Progress const& progress = {});

}  // namespace tillcue::models
