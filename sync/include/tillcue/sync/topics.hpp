#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tillcue/core/result.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::sync {

/// A name that can stand in a topic: letters, digits, '-', '_', '.', ':'; 1 to 64 bytes.
bool is_topic_name(std::string_view name) noexcept;

/// hq and all that begins with hq-: of head office alone, which is known to the broker by such names. A terminal called
/// like it would have its rights, or throw it out.
bool is_head_office_name(std::string_view name) noexcept;

/// Whom something is for: everybody of the chain, a group of stores, a store, or one terminal.
struct Scope {
  enum class Kind : std::uint8_t { all, group, store, terminal };
  Kind kind = Kind::all;
  std::string name{};  ///< empty for all

  friend bool operator==(Scope const&, Scope const&) = default;
  /// "all", "group:north", "store:s-1", "terminal:till-7".
  [[nodiscard]] std::string text() const;
  /// Errors  invalid (none of these).
  static Result<Scope> parse(std::string_view text);
};

enum class TopicKind : std::uint8_t { manifest, chunk, results, ack, state, request, live, config, keys, held };

/// What a topic of ours says; `name` is the scope (manifest) or the terminal (all but chunk and words), borrowed from
/// the topic.
struct TopicParts {
  TopicKind kind = TopicKind::manifest;
  std::string_view name;
  Scope scope;              ///< words only: live, config, keys
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
  /// Of HQ's signed words: `kind` is live, config or keys.
  [[nodiscard]] std::string word(TopicKind kind, Scope const& scope) const;
  [[nodiscard]] std::string held(TerminalId const& terminal) const { return prefix_ + "h/" + terminal.value; }
  [[nodiscard]] std::string all_held() const { return prefix_ + "h/+"; }
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
