#include "bundle_budgets.hpp"

#include "tillcue/sync/hq_budget_ledger.hpp"

namespace tillcue::sync {

Result<std::size_t> enter_budgets(OfficeClient const& office, Bundle const& bundle, std::uint64_t terminals,
                                  std::string const& scope) {
  auto const plans = budget_plans(bundle);
  for (auto const& plan : plans) {
    nlohmann::json request{{"do", "budget set"},
                           {"name", plan.name},
                           {"free_amount", plan.free.minor},
                           {"free_issues", plan.free.issues},
                           {"terminals", terminals},
                           {"currency", bundle.info().currency.text()},
                           {"scope", scope}};
    if (plan.total.minor != Allotment::kUnlimited) request["amount"] = plan.total.minor;
    if (plan.total.issues != Allotment::kUnlimited) request["issues"] = plan.total.issues;
    auto const done = office.ask(request);
    if (!done) return tl::unexpected{done.error().within(plan.name)};
    tell_note(*done);
  }
  return plans.size();
}

}  // namespace tillcue::sync
