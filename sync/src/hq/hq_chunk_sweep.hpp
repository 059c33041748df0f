#pragma once

#include <set>

#include "hq_broker_session.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {

struct SweepOptions {
  std::chrono::milliseconds patience;
  std::chrono::milliseconds quiet;
};

/// Clears the retained chunks of every object that is not in `keep`; returns how many. The broker itself says what lies
/// there, so what an interrupted publish left behind goes as well.
/// Errors  as BrokerSession.
Result<std::size_t> sweep_chunks(BrokerSession& session, Topics const& topics, std::set<Sha256> const& keep,
                                 SweepOptions const& options);

}  // namespace tillcue::sync
