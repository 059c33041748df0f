#pragma once

#include <set>

#include "hq_broker_session.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {

struct SweepOptions {
  std::chrono::milliseconds patience;
  std::chrono::milliseconds quiet;
};

/// The objects of which chunks lie on the broker. The broker itself says so, and what an interrupted publish left
/// behind is among them. Errors  as BrokerSession.
Result<std::set<Sha256>> retained_objects(BrokerSession& session, Topics const& topics, SweepOptions const& options);

/// Clears the retained chunks of each of `objects` that is not in `keep`; returns how many.
/// Errors  as BrokerSession.
Result<std::size_t> sweep_chunks(BrokerSession& session, Topics const& topics, std::set<Sha256> const& objects,
                                 std::set<Sha256> const& keep, SweepOptions const& options);

}  // namespace tillcue::sync
