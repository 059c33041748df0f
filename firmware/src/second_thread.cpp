#include "second_thread.hpp"

#include <system_error>

namespace tillcue::terminal {

Result<void> SecondThread::start(std::function<void()> work) {
  done_ = false;
  try {
    thread_ = std::thread([this, work = std::move(work)] {
      work();
      done_ = true;
    });
  } catch (std::system_error const& failed) {
    return fail(Code::busy, failed.what());
  }
  return {};
}

void SecondThread::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace tillcue::terminal
