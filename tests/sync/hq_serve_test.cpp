#include <csignal>
#include <fstream>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "hq_program_scene.hpp"

using namespace tillcue;
using namespace tillcue::sync;
using namespace tillcue::sync::hq_test;

TEST_CASE("serve stores, acknowledges, and stops cleanly on SIGTERM") {
  if (skipped()) return;
  Office office;
  auto const serve = office.serve();
  PretendTerminal terminal{office.broker.uri(), "T1", office.ring};
  auto const ack = terminal.deliver(plain_batch("T1", 1, 200));
  REQUIRE_MESSAGE(ack, (ack ? "" : ack.error().what));
  CHECK(ack->through == 200);
  serve->signal(SIGTERM);
  CHECK(serve->wait() == 0);
  CHECK(serve->errors().find("hq.stopped events_added=200") != std::string::npos);
  CHECK(ask(office.db, "SELECT count(*) FROM inbox") == 200);
}

TEST_CASE("a collector killed again and again loses nothing it acknowledged and stores nothing twice") {
  if (skipped()) return;
  Office office;
  auto serve = office.serve();
  PretendTerminal terminal{office.broker.uri(), "T1", office.ring};
  std::mt19937 random{11};
  constexpr int kKills = 12;
  std::uint64_t next = 1;
  for (int kill = 0; kill < kKills; ++kill) {
    std::string lost;
    std::thread till{[&] {
      for (int n = 0; n < 5 && lost.empty(); ++n, next += 20) {
        auto const ack = terminal.deliver(plain_batch("T1", next, 20), std::chrono::milliseconds{400}, 60);
        if (!ack) lost = ack.error().what;
      }
    }};
    // The kill must fall anywhere between receipt, commit and acknowledgement.
    std::this_thread::sleep_for(std::chrono::milliseconds{random() % 300});
    serve->signal(SIGKILL);
    serve->wait();  // as its supervisor does: until it is gone it holds the file
    serve = office.serve();
    till.join();
    REQUIRE_MESSAGE(lost == "", lost << "; the collector after kill " << kill << " says: " << serve->errors());
  }
  MESSAGE("60 batches took " << terminal.sendings() << " sendings");
  serve->signal(SIGTERM);
  CHECK(serve->wait() == 0);
  auto const sent = static_cast<std::int64_t>(next - 1);
  CHECK(sent == kKills * 100);
  CHECK(ask(office.db, "SELECT count(*) FROM inbox") == sent);
  CHECK(ask(office.db, "SELECT count(*) FROM answers") == sent);
  CHECK(ask(office.db, "SELECT max(seq) FROM inbox") == sent);
  CHECK(ask(office.db, "SELECT count(*) FROM ranges") == 1);
  CHECK(ask(office.db, "SELECT count(*) FROM alarms") == 0);
  CHECK(ask_text(office.db, "PRAGMA integrity_check") == "ok");
}

TEST_CASE("serve comes back by itself after the broker was killed and started again") {
  if (skipped()) return;
  Office office;
  auto const serve = office.serve();
  PretendTerminal terminal{office.broker.uri(), "T1", office.ring};
  REQUIRE(terminal.deliver(plain_batch("T1", 1, 10)));
  office.broker.kill();
  office.broker.start();
  auto const ack = terminal.deliver(plain_batch("T1", 11, 10), std::chrono::milliseconds{700}, 40);
  REQUIRE_MESSAGE(ack, (ack ? "" : ack.error().what));
  CHECK(ack->through == 20);
  serve->signal(SIGINT);
  CHECK(serve->wait() == 0);
  CHECK(serve->errors().find("broker.lost") != std::string::npos);
  CHECK(ask(office.db, "SELECT count(*) FROM inbox") == 20);
}

TEST_CASE("serve waits for a broker that is not there yet") {
  if (skipped()) return;
  Office office;
  office.broker.stop();
  auto const serve = office.serve();
  office.broker.start();
  PretendTerminal terminal{office.broker.uri(), "T1", office.ring};
  CHECK(terminal.deliver(plain_batch("T1", 1, 1), std::chrono::milliseconds{700}, 40));
}

