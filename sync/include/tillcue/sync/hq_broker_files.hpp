#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tillcue/core/result.hpp"
#include "tillcue/sync/broker_limits.hpp"

namespace tillcue::sync {

/// What a mosquitto (2.0.11 and up) for one chain is set up with.
struct BrokerSettings {
  std::string chain;                ///< a topic name
  std::string address = "0.0.0.0";  ///< of the listener
  std::uint16_t port = 8883;
  std::filesystem::path authority, certificate, key;  ///< as the broker finds them
  std::filesystem::path rights;                       ///< the file of broker_rights(), as the broker finds it
  BrokerLimits limits{};
  std::size_t terminals = 1'000;  ///< that connect
};

/// File descriptors a broker needs for so many terminals: one each, and some for head office and its own files.
std::size_t broker_descriptors(std::size_t terminals);

/// Text of its configuration: TLS 1.2 and up with client certificates only, a client's name and id are those of its
/// certificate, limits that hold what WIRE.md allows and nothing larger.
std::string broker_configuration(BrokerSettings const& settings);

/// Text of its access list: WIRE.md, "Rights".
std::string broker_rights(std::string const& chain);

}  // namespace tillcue::sync
