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

  Result<void> read();
};

}  // namespace tillcue::sync
