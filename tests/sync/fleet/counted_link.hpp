#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>

#include "tillcue/sync/mqtt_link.hpp"

namespace tillcue::sync::fleet {

/// What all tills of this process said and heard. Threads  any.
struct Traffic {
  std::atomic<std::uint64_t> heard{0}, bytes_down{0}, said{0}, bytes_up{0}, cuts{0};
};

/// Breaks connections of this process to the broker, so many in a hundred messages heard.
/// Threads  any.
class Cutter {
 public:
  Cutter(int port, std::uint64_t seed) : port_(port), random_(seed) {}
  void set(double percent) { millionths_ = static_cast<std::uint64_t>(percent * 10'000); }
  /// One more message was heard. True when a connection was broken for it, whoever's.
  bool heard();

 private:
  bool cut_one();
  int const port_;
  std::mutex mutex_;
  std::mt19937_64 random_;
  std::atomic<std::uint64_t> millionths_{0};
};

/// The Paho link with its bytes counted, and broken now and then.
class CountedLink final : public MqttLink {
 public:
  CountedLink(std::unique_ptr<MqttLink> inner, Traffic& traffic, Cutter& cutter)
      : inner_(std::move(inner)), traffic_(traffic), cutter_(cutter) {}
  void start(MqttEvents events) override;
  void stop(std::chrono::milliseconds patience) override { inner_->stop(patience); }
  [[nodiscard]] bool connected() const override { return inner_->connected(); }
  void subscribe(std::string filter, Done done) override { inner_->subscribe(std::move(filter), std::move(done)); }
  void subscribe_at_most_once(std::string filter, Done done) override {
    inner_->subscribe_at_most_once(std::move(filter), std::move(done));
  }
  void unsubscribe(std::string filter, Done done) override { inner_->unsubscribe(std::move(filter), std::move(done)); }
  void publish(MqttPublish message, Done done) override;

 private:
  std::unique_ptr<MqttLink> inner_;
  Traffic& traffic_;
  Cutter& cutter_;
};

}  // namespace tillcue::sync::fleet
