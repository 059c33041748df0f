#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tillcue::sync::test {

/// One MQTT packet on its way through the proxy; the bytes hold during the script's call.
struct PassingPacket {
  static constexpr unsigned kPublish = 3, kPuback = 4;

  bool to_broker = false;
  unsigned type = 0;  ///< of the fixed header
  unsigned qos = 0;   ///< of a PUBLISH
  std::string_view bytes;

  [[nodiscard]] bool is_publish() const { return type == kPublish; }
  [[nodiscard]] bool is_puback() const { return type == kPuback; }
};

/// A TCP proxy that knows where MQTT packets begin and end, and lets a script decide what becomes of each.
/// A connection that lost a packet is cut soon afterwards: TCP has no holes, so nobody is made to live with one.
/// Threads  one of its own, on which the script runs.
class MqttProxy {
 public:
  enum class Fate {
    pass,
    drop,
    twice,  ///< a PUBLISH of QoS 1 the second time with its DUP flag
    swap,   ///< behind the next packet of its direction, or after 50 ms
    cut_before,
    cut_inside,  ///< half of it arrives
    cut_after,
    reset_later,  ///< it arrives; 200 ms later the connection is gone, and whoever writes is the first to notice
  };
  using Script = std::function<Fate(PassingPacket const&)>;
  struct Counts {
    std::atomic<std::uint64_t> connections{0}, packets{0}, dropped{0}, doubled{0}, swapped{0}, cut{0};
  };

  /// Listens on a free port of loopback. Throws std::runtime_error.
  MqttProxy(int broker_port, Script script);
  ~MqttProxy();
  MqttProxy(MqttProxy const&) = delete;
  MqttProxy& operator=(MqttProxy const&) = delete;

  [[nodiscard]] std::string uri() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] Counts const& counts() const noexcept { return counts_; }

 private:
  struct Pair;
  void run();
  void accept_one();

  int const broker_port_;
  Script const script_;
  Counts counts_;
  std::atomic<bool> over_{false};
  int listener_ = -1, port_ = 0;
  std::vector<std::unique_ptr<Pair>> pairs_;
  std::thread thread_;
};

}  // namespace tillcue::sync::test
