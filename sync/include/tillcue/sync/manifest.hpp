#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::sync {

inline constexpr std::uint64_t kMaxInteger = 9'007'199'254'740'991;  ///< 2^53-1: exact in every JSON reader
inline constexpr std::size_t kChunkBytes = 61'440;
inline constexpr std::size_t kMaxEnvelope = 16'384;
inline constexpr std::size_t kMaxInlineChunks = 200;  ///< more: the digests travel as an object of their own
inline constexpr std::size_t kMaxChunks = kChunkBytes / 32;
inline constexpr std::uint64_t kMaxBundle = kMaxChunks * kChunkBytes;  ///< 112.5 MiB

inline constexpr std::size_t kMaxParcels = 9;
inline constexpr std::size_t kMaxFirst = 50;
/// The scope whose manifest goes out in stages.
inline constexpr char const* kNextScope = "next";

/// A basket and what the bundle must suggest for it, best first.
struct Probe {
  static constexpr std::size_t kMost = 5;
  std::vector<std::string> basket, answer;  ///< SKUs
  friend bool operator==(Probe const&, Probe const&) = default;
};
inline constexpr std::size_t kMaxProbes = 8;

/// What HQ says is to run: WIRE.md "manifest".
struct Manifest {
  /// The bundle made small (core/PARCEL.md): whole, or against a base that the terminal must have.
  struct Parcel {
    Sha256 object;
    std::uint64_t size = 0;
    std::optional<Sha256> base{};  ///< digest of the base bundle
    std::optional<Sha256> list{};  ///< object with the digests of its pieces; nothing: one piece, which is the object

    [[nodiscard]] std::uint32_t piece_count() const noexcept {
      return static_cast<std::uint32_t>((size + kChunkBytes - 1) / kChunkBytes);
    }
  };
  /// Who of the terminals may have it yet; scope `next` only.
  struct Stage {
    std::uint32_t share = 0;  ///< of 10,000
    std::uint64_t revision = 1;
    bool paused = false;       ///< nobody else begins
    std::uint32_t spread = 0;  ///< seconds over which terminals begin
    std::vector<std::string> first{};

    [[nodiscard]] bool includes(std::uint64_t release, std::string_view terminal) const;
    /// How long this terminal waits before it begins.
    [[nodiscard]] std::uint32_t delay(std::uint64_t release, std::string_view terminal) const;
  };

  std::string chain;
  std::string scope = "all";
  std::uint64_t release = 0;  ///< only ever grows; a roll back is old content under a new number
  Sha256 bundle;              ///< digest and name of the whole file
  std::uint64_t size = 0;     ///< bytes
  std::uint32_t chunk_bytes = kChunkBytes;
  std::vector<Sha256> chunks;             ///< digest of each piece; empty when `chunk_list` says where they are
  std::optional<Sha256> chunk_list;       ///< object whose bytes are the digests one after another
  std::int64_t created = 0;               ///< seconds since 1970
  std::int64_t expires = 0;               ///< exclusive; a terminal refuses to switch to it from then on
  std::string minimum_version = "0.0.0";  ///< of the terminal's program
  std::string note;                       ///< up to 500 bytes
  std::vector<Parcel> parcels;            ///< other ways to the same bundle
  std::vector<Probe> probes;              ///< of the self-test
  std::optional<Stage> stage;

  [[nodiscard]] std::uint32_t chunk_count() const noexcept;
  /// Bytes of piece `index`: the last one may be shorter.
  [[nodiscard]] std::size_t chunk_size(std::uint32_t index) const noexcept;
};

/// The pieces of a bundle and their digests, cut by WIRE.md. A large bundle has `chunk_list_bytes` to publish as well.
struct CutBundle {
  Manifest manifest;             ///< bundle, size, chunks or chunk_list are filled in
  std::vector<Sha256> chunks;    ///< always all of them
  std::string chunk_list_bytes;  ///< empty when the manifest carries the digests itself
};
/// Errors  invalid (empty or larger than kMaxBundle).
Result<CutBundle> cut_bundle(std::span<std::byte const> bundle);

/// The body as signed.  Errors  invalid, naming the field (a rule of WIRE.md is broken).
Result<std::string> encode_manifest(Manifest const& manifest);
/// Errors  invalid, naming the field.  unsupported (format newer than this build).
Result<Manifest> decode_manifest(std::string_view body);

/// The same for any object of `count` pieces.
Result<std::vector<Sha256>> decode_digests(Sha256 const& list, std::uint32_t count, std::string_view bytes);
/// Digests from the bytes of a chunk list object.  Errors  corrupt (wrong digest), invalid (wrong count).
Result<std::vector<Sha256>> decode_chunk_list(Manifest const& manifest, std::string_view bytes);

/// Signs a body: {"key":id,"sig":base64,"body":text}.  Errors  invalid (too large).
Result<std::string> seal(std::span<SigningKey const> keys, std::string_view body, std::size_t limit = kMaxEnvelope);
Result<std::string> seal(SigningKey const& key, std::string_view body, std::size_t limit = kMaxEnvelope);
/// The body, after its signature was checked against the pinned keys.
/// Errors  invalid (not an envelope, too large), rejected (key not pinned, signature wrong).
Result<std::string> unseal(KeyRing const& keys, std::string_view envelope, std::size_t limit = kMaxEnvelope);

/// Compares "major.minor.patch"; a part that is missing counts 0.  Errors  invalid (not such a text).
Result<int> compare_versions(std::string_view a, std::string_view b);

}  // namespace tillcue::sync
