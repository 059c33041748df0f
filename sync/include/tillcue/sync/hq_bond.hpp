#pragma once

#include <string_view>

#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// HQ's database is of one chain, and of the keys that its fleet was told with: under another its numbers, words and
/// budgets would be said to tills that know nothing of them, or believe none of it. `serve` binds it; one of before
/// learns both with the first start.

/// Errors  rejected (it is another chain's, or the broker's manifests in it are), those of the database.
Result<void> check_chain(Database& db, std::string_view chain);

/// Whether the fleet can believe `key`: by the last keys word, else when it was told with it or a terminal says it
/// believes it, or one of `trusted`, which whoever gives them vouches for. Where no key is known each is taken.
/// Errors  rejected, those of the database.
Result<void> check_signer(Database& db, std::string_view chain, std::string_view key, KeyRing const& trusted);

/// Both checks, a key being as good as another while nothing has been said or published; then remembers them.
/// Errors  as above.
Result<void> bind_database(Database& db, std::string_view chain, std::string_view key, KeyRing const& trusted);

}  // namespace tillcue::sync
