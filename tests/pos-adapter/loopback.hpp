#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace boost::asio {
class io_context;
}

namespace tillcue::pos::testing {

/// An io_context that runs on a thread of its own until destroyed.
class LoopThread {
 public:
  LoopThread();
  ~LoopThread();
  LoopThread(LoopThread const&) = delete;
  LoopThread& operator=(LoopThread const&) = delete;

  [[nodiscard]] boost::asio::io_context& io() noexcept;

  /// Runs `work` on the loop's thread and waits for it.
  template <class Work>
  auto on_loop(Work work) {
    using Value = decltype(work());
    std::optional<Value> value;
    run_there([&] { value.emplace(work()); });
    return std::move(*value);
  }
  void do_on_loop(std::function<void()> const& work) { run_there(work); }

 private:
  void run_there(std::function<void()> const& work);

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// A plain blocking TCP peer on 127.0.0.1. Nothing waits longer than 5 s.
class Peer {
 public:
  explicit Peer(std::uint16_t port, int receive_buffer = 0);
  ~Peer();
  Peer(Peer const&) = delete;
  Peer& operator=(Peer const&) = delete;

  [[nodiscard]] bool connected() const noexcept { return socket_ >= 0; }
  /// False when the other side is gone or takes nothing more for 5 s.
  bool send(std::string_view bytes);
  /// The next line without its end; nothing at the end of the stream.
  std::optional<std::string> line();
  /// Exactly `size` bytes, fewer only at the end of the stream.
  std::string bytes(std::size_t size);
  /// All until the other side closes.
  std::string rest();
  /// True when the other side has closed and nothing is left to read.
  bool at_end();
  void shut_sending();

 private:
  bool fill();

  int socket_ = -1;
  std::string held_;
};

}  // namespace tillcue::pos::testing
