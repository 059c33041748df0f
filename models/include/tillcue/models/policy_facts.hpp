#pragma once

#include <string_view>
#include <vector>

#include "tillcue/core/policy.hpp"

namespace tillcue::models {

/// One setting of a policy under its name in a campaigns file.
struct PolicyFact {
  enum class As { whole, percent, share, word };

  std::string_view name;
  As as = As::whole;
  double number = 0;        ///< percent: 5.0; share: of 1
  std::string_view word{};  ///< in the place of the number
};

/// Every setting, as `inspect` shows and `diff` compares them.
std::vector<PolicyFact> policy_facts(Policy const& policy);

}  // namespace tillcue::models
