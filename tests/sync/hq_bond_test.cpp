#include "tillcue/sync/hq_bond.hpp"

#include "hq_office_scene.hpp"
#include "tillcue/sync/hq_key_words.hpp"

namespace tillcue::sync::hq_test {
namespace {

/// What a start of serve on the office's database comes to; empty: it starts.
std::string start(Office& o, std::string const& chain, SigningKey const& key, KeyRing const& trusted = {}) {
  HqOffice office{chain, OfficeParts{o.inbox, o.link, key, [](auto, auto) {}, [&] { return o.now; }, &trusted}};
  auto const opened = office.open();
  if (opened) return {};
  CHECK(opened.error().code == Code::rejected);
  return opened.error().what;
}

void say_release(Office& o) { REQUIRE(o.inbox.note_release(small_manifest(), o.now)); }

TEST_CASE("a database is of one chain: another is refused by name, for who reads it too") {
  Office o;
  CHECK(start(o, "dmeo", o.key) ==
        "this is the database of chain \"demo\", not of \"dmeo\": say --chain demo, or name that chain's own database");
  CHECK(start(o, "demo", o.key).empty());
  auto reader = *open_hq_reader(o.db);
  CHECK(check_chain(reader, "demo"));
  CHECK(check_chain(reader, "dmeo").error().code == Code::rejected);
}

TEST_CASE("a database of before learns chain and key with the first start; its manifests say the chain already") {
  Office o;
  REQUIRE(o.inbox.together([](Database& db) { return db.execute("DELETE FROM bond_chain; DELETE FROM bond_keys"); }));
  say_release(o);
  CHECK(start(o, "dmeo", o.key).find("chain \"demo\"") != std::string::npos);
  CHECK(start(o, "demo", o.key).empty());
  CHECK(ask_text(o.db, "SELECT chain FROM bond_chain") == "demo");
  CHECK(ask_text(o.db, "SELECT key FROM bond_keys") == o.key.id());
}

TEST_CASE("a key the fleet was not told with is refused once something has been said, unless its own is vouched for") {
  Office o;
  auto const fresh = *SigningKey::generate(), another = *SigningKey::generate();
  CHECK(start(o, "demo", fresh).empty());  // nothing has been said: the one of before is forgotten
  say_release(o);
  auto const refused = start(o, "demo", o.key);
  CHECK(refused.find("know key " + fresh.id() + ", and would believe nothing under " + o.key.id()) !=
        std::string::npos);
  CHECK(refused.find("keys rotate") != std::string::npos);
  CHECK(start(o, "demo", fresh).empty());
  KeyRing both;
  both.pin(fresh.public_key());
  CHECK(start(o, "demo", o.key, both).empty());
  CHECK(start(o, "demo", o.key).empty());  // remembered
  CHECK_FALSE(start(o, "demo", another).empty());
  // Serve's own ring has its own key, which vouches for nothing.
  KeyRing own;
  own.pin(another.public_key());
  CHECK_FALSE(start(o, "demo", another, own).empty());
  auto reader = *open_hq_reader(o.db);
  CHECK(check_signer(reader, "demo", another.id(), own).error().code == Code::rejected);
  CHECK(check_signer(reader, "demo", fresh.id(), {}));
  // Set up with it from the beginning: terminals say so themselves.
  Held held;
  held.terminal = TerminalId{"till-1"};
  held.keys = {another.id(), fresh.id()};
  REQUIRE(o.office->heard(held));
  CHECK(start(o, "demo", another).empty());
}

TEST_CASE("an acknowledgement, a stop and a rotation bind to the key as well; a rotated one is believed") {
  auto const next = *SigningKey::generate();
  {
    Office o;
    REQUIRE(o.inbox.store(plain_batch("till-1", 1, 2), o.now));
    CHECK_FALSE(start(o, "demo", next).empty());
  }
  Office o;
  CHECK(o.ask({{"do", "stop"}, {"scope", "all"}})["ok"] == true);
  CHECK_FALSE(start(o, "demo", next).empty());
  auto db = *open_hq_reader(o.db);
  KeysChange const change{"demo", *believed_keys(db, "demo"), {o.key, next}, 1'790'000'000};
  CHECK(o.ask({{"do", "keys"}, {"envelope", *add_key(change, o.key, next)}})["ok"] == true);
  CHECK(start(o, "demo", next).empty());
  CHECK(start(o, "demo", o.key).empty());
  CHECK(start(o, "demo", *SigningKey::generate()).find("is not believed by the terminals any more") !=
        std::string::npos);
}

}  // namespace
}  // namespace tillcue::sync::hq_test
