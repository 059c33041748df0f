#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace tillcue::sync::fleet {

/// What a loop looks after: a till.
class Member {
 public:
  using Time = std::chrono::steady_clock::time_point;
  virtual ~Member() = default;
  virtual void tick() = 0;
  [[nodiscard]] virtual Time next_due() const = 0;
};

/// One thread for many tills: runs what is posted for each, and its tick when that is due, as a daemon's own loop
/// would. Threads  post from any.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(Loop const&) = delete;
  Loop& operator=(Loop const&) = delete;

  void post(Member* member, std::function<void()> task);
  /// Runs the task on the loop's thread and waits for it. Not from that thread.
  void ask(std::function<void()> task);
  /// Ends the thread when nothing is left; what is posted afterwards never runs.
  void halt();

 private:
  using Time = Member::Time;
  void run();
  void set_due(Member* member);

  std::mutex mutex_;  ///< guards tasks_ and over_
  std::condition_variable wake_;
  std::deque<std::pair<Member*, std::function<void()>>> tasks_;
  bool over_ = false;
  std::set<std::pair<Time, Member*>> due_;
  std::map<Member*, Time> when_;
  std::thread thread_;
};

/// Threads for what tills do beside their loops: parcels being opened.
class Workers {
 public:
  explicit Workers(unsigned count);
  ~Workers();
  Workers(Workers const&) = delete;
  Workers& operator=(Workers const&) = delete;
  void add(std::function<void()> task);

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tillcue::sync::fleet
