#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/live.hpp"
#include "tillcue/core/result.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/core/units.hpp"
#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/results.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {

/// What head office says apart from bundles: `live` (stops, budgets, stock), `config` (fields of the terminal's
/// configuration), `keys` (whom to believe from now on).
enum class WordKind : std::uint8_t { live, config, keys };
std::string_view name_of(WordKind kind) noexcept;
TopicKind topic_of(WordKind kind) noexcept;

/// One word, whole: what a newer one of the same kind and scope leaves out no longer holds.
struct Word {
  WordKind kind = WordKind::live;
  std::string chain;
  Scope scope;
  std::uint64_t number = 0;  ///< of its kind and scope; only grows: a lower one is a replay
  std::int64_t created = 0;  ///< seconds since 1970
  std::int64_t expires = 0;  ///< exclusive: not taken from then on; what is held goes on holding
  std::string content;       ///< one JSON object; its reader depends on the kind
};
inline constexpr std::size_t kMaxWord = 61'440;  ///< bytes with the envelope: within the retained limits of brokers

/// The body; seal() it with HQ's key and kMaxWord.  Errors  invalid, naming the field.
Result<std::string> encode_word(Word const& word);
/// The content comes back in canonical form.  Errors  invalid, naming the field; unsupported (newer format).
Result<Word> decode_word(std::string_view body);

/// What a terminal says of the words it holds and of its budgets: retained on `h/{terminal}`.
struct Held {
  struct Spent {
    std::uint32_t grant = 0;  ///< number of the grant it counts on; 0: none
    Allotment amount;
    friend bool operator==(Spent const&, Spent const&) = default;
  };
  TerminalId terminal;
  Timestamp at{};
  std::string group, store;                    ///< whose words it follows beside its own and the chain's
  std::map<std::string, std::uint64_t> words;  ///< "live all", "config store:s-1": number held
  std::map<std::string, std::string> refused;  ///< the same names: why the newest was not taken
  std::map<std::string, std::string> config;   ///< field: value in force that a word of HQ set
  std::vector<std::string> keys;               ///< ids of the keys it believes
  std::map<std::string, Spent> budgets;        ///< by name, as Live::spent() and the grants have them
  Epoch epoch{};                               ///< of the file they are counted in; none: it is older than epochs
  std::uint64_t turn = 0;                      ///< rises with each change of what was spent
};
inline constexpr std::size_t kMaxHeld = 61'440;
inline constexpr std::size_t kMaxHeldBudgets = 500;  ///< more are not told
/// The name of a word in Held: kind and scope.
std::string held_name(WordKind kind, Scope const& scope);
/// Errors  invalid, naming the field.  Too long texts are cut.
Result<std::string> encode_held(Held const& held);
Result<Held> decode_held(std::string_view message);

/// Content of a `live` word as HQ writes it. The terminal's program reads more than this (firmware/README.md).
struct LiveContent {
  struct Grant {
    std::uint32_t number = 0;
    Allotment share;  ///< Allotment::kUnlimited in a part: that part is left out
  };
  /// What tills call an item.
  struct Name {
    std::string text, sku;
    std::optional<std::int64_t> price{};  ///< of one, minor units: the name means the item at that price only
    friend bool operator==(Name const&, Name const&) = default;
  };
  static constexpr std::size_t kMaxNames = 40'000;  ///< bytes of all of them: a stop must still fit the word

  bool stop_all = false;
  std::vector<std::string> stop, out_of_stock;
  std::map<std::string, Grant> grants;
  Epoch epoch{};  ///< of the file the grants are for (Held); said with them
  std::vector<Name> names;
};
/// Of its names alone, as encode_live writes them.
std::size_t encoded_size(std::vector<LiveContent::Name> const& names);
std::string encode_live(LiveContent const& live);
/// The numbers of its grants; what is wrong with the rest is for the reader of the whole.
std::map<std::string, std::uint32_t> grant_numbers(std::string_view live_content);

/// Content of a `keys` word: from now on believe these. Signed by a key that is believed, and each new key has signed
/// its own raw bytes after "tillcue key " and the chain's name, so that nobody can name a key he does not hold.
struct KeysContent {
  struct Entry {
    PublicKey key;
    Signature proof{};
  };
  std::vector<Entry> keys;            ///< 1 to 8
  std::vector<std::string> replaced;  ///< ids that are not believed any more

  [[nodiscard]] bool replaces(std::string_view id) const;
};
/// What a key signs to prove that somebody holds it.
std::string key_proof_text(std::string_view chain, PublicKey const& key);
std::string encode_keys(KeysContent const& content);
/// Errors  invalid (field), rejected (a proof is wrong).
Result<KeysContent> decode_keys(std::string_view content, std::string_view chain);

}  // namespace tillcue::sync
