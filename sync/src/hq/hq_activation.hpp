#pragma once

#include <functional>
#include <string>

#include "hq_broker_session.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {

struct ActivationOptions {
  std::uint64_t release = 0;
  Scope scope{};                       ///< whom the release is for
  std::chrono::milliseconds wait;      ///< in all
  std::chrono::milliseconds patience;  ///< for one answer of the broker
};

struct Activation {
  std::size_t online = 0;
  std::size_t active = 0;     ///< of them: run the release or a newer one
  std::size_t elsewhere = 0;  ///< online, and not of the scope by what they say: not counted above
};

/// Watches the terminals' states until every one of the scope that is online runs the release (and at least one does),
/// or the time is over, which is not an error: the caller reads the numbers. Errors  as BrokerSession::subscribe.
Result<Activation> await_activation(BrokerSession& session, Topics const& topics, ActivationOptions const& options,
                                    std::function<void(std::string const& line)> const& say);

}  // namespace tillcue::sync
