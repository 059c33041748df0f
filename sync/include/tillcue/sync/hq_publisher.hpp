#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/hq_bundle_shelf.hpp"
#include "tillcue/sync/manifest.hpp"
#include "tillcue/sync/mqtt_link.hpp"

namespace tillcue::sync {

struct PublishOptions {
  std::string chain;
  std::string scope = "all";
  std::uint64_t release = 0;        ///< 0: one more than the highest known
  std::uint64_t known_release = 0;  ///< from HQ's database; 0 = not known
  std::int64_t created = 0;         ///< seconds since 1970
  std::int64_t expires = 0;         ///< seconds since 1970
  std::string minimum_version = "0.0.0";
  std::string note;
  bool parcels = true;                          ///< also as parcels, for terminals that know them
  BrokerLimits limits{};                        ///< of the broker
  std::vector<std::vector<std::byte>> bases{};  ///< bundles that the fleet runs: a delta against each
  std::chrono::milliseconds patience{15'000};   ///< for the connection and for each answer of the broker
  std::chrono::milliseconds quiet{700};         ///< no retained message for this long: there are no more
  std::chrono::milliseconds wait{0};            ///< for terminals to run the release; 0 = do not wait
};

/// What was done, and what came of it.
struct Published {
  std::uint64_t release = 0;
  Sha256 bundle;
  std::uint64_t bytes = 0;
  std::size_t chunks = 0;
  std::size_t parcels = 0;              ///< beside the bundle itself
  std::uint64_t smallest = 0;           ///< bytes of the smallest way to it
  std::size_t cleared_chunks = 0;       ///< of releases older than the previous one
  std::chrono::milliseconds upload{0};  ///< connection to manifest
  std::size_t online = 0;               ///< terminals online while waiting that the scope takes in, or may take in
  std::size_t active = 0;               ///< of them: run the release
  std::size_t elsewhere = 0;            ///< online, and known to be outside the scope
};

struct PublishParts {
  MqttLink& link;  ///< not started yet; stopped afterwards
  SigningKey const& key;
  KeyRing const& trusted;  ///< whose retained manifests are believed; holds the public half of `key`
  BundleShelf const* shelf = nullptr;
  std::function<void(std::string const& line)> progress;  ///< may be empty
  /// Everything lies on the broker: in the place of announcing it to the scope. The release's number.
  std::function<Result<std::uint64_t>(Manifest const&)> hand_over{};
};

/// Validates the bundle, puts its chunks on the broker as retained messages, then the signed manifest, then removes
/// what no manifest needs any more except the release just replaced, then waits for the terminals.
/// Errors  invalid (also scope, chain, minimum version, note: before anything is sent), corrupt, unsupported (the
///         bundle), rejected (the release is not newer than the known one, the
///         retained manifest is not signed by a trusted key or was replaced during the upload, the broker refuses),
///         timeout, io.
Result<Published> publish_bundle(PublishParts const& parts, std::span<std::byte const> bundle,
                                 PublishOptions const& options);

}  // namespace tillcue::sync
