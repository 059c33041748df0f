#pragma once

#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// live.sqlite. `minor` and `issues`: given away since the campaign began, as far as this terminal knows. `campaigns`:
/// "TIMES ID" lines. `count` of sales: finished at this terminal. `turn`: the how manieth change of what was spent;
/// what was given back whole stays with nothing, for its turn. `epoch`: 0 of a file that is older than epochs.
inline constexpr Migration kLiveStoreMigrations[] = {
    {1,
     "CREATE TABLE spent (name TEXT PRIMARY KEY, minor INTEGER NOT NULL, issues INTEGER NOT NULL) STRICT, WITHOUT "
     "ROWID;"
     "CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL) STRICT;"},
    {2,
     "CREATE TABLE words (name TEXT PRIMARY KEY, number INTEGER NOT NULL, content TEXT NOT NULL) STRICT, WITHOUT "
     "ROWID;"},
    {3,
     "CREATE TABLE today (customer TEXT PRIMARY KEY, day INTEGER NOT NULL, hints INTEGER NOT NULL, coupons INTEGER NOT "
     "NULL, campaigns TEXT NOT NULL) STRICT, WITHOUT ROWID;"
     "CREATE TABLE shelf (sku TEXT PRIMARY KEY, count REAL NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, "
     "longest REAL NOT NULL) STRICT, WITHOUT ROWID;"
     "CREATE TABLE sales (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL) STRICT;"},
    {4,
     "ALTER TABLE spent ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;"
     "CREATE TABLE origin (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL) STRICT;"},
};

/// The schema that all migrations together must equal.
inline constexpr char const* kLiveStoreSchema =
    "CREATE TABLE spent (name TEXT PRIMARY KEY, minor INTEGER NOT NULL, issues INTEGER NOT NULL, turn INTEGER NOT NULL "
    "DEFAULT 0) STRICT, WITHOUT ROWID;"
    "CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL) STRICT;"
    "CREATE TABLE words (name TEXT PRIMARY KEY, number INTEGER NOT NULL, content TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE today (customer TEXT PRIMARY KEY, day INTEGER NOT NULL, hints INTEGER NOT NULL, coupons INTEGER NOT "
    "NULL, campaigns TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE shelf (sku TEXT PRIMARY KEY, count REAL NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, "
    "longest REAL NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE sales (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL) STRICT;"
    "CREATE TABLE origin (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL) STRICT;";

}  // namespace tillcue::sync
