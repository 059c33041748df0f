#pragma once

#include <cstdint>

#include "office_client.hpp"
#include "tillcue/core/bundle.hpp"

namespace tillcue::sync {

/// Enters the budgets that the bundle's campaigns file has, so that serve shares them out; what is spent stays spent,
/// and what head office said in its own word stands while the file says what it said before: notes tell it. Returns how
/// many there were. `terminals`: how many have the free shares of the bundle; `scope`: of its release.
/// Errors  OfficeClient::ask's; those before the one that failed are entered.
Result<std::size_t> enter_budgets(OfficeClient const& office, Bundle const& bundle, std::uint64_t terminals,
                                  std::string const& scope);

}  // namespace tillcue::sync
