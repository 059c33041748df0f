#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tillcue/core/sku.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::sync {

/// A name that can stand in a topic: letters, digits, '-', '_', '.', ':'; 1 to 64 bytes.
bool is_topic_name(std::string_view name) noexcept;

enum class TopicKind : std::uint8_t { manifest, chunk, results, ack, state, request };

/// What a topic of ours says; `name` is the scope (manifest) or the terminal (all but chunk), borrowed from the topic.
struct TopicParts {
  TopicKind kind = TopicKind::manifest;
  std::string_view name;
  Sha256 object;            ///< chunk only
  std::uint32_t index = 0;  ///< chunk only
};

/// The topics of one chain, WIRE.md. Five levels at most.
class Topics {
 public:
  /// `chain` must be a topic name.
  explicit Topics(std::string_view chain) : prefix_("tillcue/1/" + std::string(chain) + "/") {}

  [[nodiscard]] std::string manifest(std::string_view scope = "all") const {
    return prefix_ + "m/" + std::string(scope);
  }
  [[nodiscard]] std::string chunk(Sha256 const& object, std::uint32_t index) const {
    return prefix_ + "c/" + object.hex() + "/" + std::to_string(index);
  }
  [[nodiscard]] std::string results(TerminalId const& terminal) const { return prefix_ + "r/" + terminal.value; }
  [[nodiscard]] std::string ack(TerminalId const& terminal) const { return prefix_ + "a/" + terminal.value; }
  [[nodiscard]] std::string state(TerminalId const& terminal) const { return prefix_ + "s/" + terminal.value; }
  [[nodiscard]] std::string request(TerminalId const& terminal) const { return prefix_ + "q/" + terminal.value; }
  /// HQ's filters: every terminal.
  [[nodiscard]] std::string all_results() const { return prefix_ + "r/+"; }
  [[nodiscard]] std::string all_states() const { return prefix_ + "s/+"; }
  [[nodiscard]] std::string all_requests() const { return prefix_ + "q/+"; }

  /// Nothing when it is no topic of this chain.
  [[nodiscard]] std::optional<TopicParts> parse(std::string_view topic) const;

 private:
  std::string prefix_;
};

}  // namespace tillcue::sync
