#include "tillcue/sync/hq_bond.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "hq_rows.hpp"
#include "tillcue/sync/hq_key_words.hpp"
#include "tillcue/sync/hq_known.hpp"

namespace tillcue::sync {
namespace {

bool holds(std::vector<std::string> const& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// Empty: not known yet.
Result<std::string> chain_of(Database& db) {
  for (auto const* sql :
       {"SELECT chain FROM bond_chain", "SELECT DISTINCT json_extract(body, '$.chain') FROM manifests"}) {
    auto const known = texts(db, sql);
    if (!known) return tl::unexpected{known.error()};
    if (known->size() == 1) return known->front();
  }
  return std::string{};
}

/// Acknowledgements are something said, too.
Result<bool> anything_said(Database& db) {
  auto const said =
      texts(db,
            "SELECT 1 WHERE EXISTS(SELECT 1 FROM releases) OR EXISTS(SELECT 1 FROM manifests) OR "
            "EXISTS(SELECT 1 FROM rollouts) OR EXISTS(SELECT 1 FROM words) OR EXISTS(SELECT 1 FROM streams)");
  if (!said) return tl::unexpected{said.error()};
  return !said->empty();
}

Result<void> keep(Database& db, std::string const& sql, std::string_view value) {
  auto put = db.prepare(sql);
  return put ? put->bind(1, value).run() : tl::unexpected{put.error()};
}

}  // namespace

Result<void> check_chain(Database& db, std::string_view chain) {
  auto const known = chain_of(db);
  if (!known) return tl::unexpected{known.error()};
  if (known->empty() || *known == chain) return {};
  return fail(Code::rejected, "this is the database of chain \"" + *known + "\", not of \"" + std::string{chain} +
                                  "\": say --chain " + *known + ", or name that chain's own database");
}

Result<void> check_signer(Database& db, std::string_view chain, std::string_view key, KeyRing const& trusted) {
  auto const believed = believed_keys(db, chain);
  if (!believed) return tl::unexpected{believed.error()};
  if (believed->number > 0) return check_believed(*believed, key);
  auto const told = texts(db,
                          "SELECT key FROM bond_keys UNION "
                          "SELECT value FROM held, json_each(held.body, '$.keys') WHERE type = 'text'");
  if (!told) return tl::unexpected{told.error()};
  bool const vouched = std::any_of(told->begin(), told->end(), [&](auto const& id) { return trusted.knows(id); });
  if (told->empty() || holds(*told, key) || vouched) return {};
  return fail(Code::rejected,
              "the terminals of this database know key " + some_of(*told) + ", and would believe nothing " + "under " +
                  std::string{key} + ": sign with that one, or have them told of a new one " +
                  "first (`tillcue-hq keys rotate`); were they set up with both, give the public half " +
                  "of the one they know as --trust");
}

Result<void> bind_database(Database& db, std::string_view chain, std::string_view key, KeyRing const& trusted) {
  if (auto good = check_chain(db, chain); !good) return good;
  auto const said = anything_said(db);
  if (!said) return tl::unexpected{said.error()};
  if (!*said) {
    if (auto done = db.execute("DELETE FROM bond_keys"); !done) return done;
  }
  if (auto good = check_signer(db, chain, key, trusted); !good) return good;
  if (auto done = keep(db, "INSERT OR IGNORE INTO bond_chain VALUES(?1)", chain); !done) return done;
  auto ids = trusted.ids();
  ids.insert(ids.begin(), std::string{key});
  for (auto const& id : ids) {
    if (auto done = keep(db, "INSERT OR IGNORE INTO bond_keys VALUES(?1)", id); !done) return done;
  }
  return {};
}

}  // namespace tillcue::sync
