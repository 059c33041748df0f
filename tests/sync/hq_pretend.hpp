#pragma once

#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "hq/hq_broker_session.hpp"
#include "hq_scene.hpp"

/// The other parties of HQ's end on a real broker: a terminal that waits for its acknowledgements, and the program.
namespace tillcue::sync::hq_test {

std::unique_ptr<MqttLink> link_to(std::string const& uri, std::string const& client_id);

class PretendTerminal {
 public:
  PretendTerminal(std::string const& uri, std::string name, KeyRing ring);

  /// Sends until an acknowledgement covers the batch, again every `patience`; at most `tries` times.
  Result<Ack> deliver(Batch const& batch, std::chrono::milliseconds patience = std::chrono::seconds{2}, int tries = 15);
  void say_state(std::uint64_t release, Presence presence = Presence::online);
  /// What it holds: nothing, and the store it is in.
  void say_store(std::string const& store);
  [[nodiscard]] TerminalId const& name() const noexcept { return name_; }
  [[nodiscard]] int sendings() const noexcept { return sendings_; }

 private:
  TerminalId name_;
  KeyRing ring_;
  std::unique_ptr<MqttLink> link_;
  BrokerSession session_;
  Topics topics_{"demo"};
  int sendings_ = 0;
};

/// What the broker holds for `filter`, by topic.
std::map<std::string, std::string> retained(std::string const& uri, std::string const& filter);

/// A running `tillcue-hq`; killed with the test. Its outputs go to files.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments);
  ~Program();
  Program(Program const&) = delete;
  Program& operator=(Program const&) = delete;

  void signal(int number) const;
  /// Exit code, or -1 when a signal ended it.
  int wait();
  [[nodiscard]] std::string output() const;
  [[nodiscard]] std::string errors() const;

 private:
  test::TempDir folder_;
  pid_t pid_ = -1;
};

}  // namespace tillcue::sync::hq_test
