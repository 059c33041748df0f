#include <algorithm>

#include <doctest/doctest.h>

#include "tillcue/sync/topics.hpp"
#include "tls_scene.hpp"

namespace tillcue::sync::test {
namespace {

using namespace std::chrono_literals;

std::string const kPrefix = "tillcue/1/demo/";
std::string const kPiece = kPrefix + "c/" + std::string(64, 'a') + "/0";

/// A broker with its shipped rights, HQ and the victim at it, and a terminal that has a good certificate of its own and
/// means ill.
struct Crime {
  TlsScene scene;
  Probe hq{scene.options(scene.issue("hq", CertificateUse::hq), "hq-demo")};
  CertificateEntry stolen = scene.issue("rogue", CertificateUse::terminal);
  Probe victim{scene.options(scene.issue("victim", CertificateUse::terminal), "victim")};

  Crime() {
    for (auto* probe : {&hq, &victim}) {
      probe->start();
      REQUIRE(probe->connected());
    }
    for (auto const* filter : {"r/+", "s/+", "q/+", "h/+"}) REQUIRE(hq.subscribe(kPrefix + filter));
    for (auto const* filter : {"m/all", "a/victim", "l/all", "l/terminal/victim", "f/terminal/victim", "k/all"}) {
      REQUIRE(victim.subscribe(kPrefix + filter));
    }
    REQUIRE(victim.subscribe(kPiece));
  }

  /// What has arrived, once a message sent after all else is there as well.
  std::vector<std::string> heard(Probe& probe, Probe& sender, std::string const& topic) {
    REQUIRE(sender.publish(topic, "last"));
    REQUIRE(probe.patience.until([&] { return !probe.messages.empty() && probe.messages.back().payload == "last"; }));
    std::vector<std::string> texts;
    for (auto const& message : probe.messages)
      texts.push_back(message.topic.substr(kPrefix.size()) + "=" + message.payload);
    return texts;
  }
};

TEST_CASE("a terminal of the chain with a good certificate can say nothing but its own") {
  if (skip_without_broker("rogue says")) return;
  Crime crime;
  Probe rogue(crime.scene.options(crime.stolen, "victim"));  // it also lies about its client id
  rogue.start();
  REQUIRE(rogue.connected());
  for (auto const* topic : {"r/victim", "s/victim", "q/victim", "h/victim", "a/victim", "a/rogue", "m/all", "m/next",
                            "m/terminal:victim", "l/all", "l/terminal/victim", "l/terminal/rogue", "f/all",
                            "f/terminal/victim", "k/all", "r/hq", "r/victim/x"}) {
    CAPTURE(topic);
    CHECK(!rogue.publish(kPrefix + topic, "forged", true));
  }
  CHECK(!rogue.publish(kPiece, "forged", true));
  CHECK(!rogue.publish("tillcue/1/other/r/rogue", "forged"));
  CHECK(!rogue.publish("anything", "forged"));
  for (auto const* topic : {"r/rogue", "s/rogue", "q/rogue", "h/rogue"}) {
    CAPTURE(topic);
    // Refusals break no connection: the terminal's own business goes on.
    CHECK(rogue.publish(kPrefix + topic, "own"));
  }
  CHECK(crime.heard(crime.hq, crime.victim, kPrefix + "r/victim") ==
        std::vector<std::string>{"r/rogue=own", "s/rogue=own", "q/rogue=own", "h/rogue=own", "r/victim=last"});
  CHECK(crime.heard(crime.victim, crime.hq, kPrefix + "m/all") == std::vector<std::string>{"m/all=last"});
  // Nobody was thrown out by the stolen client id.
  CHECK(crime.victim.losses.empty());
  CHECK(crime.victim.connects.size() == 1);
}

TEST_CASE("a terminal of the chain with a good certificate hears nothing but its own and what is for all") {
  if (skip_without_broker("rogue hears")) return;
  Crime crime;
  {
    Probe rogue(crime.scene.options(crime.stolen, "rogue"));
    rogue.start();
    REQUIRE(rogue.connected());
    for (auto const* filter : {"#", "+/+/+/+/+", "tillcue/#"}) (void)rogue.subscribe(filter);
    for (auto const* filter :
         {"r/+", "s/+", "q/#", "h/+", "a/+", "a/victim", "l/#", "l/terminal/victim", "f/#", "m/#", "k/#"}) {
      (void)rogue.subscribe(kPrefix + filter);  // mosquitto grants and then delivers nothing; others refuse
    }
    for (auto const* topic : {"r/victim", "s/victim", "q/victim", "h/victim"}) {
      REQUIRE(crime.victim.publish(kPrefix + topic, "secret", true));
    }
    for (auto const* topic : {"a/victim", "l/terminal/victim", "f/terminal/victim"}) {
      REQUIRE(crime.hq.publish(kPrefix + topic, "secret", true));
    }
    auto const heard = crime.heard(rogue, crime.hq, kPrefix + "m/all");
    CHECK(std::all_of(heard.begin(), heard.end(), [](std::string const& text) { return text == "m/all=last"; }));
  }
  // The same for what is retained: one that subscribes later.
  auto afresh = crime.scene.options(crime.stolen, "rogue");
  afresh.clean_start = true;
  Probe later(std::move(afresh));
  later.start();
  REQUIRE(later.connected());
  (void)later.subscribe(kPrefix + "#");
  CHECK(crime.heard(later, crime.hq, kPrefix + "m/all") == std::vector<std::string>{"m/all=last"});
}

TEST_CASE("a will under another's name is never said, and what lies on the broker cannot be emptied") {
  if (skip_without_broker("rogue's will")) return;
  Crime crime;
  REQUIRE(crime.hq.publish(kPrefix + "m/all", "release", true));
  auto options = crime.scene.options(crime.stolen, "rogue");
  options.will = MqttWill{kPrefix + "s/victim", "dead", true};
  {
    Probe rogue(std::move(options));
    rogue.start();
    if (rogue.patience.until([&] { return !rogue.connects.empty() || !rogue.losses.empty(); }) &&
        !rogue.connects.empty()) {
      CHECK(!rogue.publish(kPrefix + "m/all", "", true));
    }
    // A second connection of the same name throws the first one out without a good-bye: its will is due.
    Probe again(crime.scene.options(crime.stolen, "rogue"));
    again.start();
    REQUIRE(again.connected());
    CHECK(!again.publish(kPrefix + "m/all", "", true));
  }
  CHECK(crime.heard(crime.hq, crime.victim, kPrefix + "r/victim") == std::vector<std::string>{"r/victim=last"});
  Probe late(crime.scene.options(crime.scene.issue("late", CertificateUse::terminal), "late"));
  late.start();
  REQUIRE(late.connected());
  REQUIRE(late.subscribe(kPrefix + "m/all"));
  REQUIRE(late.received(1));
  CHECK(late.messages.front().payload == "release");
}

}  // namespace
}  // namespace tillcue::sync::test
