#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "tillcue/core/result.hpp"

namespace tillcue::terminal {

/// A thread for one piece of work at a time. The file that starts it is one of the few with exceptions, because the
/// library throws when the machine has no thread to give.
/// Threads  all but the work: the owner's.
class SecondThread {
 public:
  SecondThread() = default;
  SecondThread(SecondThread const&) = delete;
  SecondThread& operator=(SecondThread const&) = delete;
  ~SecondThread() { join(); }

  /// Not while one is started.
  /// Errors  busy (no thread to be had).
  Result<void> start(std::function<void()> work);
  /// There is work that was not waited for; it may be done.
  [[nodiscard]] bool is_started() const noexcept { return thread_.joinable(); }
  [[nodiscard]] bool is_done() const noexcept { return done_; }
  void join();

 private:
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

/// What a second thread makes, to be taken when it is there.
template <class T>
class Aside {
 public:
  /// Errors  busy (no thread to be had).
  Result<void> start(std::function<T()> make) {
    return thread_.start([this, make = std::move(make)] { made_.emplace(make()); });
  }
  /// Started and not taken yet.
  [[nodiscard]] bool is_started() const noexcept { return thread_.is_started(); }
  [[nodiscard]] bool is_there() const noexcept { return is_started() && thread_.is_done(); }
  /// Waits for it.
  [[nodiscard]] T take() {
    thread_.join();
    return *std::exchange(made_, std::nullopt);
  }

 private:
  std::optional<T> made_;
  SecondThread thread_;  // goes first: it writes made_
};

}  // namespace tillcue::terminal
