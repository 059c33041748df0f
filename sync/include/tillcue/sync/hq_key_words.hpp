#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/sqlite.hpp"
#include "tillcue/sync/word.hpp"

namespace tillcue::sync {

/// Whom HQ has told its terminals to believe; nothing when it never said so, and their files hold.
struct BelievedKeys {
  std::uint64_t number = 0;  ///< of the last keys word; 0: none
  KeysContent content;

  [[nodiscard]] bool believes(std::string_view id) const;
};
/// Errors  as Statement; those of decode_keys.
Result<BelievedKeys> believed_keys(Database& db, std::string_view chain);
/// What these have signed HQ believes too.  Errors  as above.
Result<void> pin_believed(Database& db, std::string_view chain, KeyRing& ring);
/// Errors  rejected: the terminals have been told not to believe this key (any more).
Result<void> check_believed(BelievedKeys const& believed, std::string_view key_id);

/// What serve, which signs with `key`, may take and pass on.  Errors  rejected (not signed by a key that is believed,
/// or `key` would not be believed any more), invalid.
Result<Word> read_keys_word(Database& db, SigningKey const& key, std::string_view chain, std::string_view envelope);

/// What each change says. Every signing key that terminals may still believe signs it, so that who was off during a
/// change, or several, can follow.
struct KeysChange {
  std::string chain;
  BelievedKeys before;
  std::vector<SigningKey> holders;  ///< of the keys at hand, those of before and of long before too
  std::int64_t now = 0;             ///< seconds since 1970
};
/// `added` is believed besides the others from then on. The first change names the key of the terminals' files, which
/// must be `current`.  Errors  rejected (known already, more than 8, `current` is not believed), invalid.
Result<std::string> add_key(KeysChange const& change, SigningKey const& current, SigningKey const& added);
/// `id` is not believed any more.  Errors  rejected (it is the last one), not_found (it is not believed), invalid.
Result<std::string> retire_key(KeysChange const& change, std::string_view id);

}  // namespace tillcue::sync
