#pragma once

#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// store.sqlite: one row, the pointer. Release 0 = none. `refused`: the release that failed here, and in `refusal` why.
/// The attempt: how often the program started with the active bundle before that had proven itself, and the scope it
/// came by.
inline constexpr Migration kBundleStoreMigrations[] = {
    {1,
     "CREATE TABLE pointer (id INTEGER PRIMARY KEY CHECK (id = 1), active_release INTEGER NOT NULL,"
     " active_bundle TEXT NOT NULL, previous_release INTEGER NOT NULL, previous_bundle TEXT NOT NULL,"
     " newest_release INTEGER NOT NULL, newest_bundle TEXT NOT NULL, refused INTEGER NOT NULL) STRICT;"
     "INSERT INTO pointer VALUES (1, 0, '', 0, '', 0, '', 0);"},
    {2,
     "CREATE TABLE attempt (id INTEGER PRIMARY KEY CHECK (id = 1), starts INTEGER NOT NULL, proven INTEGER NOT NULL,"
     " scope TEXT NOT NULL) STRICT;"
     "INSERT INTO attempt VALUES (1, 0, 1, 'all');"},
    {3,
     "CREATE TABLE refusal (id INTEGER PRIMARY KEY CHECK (id = 1), why TEXT NOT NULL) STRICT;"
     "INSERT INTO refusal VALUES (1, '');"},
};

/// The schema that all migrations together must equal.
inline constexpr char const* kBundleStoreSchema =
    "CREATE TABLE pointer (id INTEGER PRIMARY KEY CHECK (id = 1), active_release INTEGER NOT NULL,"
    " active_bundle TEXT NOT NULL, previous_release INTEGER NOT NULL, previous_bundle TEXT NOT NULL,"
    " newest_release INTEGER NOT NULL, newest_bundle TEXT NOT NULL, refused INTEGER NOT NULL) STRICT;"
    "CREATE TABLE attempt (id INTEGER PRIMARY KEY CHECK (id = 1), starts INTEGER NOT NULL, proven INTEGER NOT NULL,"
    " scope TEXT NOT NULL) STRICT;"
    "CREATE TABLE refusal (id INTEGER PRIMARY KEY CHECK (id = 1), why TEXT NOT NULL) STRICT;";

}  // namespace tillcue::sync
