#pragma once

#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// live.sqlite. `minor` and `issues`: given away since the campaign began, as far as this terminal knows.
inline constexpr Migration kLiveStoreMigrations[] = {
    {1,
     "CREATE TABLE spent (name TEXT PRIMARY KEY, minor INTEGER NOT NULL, issues INTEGER NOT NULL) STRICT, WITHOUT "
     "ROWID;"
     "CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL) STRICT;"},
    {2,
     "CREATE TABLE words (name TEXT PRIMARY KEY, number INTEGER NOT NULL, content TEXT NOT NULL) STRICT, WITHOUT "
     "ROWID;"},
};

/// The schema that all migrations together must equal.
inline constexpr char const* kLiveStoreSchema =
    "CREATE TABLE spent (name TEXT PRIMARY KEY, minor INTEGER NOT NULL, issues INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL) STRICT;"
    "CREATE TABLE words (name TEXT PRIMARY KEY, number INTEGER NOT NULL, content TEXT NOT NULL) STRICT, WITHOUT ROWID;";

}  // namespace tillcue::sync
