#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::sync {

/// A folder with every published object (bundle or chunk list) under its SHA-256, so that chunks a broker lost can be
/// published again.
/// Threads  any.
class BundleShelf {
 public:
  /// Creates the folder.  Errors  io.
  static Result<BundleShelf> open(std::filesystem::path folder);

  /// Writes the object unless it is there; complete or not at all.  Errors  io.
  Result<void> put(Sha256 const& object, std::span<std::byte const> bytes) const;
  /// The whole object.  Errors  not_found, io.
  [[nodiscard]] Result<std::vector<std::byte>> whole(Sha256 const& object) const;
  /// Piece `index` of kChunkBytes.  Errors  not_found (object, or index beyond its end), io.
  [[nodiscard]] Result<std::string> chunk(Sha256 const& object, std::uint32_t index) const;

 private:
  explicit BundleShelf(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

}  // namespace tillcue::sync
