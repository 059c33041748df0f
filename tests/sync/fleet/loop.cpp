#include "loop.hpp"

#include <future>
#include <utility>

namespace tillcue::sync::fleet {

Loop::Loop() : thread_([this] { run(); }) {}

Loop::~Loop() { halt(); }

void Loop::halt() {
  {
    std::lock_guard const lock(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Loop::post(Member* member, std::function<void()> task) {
  {
    std::lock_guard const lock(mutex_);
    tasks_.emplace_back(member, std::move(task));
  }
  wake_.notify_all();
}

void Loop::ask(std::function<void()> task) {
  std::promise<void> done;
  post(nullptr, [&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

void Loop::set_due(Member* member) {
  if (member == nullptr) return;
  auto const known = when_.find(member);
  if (known != when_.end()) due_.erase({known->second, member});
  when_[member] = member->next_due();
  due_.emplace(when_[member], member);
}

void Loop::run() {
  std::unique_lock lock(mutex_);
  while (!over_ || !tasks_.empty()) {
    if (!tasks_.empty()) {
      auto [member, task] = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      set_due(member);
      lock.lock();
      continue;
    }
    auto const next = due_.empty() ? Time::max() : due_.begin()->first;
    if (next <= std::chrono::steady_clock::now()) {
      auto* const member = due_.begin()->second;
      lock.unlock();
      member->tick();
      set_due(member);
      lock.lock();
    } else if (next == Time::max()) {
      wake_.wait(lock);
    } else {
      wake_.wait_until(lock, next);
    }
  }
}

Workers::Workers(unsigned count) {
  for (unsigned n = 0; n < count; ++n) threads_.emplace_back([this] { run(); });
}

Workers::~Workers() {
  {
    std::lock_guard const lock(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Workers::add(std::function<void()> task) {
  {
    std::lock_guard const lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void Workers::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return over_ || !tasks_.empty(); });
    if (over_) return;
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

}  // namespace tillcue::sync::fleet
