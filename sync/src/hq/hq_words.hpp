#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tillcue/sync/mqtt_link.hpp"
#include "tillcue/sync/sqlite.hpp"
#include "tillcue/sync/word.hpp"

namespace tillcue::sync {

/// The last word of each kind and scope: numbered, signed, kept in HQ's database and queued for the broker. Words
/// expire after kLifetime and are said anew, under a new number, when half of it is over. Threads  one at a time.
/// Errors  those of the database; invalid (a word too large for the wire).
class HqWords {
 public:
  static constexpr std::int64_t kLifetime = 30LL * 86'400;

  HqWords(std::string chain, SigningKey const& key) : chain_(std::move(chain)), key_(&key) {}

  /// Says `content`, unless it is what was said last. The number it holds under.
  Result<std::uint64_t> say(Database& db, WordKind kind, Scope const& scope, std::string content, std::int64_t now);
  /// Queues every word again: a broker may have forgotten them. What is half over is renewed.
  Result<void> repeat(Database& db, std::int64_t now);
  Result<void> renew(Database& db, std::int64_t now);
  /// A keys word is signed by others than serve: it is kept and said as it came.
  Result<void> take_keys(Database& db, Word const& word, std::string const& envelope);
  static Result<std::optional<Word>> last(Database& db, WordKind kind, Scope const& scope);

  /// What is to be published now, retained.
  std::vector<MqttPublish> take_outgoing() { return std::exchange(outgoing_, {}); }
  void forget_outgoing() { outgoing_.clear(); }

 private:
  Result<void> queue(Database& db, Word const& word);
  Result<void> store(Database& db, Word const& word);
  static Result<std::vector<Word>> all(Database& db);

  std::string chain_;
  SigningKey const* key_;
  std::vector<MqttPublish> outgoing_;
};

}  // namespace tillcue::sync
