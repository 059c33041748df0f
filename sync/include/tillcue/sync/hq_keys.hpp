#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue::sync {

/// One signing key of a key folder: `NAME.key.pem` (private, stays at HQ) and `NAME.pub.pem` (pinned by terminals).
struct KeyEntry {
  std::string name, id;
  std::filesystem::path private_file, public_file;
};

/// Makes a new Ed25519 pair; the folder is created, 0700. Nothing is ever overwritten.
/// Errors  rejected (a file of that name exists), invalid (name), io.
Result<KeyEntry> init_key(std::filesystem::path const& folder, std::string const& name);

/// The pairs in the folder by name; the id is read from the public file.
/// Errors  not_found (folder), invalid or io naming the file.
Result<std::vector<KeyEntry>> list_keys(std::filesystem::path const& folder);

}  // namespace tillcue::sync
