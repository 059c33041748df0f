#include "paho_clients.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tillcue::sync {
namespace {

constexpr std::chrono::seconds kRetirement{30};

/// Never frees it.
void keep_for_ever(PahoClients::Client client) {
  static std::mutex mutex;
  static auto* const kept = new std::vector<PahoClients::Client>;
  try {
    client->disable_callbacks();  // whom it would call may be about to go
  } catch (mqtt::exception const&) {
    // It is between two connections and calls nobody.
  }
  std::lock_guard const lock(mutex);
  kept->push_back(std::move(client));
}

}  // namespace

PahoClients::~PahoClients() {
  for (auto& one : retired_) let_go(std::move(one.client));
  let_go(std::move(client_));
}

PahoClients::Client PahoClients::current() const {
  std::lock_guard const lock(mutex_);
  return client_;
}

void PahoClients::replace(Client fresh) {
  std::vector<Client> gone;
  {
    std::lock_guard const lock(mutex_);
    retired_.push_back({Clock::now() + kRetirement, std::exchange(client_, std::move(fresh))});
    while (retired_.front().until <= Clock::now()) {
      gone.push_back(std::move(retired_.front().client));
      retired_.pop_front();
    }
  }
  for (auto& client : gone) let_go(std::move(client));
}

void PahoClients::broke(mqtt::iasync_client const* which) {
  std::lock_guard const lock(mutex_);
  if (std::find(broken_.begin(), broken_.end(), which) == broken_.end()) broken_.push_back(which);
}

bool PahoClients::current_is_broken() const {
  std::lock_guard const lock(mutex_);
  return is_broken(client_);
}

bool PahoClients::is_broken(Client const& client) const {
  return std::find(broken_.begin(), broken_.end(), client.get()) != broken_.end();
}

void PahoClients::let_go(Client client) {
  bool broken = false;
  {
    std::lock_guard const lock(mutex_);
    broken = is_broken(client);
    if (broken) broken_.erase(std::find(broken_.begin(), broken_.end(), client.get()));
  }
  if (broken) keep_for_ever(std::move(client));
}

}  // namespace tillcue::sync
