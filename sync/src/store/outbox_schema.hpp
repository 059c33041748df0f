#pragma once

#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// outbox.sqlite. `kind`: 0 decision, 1 any other result, 2 lost (the payload was thrown away because it was full).
inline constexpr Migration kOutboxMigrations[] = {
    {1,
     "CREATE TABLE origin (id INTEGER PRIMARY KEY CHECK (id = 1), terminal TEXT NOT NULL, epoch INTEGER NOT NULL,"
     " last INTEGER NOT NULL, dropped INTEGER NOT NULL) STRICT;"
     "CREATE TABLE outbox (seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, event TEXT NOT NULL) STRICT;"},
};

/// The schema that all migrations together must equal.
inline constexpr char const* kOutboxSchema =
    "CREATE TABLE origin (id INTEGER PRIMARY KEY CHECK (id = 1), terminal TEXT NOT NULL, epoch INTEGER NOT NULL,"
    " last INTEGER NOT NULL, dropped INTEGER NOT NULL) STRICT;"
    "CREATE TABLE outbox (seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, event TEXT NOT NULL) STRICT;";

}  // namespace tillcue::sync
