#pragma once

#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// outbox.sqlite. `kind`: 0 decision, 1 any other result, 2 lost (nothing but a count), 3 thinned (sums).
/// A row of kind 2 or 3 may cover the numbers up to the next row. `results`: became sums since the epoch began.
inline constexpr Migration kOutboxMigrations[] = {
    {1,
     "CREATE TABLE origin (id INTEGER PRIMARY KEY CHECK (id = 1), terminal TEXT NOT NULL, epoch INTEGER NOT NULL,"
     " last INTEGER NOT NULL, dropped INTEGER NOT NULL) STRICT;"
     "CREATE TABLE outbox (seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, event TEXT NOT NULL) STRICT;"},
    {2,
     "CREATE TABLE thinning (id INTEGER PRIMARY KEY CHECK (id = 1), results INTEGER NOT NULL) STRICT;"
     "INSERT INTO thinning VALUES (1, 0);"},
};

/// The schema that all migrations together must equal.
inline constexpr char const* kOutboxSchema =
    "CREATE TABLE origin (id INTEGER PRIMARY KEY CHECK (id = 1), terminal TEXT NOT NULL, epoch INTEGER NOT NULL,"
    " last INTEGER NOT NULL, dropped INTEGER NOT NULL) STRICT;"
    "CREATE TABLE outbox (seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, event TEXT NOT NULL) STRICT;"
    "CREATE TABLE thinning (id INTEGER PRIMARY KEY CHECK (id = 1), results INTEGER NOT NULL) STRICT;";

}  // namespace tillcue::sync
