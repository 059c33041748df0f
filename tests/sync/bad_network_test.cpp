// Whole terminals and the real tillcue-hq on a real mosquitto, each behind a proxy that doubles, reorders and loses
// packets of MQTT and cuts connections anywhere: nothing is lost, nothing is double, the release arrives.

#include <fstream>
#include <random>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "hq_pretend.hpp"
#include "sync/fleet/till.hpp"
#include "sync/mqtt_proxy.hpp"
#include "tillcue/core/bundle_writer.hpp"

namespace tillcue::sync::hq_test {
namespace {

using sync::test::MqttProxy;
using sync::test::PassingPacket;
using Fate = MqttProxy::Fate;
using namespace std::chrono_literals;

constexpr unsigned kTills = 3;
constexpr std::uint64_t kResults = 200;

/// Of a thousand packets of a kind.
struct Weather {
  unsigned doubled = 0, swapped = 0, lost_publish = 0, lost_puback = 0, cut = 0;
};

MqttProxy::Script weather(Weather const& w, std::uint64_t seed) {
  return [w, random = std::mt19937_64(seed)](PassingPacket const& packet) mutable {
    auto dice = static_cast<unsigned>(random() % 1000);
    auto const falls = [&dice](unsigned share) {
      bool const here = dice < share;
      dice = here ? dice : dice - share;
      return here;
    };
    if (falls(w.cut)) return std::array{Fate::cut_before, Fate::cut_inside, Fate::cut_after}[random() % 3];
    if (packet.is_puback()) return falls(w.lost_puback) ? Fate::drop : (falls(w.doubled) ? Fate::twice : Fate::pass);
    if (!packet.is_publish()) return Fate::pass;
    if (falls(w.lost_publish)) return Fate::drop;
    if (falls(w.doubled)) return Fate::twice;
    return falls(w.swapped) ? Fate::swap : Fate::pass;
  };
}

struct Country {
  tillcue::test::Mosquitto broker{"max_queued_messages 1000\n"};
  tillcue::test::TempDir folder;
  MqttProxy to_tills, to_hq;
  SigningKey key = *SigningKey::generate();
  std::vector<std::byte> bundle = *write_bundle(shop::random_source(6'000, 30, 3));
  fleet::Traffic traffic{};
  fleet::Cutter cutter{0, 1};
  fleet::Workers workers{1};
  std::unique_ptr<fleet::Shared> shared;
  std::unique_ptr<Program> hq;
  std::vector<std::unique_ptr<fleet::Till>> tills;
  std::vector<fleet::Loop> loops{1};

  Country(Weather const& at_tills, Weather const& at_hq)
      : to_tills(broker.port(), weather(at_tills, 7)), to_hq(broker.port(), weather(at_hq, 8)) {
    REQUIRE(key.save(folder / "hq.key.pem"));
    KeyRing ring;
    ring.pin(key.public_key());
    shared = std::make_unique<fleet::Shared>(
        fleet::Shared{to_tills.uri(), folder / "tills", ring, traffic, cutter, workers, true});
    std::ofstream(folder / "next.bundle", std::ios::binary) << as_text(bundle);
    hq = std::make_unique<Program>(std::vector<std::string>{"serve", "--broker", to_hq.uri(), "--chain", "demo", "--db",
                                                            db(), "--bundles", folder / "shelf", "--key",
                                                            folder / "hq.key.pem"});
    for (unsigned n = 0; n < kTills; ++n) {
      tills.push_back(std::make_unique<fleet::Till>(*shared, "till-" + std::to_string(n), n + 1, loops[0]));
    }
  }
  ~Country() {
    loops[0].halt();
    for (auto& till : tills) till->stop();
  }
  [[nodiscard]] std::string db() const { return folder / "hq.sqlite"; }

  void publish() {
    Program publishing({"publish", "--plain", "--broker", broker.uri(), "--chain", "demo", "--bundle",
                        folder / "next.bundle", "--bundles", folder / "shelf", "--key", folder / "hq.key.pem"});
    CHECK(publishing.wait() == 0);
  }
  fleet::Sum sum() {
    fleet::Sum all;
    loops[0].ask([&] {
      for (auto const& till : tills) till->add_to(all);
    });
    return all;
  }
  bool run_until(std::function<bool(fleet::Sum const&)> const& done, std::chrono::seconds patience) {
    for (auto const end = std::chrono::steady_clock::now() + patience; std::chrono::steady_clock::now() < end;) {
      if (done(sum())) return true;
      std::this_thread::sleep_for(20ms);
    }
    return false;
  }
};

std::string told(MqttProxy const& proxy) {
  auto const& c = proxy.counts();
  return std::to_string(c.packets) + " packets, " + std::to_string(c.doubled) + " doubled, " +
         std::to_string(c.swapped) + " swapped, " + std::to_string(c.dropped) + " lost, " + std::to_string(c.cut) +
         " cuts, " + std::to_string(c.connections) + " connections";
}

void nothing_is_lost(Weather const& at_tills, Weather const& at_hq) {
  Country country(at_tills, at_hq);
  for (auto& till : country.tills) {
    country.loops[0].post(till.get(), [till = till.get()] {
      till->start();
      till->sell(kResults, 5);
    });
  }
  country.publish();
  auto const everything = [](fleet::Sum const& sum) {
    return sum.unsold == 0 && sum.pending == 0 && sum.releases == std::map<std::uint64_t, std::uint64_t>{{1, kTills}};
  };
  bool const done = country.run_until(everything, 90s);
  auto const sum = country.sum();
  REQUIRE_MESSAGE(done, sum.pending, " pending, ", sum.pieces, " pieces, ", sum.connected, " connected; ",
                  country.tills[0]->last_error(), "; ",
                  country.hq->errors().substr(std::max<std::size_t>(country.hq->errors().size(), 3'000) - 3'000));
  MESSAGE("tills: ", told(country.to_tills), "; head office: ", told(country.to_hq));
  auto const stored = [&](char const* sql) { return ask(country.db(), sql); };
  CHECK(stored("SELECT count(*) FROM inbox") == kTills * kResults);
  CHECK(stored("SELECT (SELECT count(*) FROM decisions) + (SELECT count(*) FROM sales)") == kTills * kResults);
  CHECK(stored("SELECT count(*) FROM inbox i JOIN decisions d ON d.event = i.id WHERE d.sale <> i.seq") == 0);
  CHECK(stored("SELECT count(*) FROM inbox i JOIN sales s ON s.event = i.id WHERE s.sale <> i.seq") == 0);
  CHECK(
      stored(
          "SELECT count(*) FROM (SELECT stream FROM inbox GROUP BY stream HAVING count(*) = 200 AND max(seq) = 200)") ==
      kTills);
  CHECK(stored("SELECT count(*) FROM alarms") == 0);
}

TEST_CASE("a network that says everything twice") {
  if (!tillcue::test::Mosquitto::available()) return;
  nothing_is_lost({.doubled = 1000}, {.doubled = 1000});
}

TEST_CASE("a network that brings every third message behind the next") {
  if (!tillcue::test::Mosquitto::available()) return;
  nothing_is_lost({.swapped = 330}, {.swapped = 330});
}

TEST_CASE("a network that loses messages and the broker's answers, and then its connections") {
  if (!tillcue::test::Mosquitto::available()) return;
  nothing_is_lost({.lost_publish = 40, .lost_puback = 40}, {.lost_publish = 20, .lost_puback = 20});
}

TEST_CASE("a network that is cut before, inside and after packets") {
  if (!tillcue::test::Mosquitto::available()) return;
  nothing_is_lost({.cut = 10}, {.cut = 3});
}

TEST_CASE("a network with all of that") {
  if (!tillcue::test::Mosquitto::available()) return;
  nothing_is_lost({.doubled = 100, .swapped = 100, .lost_publish = 15, .lost_puback = 15, .cut = 5},
                  {.doubled = 100, .swapped = 100, .lost_publish = 5, .lost_puback = 5, .cut = 3});
}

}  // namespace
}  // namespace tillcue::sync::hq_test
