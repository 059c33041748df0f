#pragma once

#include <chrono>
#include <filesystem>
#include <span>

#include "tillcue/core/result.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// The steps of HQ's database, oldest first. Tables and columns are described in src/hq/hq_schema.cpp.
[[nodiscard]] std::span<Migration const> hq_migrations() noexcept;

/// Opens HQ's database as its only writer, creating or upgrading it. `tillcue-hq serve` is that writer.
/// Errors  as Database::open and migrate.
Result<Database> open_hq_writer(std::filesystem::path const& file,
                                std::chrono::milliseconds patience = std::chrono::seconds{5});

/// Opens it for reading beside the running writer.
/// Errors  not_found, unsupported (its schema is older or newer than this program), else as Database::open.
Result<Database> open_hq_reader(std::filesystem::path const& file);

}  // namespace tillcue::sync
