#pragma once

#include <map>
#include <string>

#include "tillcue/sync/live_store.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

struct LiveStore::Tables {
  Database db;
  std::map<std::string, Allotment> spent{};
  std::string state{};
  std::map<std::string, KeptWord> words{};
  Epoch epoch{};
  std::uint64_t turn = 0;

  Result<void> read();
  Result<void> read_spent();
  Result<void> adopt();
};

}  // namespace tillcue::sync
