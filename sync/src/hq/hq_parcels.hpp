#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {

/// Something that travels in pieces under its digest: a bundle, a parcel.
struct Cargo {
  Sha256 object;
  std::vector<std::byte> owned;  ///< empty: borrowed
  std::span<std::byte const> bytes;
  std::string list;  ///< digests of the pieces, an object of its own; empty: not needed
  std::optional<Sha256> list_object{};
};

/// The bundle made small, whole and against each base; only what is worth its place is in it. Fills manifest.parcels.
/// Errors  those of pack_parcel.
Result<std::vector<Cargo>> make_parcels(Manifest& manifest, std::span<std::byte const> bundle,
                                        std::span<std::vector<std::byte> const> bases,
                                        std::function<void(std::string const&)> const& say);

/// A few baskets and what this bundle answers to them, for the terminal's self-test.  Errors  as Bundle::from_bytes.
Result<std::vector<Probe>> make_probes(std::span<std::byte const> bundle);

}  // namespace tillcue::sync
