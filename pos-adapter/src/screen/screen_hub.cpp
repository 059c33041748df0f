#include "screen/screen_hub.hpp"

#include <algorithm>
#include <utility>

namespace tillcue::pos {

void Versioned::set(std::string next) {
  if (next == line) return;
  line = std::move(next);
  ++version;
}

void ScreenHub::add(std::shared_ptr<ScreenConnection> connection) {
  open.push_back(std::move(connection));
  counters.connections = open.size();
}

void ScreenHub::remove(ScreenConnection const& connection) {
  auto const same = [&](auto const& held) { return held.get() == &connection; };
  open.erase(std::remove_if(open.begin(), open.end(), same), open.end());
  counters.connections = open.size();
}

bool ScreenHub::push_out() {
  auto const oldest = std::find_if(open.begin(), open.end(), [](auto const& held) { return !held->is_screen(); });
  if (oldest == open.end()) return false;
  auto const gone = *oldest;
  gone->close();
  remove(*gone);
  return true;
}

void ScreenHub::refresh_all() {
  auto const all = open;  // one may leave the list while we walk
  for (auto const& each : all) each->refresh();
}

void ScreenHub::close_all() {
  auto const all = std::exchange(open, {});
  for (auto const& each : all) each->close();
  counters.connections = 0;
  counters.screens = 0;
}

}  // namespace tillcue::pos
