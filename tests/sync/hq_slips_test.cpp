#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "hq_program_scene.hpp"
#include "tillcue/sync/hq_certificates.hpp"
#include "tillcue/sync/hq_inbox.hpp"

/// What users mistype or do not see, at the real program.
using namespace tillcue;
using namespace tillcue::sync;
using namespace tillcue::sync::hq_test;

namespace {

using Words = std::vector<std::string>;

bool holds(std::string const& text, std::string const& part) {
  bool const found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

std::string bundle_file(std::filesystem::path const& file) {
  auto const bytes = write_bundle(shop::source()).value();
  std::ofstream{file, std::ios::binary}.write(reinterpret_cast<char const*>(bytes.data()),
                                              static_cast<std::streamsize>(bytes.size()));
  return file.string();
}

/// Runs the program without a broker.
int run(Words const& arguments, std::string& errors) {
  Program program{arguments};
  int const code = program.wait();
  errors = program.errors();
  return code;
}

Words operator+(Words words, Words const& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Until `command` ends with that code; what it said on both outputs.
std::string comes_to(Office const& office, Words const& command, int wanted) {
  std::string out, err;
  for (int n = 0; n < 100; ++n) {
    if (office.run(command, &out, &err) == wanted) return out + err;
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  FAIL("never ended with ", wanted, ": ", out, err);
  return {};
}

}  // namespace

TEST_CASE("what is not expected is told first, in the order it was written in") {
  std::string err;
  CHECK(run({"publish", "--bundel", "x"}, err) == 2);
  CHECK(holds(err, "not expected: --bundel x"));
  CHECK(run({"stop", "--db", "x", "--all", "--canary", "till-99"}, err) == 2);
  CHECK(holds(err, "not expected: --canary till-99"));
  CHECK(run({"stop", "--all"}, err) == 2);
  CHECK(holds(err, "--db is required"));
  CHECK(run({"budget", "set", "--db", "x", "--name", "jam", "--amount", "10.50"}, err) == 2);
  CHECK(holds(err,
              "'10.50' is no whole number from 0 to 1000000000000: it is money in minor units, so that 10.50 is "
              "written 1050"));
  Words const budget{"budget", "set", "--db", "x", "--name", "jam", "--amount", "100", "--free-amount"};
  CHECK(run(budget + Words{"50", "--terminals", "5"}, err) == 2);
  CHECK(holds(err, "--free-amount 50 for each of 5 terminals is more than the whole --amount 100; at most 20"));
  CHECK(run(budget + Words{"101"}, err) == 2);
  CHECK(holds(err, "--free-amount 101 is more than the whole --amount 100; at most 100"));
  CHECK(run(budget + Words{"20", "--terminals", "5"}, err) != 2);
  Words const rollout{"rollout", "start",    "--bundle", "x",       "--key", "x",       "--db",
                      "x",       "--broker", "x",        "--chain", "x",     "--stages"};
  for (auto const& stages : {Words{"10,50,100"}, Words{"10", "50", "100"}}) {
    CHECK(run(rollout + stages, err) == 3);
    CHECK(holds(err, "no `tillcue-hq serve` answers there"));
  }
  CHECK(run(rollout + Words{"10,x"}, err) == 2);
  CHECK(holds(err, "'x' is no percentage"));
  test::TempDir const folder;
  CHECK(run({"report", "--db", folder.path().string()}, err) == 4);
  CHECK(holds(err, "cannot open: it is a folder; name a file in it"));
  auto const db = (folder / "hq.sqlite").string();
  REQUIRE(Inbox::open(db));
  CHECK(run({"config", "show", "--db", db, "--terminal", "nosuch"}, err) == 3);
  CHECK(holds(err, "--terminal: nosuch has never said which store it is in"));
  auto const out = (folder / "ex.csv").string();
  REQUIRE(run({"export", "--db", db, "--out", out}, err) == 0);
  CHECK(run({"export", "--db", db, "--out", out, "--decisions"}, err) == 5);
  CHECK(holds(err, "is no export of this kind"));
  CHECK(run({"stop", "--db", "x", "--all", "--wait", "soon"}, err) == 2);
  CHECK(holds(err, "'soon' is no whole number from 0 to 3600"));
}

TEST_CASE("another's certificate is refused before a broker is asked, where names give the rights") {
  test::TempDir const folder;
  auto const keys = folder / "keys";
  auto const key = init_key(keys, "hq")->private_file.string();
  REQUIRE(init_authority(keys, "demo", at(0)));
  auto const shows = [&](std::string const& name, CertificateUse use) -> Words {
    auto const made = *issue_certificate(keys, {use, name, {}}, 30, at(0));
    return {"--cert", made.certificate.string(), "--cert-key", made.key.string()};
  };
  Words const common{"--broker", "mqtts://127.0.0.1:1", "--chain", "demo", "--key", key};
  auto const till = shows("till-1", CertificateUse::terminal), hq = shows("hq", CertificateUse::hq);
  std::string err;
  Words const serve = Words{"serve", "--db", (folder / "hq.sqlite").string()} + common;
  CHECK(run(serve + till, err) == 5);
  CHECK(holds(
      err, "till-1.tls.pem: is made out to \"till-1\", and the broker gives rights by that name; get one for \"hq\""));
  Words const publish = Words{"publish", "--bundle", bundle_file(folder / "a.bundle")} + common;
  CHECK(run(publish + hq, err) == 5);
  CHECK(holds(err, "hq is for serve, hq-publish for publish and rollout start"));
  CHECK(run(publish + shows("hq-publish", CertificateUse::hq) + Words{"--note", "4111 1111 1111 1111"}, err) == 5);
  CHECK(holds(err, "--note"));
  // Another broker has names of its own.
  CHECK(run(publish + till + Words{"--broker-preset", "emqx", "--scope", "everybody"}, err) == 3);
}

TEST_CASE(
    "a broker gets copies of the three files it reads, its key for itself alone, and nothing from the folder of the "
    "keys") {
  namespace fs = std::filesystem;
  test::TempDir const folder;
  auto const keys = folder / "keys", out = folder / "conf";
  fs::create_directory(out);
  REQUIRE(init_key(keys, "hq"));
  REQUIRE(init_authority(keys, "demo", at(0)));
  Words const command{"broker-config", "--dir", keys.string(), "--chain", "demo", "--out"};
  std::string err;
  CHECK(run(command + Words{keys.string()}, err) == 3);
  CHECK(holds(err, "is the folder of the keys, which the broker must not be able to read"));
  CHECK(run(command + Words{out.string()}, err) == 3);
  CHECK(holds(err, "broker.tls.pem: cannot be read; the broker needs it: make it with `keys certificate --for broker"));
  CHECK(fs::is_empty(out));

  REQUIRE(issue_certificate(keys, {CertificateUse::broker, "broker", {"localhost"}}, 30, at(0)));
  REQUIRE(run(command + Words{out.string()}, err) == 0);
  CHECK(std::distance(fs::directory_iterator{out}, {}) == 5);
  CHECK(fs::status(out / "broker.tls-key.pem").permissions() == fs::perms(0600));
  CHECK(fs::status(out / "authority.tls.pem").permissions() == fs::perms(0644));
  std::stringstream text;
  text << std::ifstream{out / "tillcue.conf"}.rdbuf();
  CHECK(text.str().find(keys.string()) == std::string::npos);
  CHECK(run(command + Words{out.string()}, err) == 5);
  CHECK(holds(err, "exists; --force writes all five files anew"));
  CHECK(run(command + Words{out.string(), "--force"}, err) == 0);
}

TEST_CASE("a scope no terminal reads, a version that is none and a folder that is not there are told before all work") {
  test::TempDir const folder;
  auto const key = init_key(folder / "keys", "hq")->private_file.string();
  Words const publish{
      "publish", "--bundle", bundle_file(folder / "a.bundle"), "--key", key, "--broker", "mqtt://127.0.0.1:1",
      "--chain", "demo"};
  std::string err;
  for (auto const* scope : {"shop:store-1", "north", "store:", "store"}) {
    CHECK(run(publish + Words{"--scope", scope}, err) == 3);
    CHECK(holds(err, "scope \"" + std::string{scope} + "\": must be all, group:NAME, store:NAME or terminal:NAME"));
  }
  CHECK(run(publish + Words{"--minimum-version", "banana"}, err) == 3);
  CHECK(holds(err, "minimum version \"banana\": must be like 1.2.3"));
  auto const nowhere = folder / "nofolder" / "hq.sqlite";
  CHECK(run({"serve", "--broker", "mqtt://127.0.0.1:1", "--chain", "demo", "--key", key, "--db", nowhere.string()},
            err) == 4);
  CHECK(holds(err, "cannot open: there is no folder " + nowhere.parent_path().string() + "; make it first"));
}

TEST_CASE("a folder in place of a file is told before all work") {
  test::TempDir const folder;
  auto const key = init_key(folder / "keys", "hq")->private_file.string();
  std::string err;
  CHECK(run({"config", "set", "--db", (folder / "hq.sqlite").string(), "--file", folder.path().string()}, err) == 3);
  CHECK(holds(err, "--file: " + folder.path().string() + ": is a folder; name a file"));
  CHECK(run({"publish", "--bundle", folder.path().string(), "--key", key, "--broker", "mqtt://127.0.0.1:1", "--chain",
             "demo"},
            err) == 3);
  CHECK(holds(err, "--bundle: " + folder.path().string() + ": is a folder; name a file"));
}

TEST_CASE("a publish to a store counts the terminals of that store, and says when none is there") {
  if (skipped()) return;
  Office office;
  auto const serve = office.serve();
  PretendTerminal one{office.broker.uri(), "T1", office.ring}, two{office.broker.uri(), "T2", office.ring};
  for (auto* const till : {&one, &two}) {
    till->say_store(till == &one ? "store-1" : "store-2");
    till->say_state(till == &one ? 99 : 0);
    REQUIRE(till->deliver(plain_batch(till->name().value, 1, 1)));  // so serve has heard all that
  }
  auto const publish = [&](char const* scope, int code) {
    std::string out, err;
    CHECK(office.run({"publish", "--bundle", bundle_file(office.folder / "a.bundle"), "--key",
                      office.keys.private_file.string(), "--broker", office.broker.uri(), "--chain", "demo", "--db",
                      office.db.string(), "--wait", "2", "--scope", scope},
                     &out, &err) == code);
    return out + err;
  };
  auto const slip = publish("store:stroe-1", 6);
  CHECK(holds(slip, "note: no terminal has ever said it is in store:stroe-1; known stores: store-1, store-2"));
  CHECK(holds(slip, "0 of 0 terminals online in store:stroe-1 run release 1"));
  CHECK(holds(slip, "no terminal in store:stroe-1 is online, 2 elsewhere"));
  CHECK(holds(publish("store:store-1", 0), "1 of 1 terminals online in store:store-1 run release 2"));
  CHECK(holds(publish("store:store-2", 6), "0 of 1 terminals online in store:store-2 run release 3"));
  CHECK(holds(publish("terminal:T1", 0), "1 of 1 terminals online in terminal:T1 run release 4"));
  CHECK(holds(publish("all", 6), "1 of 2 terminals online run release 5"));
}

TEST_CASE("a word said while head office has no broker is trouble until the broker is back, whatever the command") {
  if (skipped()) return;
  Office office;
  auto const serve = office.serve();
  Words const db{"--db", office.db.string()};
  comes_to(office, Words{"stop", "--all", "--wait", "0"} + db, 0);
  office.broker.kill();
  auto const said = comes_to(office, Words{"stop", "--all", "--wait", "0"} + db, 4);
  CHECK(holds(said, "serve has no connection to its broker since 20"));
  CHECK(holds(said, "no terminal has heard it yet; it is said as soon as the broker is back"));
  CHECK(said.find("hold it") == std::string::npos);
  for (auto const& command :
       {Words{"resume", "--all", "--wait", "1"}, Words{"stock", "--out", "tea", "--wait", "0"},
        Words{"names", "assign", "COLA=tea", "--wait", "0"},
        Words{"config", "set", "screen.hint_ms=9000", "--wait", "0"},
        Words{"config", "unset", "screen.hint_ms", "--wait", "0"},
        Words{"budget", "set", "--name", "jam", "--issues", "9"}, Words{"budget", "end", "--name", "jam"},
        Words{"keys", "rotate", "--dir", (office.folder / "keys").string(), "--chain", "demo", "--name", "next",
              "--wait", "0"}}) {
    CAPTURE(command[0]);
    std::string out, err;
    CHECK(office.run(command + db, &out, &err) == 4);
    CHECK(holds(err, "serve has no connection to its broker since 20"));
  }
  std::string out, err;
  CHECK(office.run(Words{"stop", "--list"} + db, &out, &err) == 0);
  office.broker.start();
  CHECK(holds(comes_to(office, Words{"stop", "--all", "--wait", "5"} + db, 0), "0 of 0 terminals online hold it"));
  CHECK(office.run(Words{"budget", "end", "--name", "jam"} + db, &out, &err) == 3);
  CHECK(holds(err, "there is no budget \"jam\""));
}

TEST_CASE("the database of another chain, or of a fleet that was told with another key, is refused") {
  if (skipped()) return;
  Office office;
  {
    auto const serve = office.serve();
    comes_to(office, {"stop", "--all", "--wait", "0", "--db", office.db.string()}, 0);
    serve->signal(SIGTERM);
    CHECK(serve->wait() == 0);
  }
  auto const fresh = *init_key(office.folder / "keys", "fresh");
  auto const old_key = office.keys.private_file.string(), new_key = fresh.private_file.string();
  Words const there{"--broker", office.broker.uri(), "--db", office.db.string()};
  std::string err;
  CHECK(run(Words{"serve", "--chain", "dmeo", "--key", old_key} + there, err) == 5);
  CHECK(holds(err, "--db: this is the database of chain \"demo\", not of \"dmeo\""));
  Words const publish{"publish", "--bundle", bundle_file(office.folder / "a.bundle")};
  CHECK(run(publish + Words{"--chain", "dmeo", "--key", old_key} + there, err) == 5);
  CHECK(holds(err, "--db: this is the database of chain \"demo\", not of \"dmeo\""));
  CHECK(run(Words{"serve", "--chain", "demo", "--key", new_key} + there, err) == 5);
  CHECK(holds(err, "know key " + office.keys.id + ", and would believe nothing under " + fresh.id));
  CHECK(run(publish + Words{"--chain", "demo", "--key", new_key} + there, err) == 5);
  CHECK(holds(err, "keys rotate"));
  CHECK(run(publish + Words{"--chain", "demo", "--key", old_key} + there, err) == 0);
  CHECK(run(publish + Words{"--chain", "demo", "--key", new_key, "--trust", office.keys.public_file.string()} + there,
            err) == 0);
}