TEST_CASE("garbage on every topic of a real broker does not stop serve") {
  if (skipped()) return;
  Office office;
  auto const serve = office.serve();
  PretendTerminal terminal{office.broker.uri(), "T1", office.ring};
  REQUIRE(terminal.deliver(plain_batch("T1", 1, 1)));
  {
    auto const link = link_to(office.broker.uri(), "vandal");
    BrokerSession session{*link};
    REQUIRE(session.connect(std::chrono::seconds{5}));
    std::mt19937 random{3};
    for (int n = 0; n < 100; ++n) {
      std::string payload(random() % 3'000, '\0');
      for (auto& byte : payload) byte = static_cast<char>(random());
      for (std::string const level : {"r/T1", "s/T1", "q/T1", "m/all", "r/\xc3\xa9", "s/x"}) {
        REQUIRE(session.publish({"tillcue/1/demo/" + level, payload, n % 2 == 0}, std::chrono::seconds{5}));
      }
    }
  }
  CHECK(terminal.deliver(plain_batch("T1", 2, 1))->through == 2);
  CHECK(ask(office.db, "SELECT count(*) FROM inbox") == 2);
}

TEST_CASE("the program publishes, reports, lists and exports, with documented exit codes") {
  if (skipped()) return;
  Office office;
  auto const serve = office.serve();
  PretendTerminal terminal{office.broker.uri(), "T1", office.ring};
  REQUIRE(terminal.deliver(batch(
      "T1", 1,
      {decision("A", 1, "jam"), answer("A", 1, Response::accepted, true), closed("A", Arm::treated, 1'000, 1, 1)})));
  auto const file = (office.folder / "store.bundle").string();
  auto const bytes = write_bundle(shop::source()).value();
  std::ofstream{file, std::ios::binary}.write(reinterpret_cast<char const*>(bytes.data()),
                                              static_cast<std::streamsize>(bytes.size()));
  std::vector<std::string> const publish{
      "publish",  "--bundle",          file,      "--key", office.keys.private_file.string(),
      "--broker", office.broker.uri(), "--chain", "demo"};
  std::string out;
  std::string err;
  CHECK(office.run(publish, &out, &err) == 0);
  CHECK(out.find("published release 1: ") != std::string::npos);

  auto waiting = publish;
  waiting.insert(waiting.end(), {"--wait", "1", "--db", office.db.string()});
  CHECK(office.run(waiting, &out, &err) == 6);
  CHECK(err.find("no terminal is online") != std::string::npos);
  terminal.say_state(99);
  CHECK(office.run(waiting, &out, &err) == 0);
  CHECK(out.find("1 of 1 terminals online run release 3") != std::string::npos);

  auto old = publish;
  old.insert(old.end(), {"--release", "1"});
  CHECK(office.run(old, &out, &err) == 5);
  CHECK(err.find("is not newer than 3") != std::string::npos);

  CHECK(office.run({"report", "--db", office.db.string()}, &out) == 0);
  CHECK(out.find("finished                                   1               0") != std::string::npos);
  CHECK(office.run({"report", "--db", office.db.string(), "--since", "tomorrow"}, &out, &err) == 3);
  CHECK(err.find("--since") != std::string::npos);
  CHECK(office.run({"terminals", "--db", office.db.string(), "--json"}, &out) == 0);
  CHECK(out.find("\"newest_release\": 3") != std::string::npos);
  auto const csv = (office.folder / "t.csv.gz").string();
  CHECK(office.run({"export", "--db", office.db.string(), "--out", csv}, &out) == 0);
  CHECK(out.find("1 sale, 1 row") != std::string::npos);
}

TEST_CASE("wrong command lines, keys, bundles and brokers each end with their code and the mend") {
  test::TempDir const folder;
  auto const keys = *init_key(folder / "keys", "hq");
  auto const junk = (folder / "junk").string();
  std::ofstream{junk} << "junk";
  auto const run = [](std::vector<std::string> const& arguments, std::string& errors) {
    Program program{arguments};
    int const code = program.wait();
    errors = program.errors();
    return code;
  };
  auto const publish = [&](std::string const& bundle, std::string const& key, std::string const& broker) {
    return std::vector<std::string>{"publish", "--bundle", bundle, "--key", key, "--broker", broker, "--chain", "c"};
  };
  auto const good_key = keys.private_file.string();
  std::string err;
  CHECK(run({}, err) == 2);
  CHECK(run({"fly"}, err) == 2);
  CHECK(run({"report"}, err) == 2);
  CHECK(err.find("--db") != std::string::npos);
  CHECK(run({"--help"}, err) == 0);
  CHECK(run({"publish", "--help"}, err) == 0);
  CHECK(run(publish("/nowhere", good_key, "mqtt://127.0.0.1:9"), err) == 3);
  CHECK(err.find("tillcue-models build") != std::string::npos);
  CHECK(run(publish(junk, good_key, "mqtt://127.0.0.1:9"), err) == 3);
  CHECK(run(publish(junk, junk, "mqtt://127.0.0.1:9"), err) == 3);
  CHECK(err.find("--key") != std::string::npos);
  CHECK(run(publish(junk, good_key, "http://127.0.0.1:9"), err) == 3);
  CHECK(err.find("mqtt://host:port") != std::string::npos);
  CHECK(run({"report", "--db", (folder / "absent").string()}, err) == 3);
  CHECK(run({"report", "--db", junk}, err) == 3);
  CHECK(run({"keys", "init", "--dir", (folder / "keys").string()}, err) == 5);
  CHECK(err.find("not overwritten") != std::string::npos);
  CHECK(run({"serve", "--broker", "mqtt://127.0.0.1:9", "--chain", "a/b", "--db", junk, "--key", good_key}, err) == 3);
  CHECK(run({"serve", "--broker", "mqtt://127.0.0.1:9", "--chain", "c", "--db", junk, "--key", good_key}, err) == 3);
  CHECK(err.find("--db") != std::string::npos);
}
