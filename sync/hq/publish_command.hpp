#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "program.hpp"
#include "tillcue/sync/hq_publisher.hpp"

namespace tillcue::sync {

/// What `publish` and `rollout start` share.
struct PublishCommand {
  BrokerOptions broker;
  PublishOptions publish;
  std::string bundle, key, database, shelf;
  std::vector<std::string> trusted;
  unsigned expires_days = 90;
  unsigned wait_seconds = 0;
  unsigned deltas = 4;
  bool force = false, plain = false;

  void add_to(CLI::App& command);
};

/// Checks, uploads and announces, or hands over (PublishParts::hand_over).
Result<Published> publish(PublishCommand& options,
                          std::function<Result<std::uint64_t>(Manifest const&)> const& hand_over);

}  // namespace tillcue::sync
