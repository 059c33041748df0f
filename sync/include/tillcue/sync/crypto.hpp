#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue::sync {

using Bytes = std::vector<std::byte>;

/// The bytes of a text, borrowed.
inline std::span<std::byte const> as_bytes(std::string_view text) noexcept {
  return std::as_bytes(std::span{text.data(), text.size()});
}
/// The same bytes as a text, borrowed; any content.
inline std::string_view as_text(std::span<std::byte const> bytes) noexcept {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

/// RFC 4648 base64 with padding, no line breaks.
std::string to_base64(std::span<std::byte const> bytes);
/// Errors  invalid (anything but canonical base64 with padding).
Result<Bytes> from_base64(std::string_view text);
/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(std::span<std::byte const> bytes);

/// A SHA-256 digest; names a bundle or a chunk by its content.
struct Sha256 {
  std::array<std::byte, 32> bytes{};

  friend bool operator==(Sha256 const&, Sha256 const&) = default;
  friend auto operator<=>(Sha256 const&, Sha256 const&) = default;
  [[nodiscard]] std::string hex() const { return to_hex(bytes); }
  /// Errors  invalid (not 64 lower-case hexadecimal digits).
  static Result<Sha256> parse(std::string_view hex);
};

Sha256 sha256(std::span<std::byte const> bytes);
/// Reads the file in pieces.  Errors  not_found, io.
Result<Sha256> sha256_file(std::filesystem::path const& file);

/// SHA-256 piece by piece.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  void add(std::span<std::byte const> bytes);
  /// The digest of all that was added; the stream is spent afterwards.
  [[nodiscard]] Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

using Signature = std::array<std::byte, 64>;

/// An Ed25519 public key that has been checked: canonical and not of small order (RFC 8032; under a small-order key
/// OpenSSL accepts forged signatures).
class PublicKey {
 public:
  static constexpr std::size_t kBytes = 32;

  /// Errors  invalid (length, non-canonical, small order).
  static Result<PublicKey> from_raw(std::span<std::byte const> raw);
  /// PEM, "BEGIN PUBLIC KEY".  Errors  not_found, io, invalid (not Ed25519, not PEM, weak as above).
  static Result<PublicKey> load(std::filesystem::path const& file);

  /// Writes a new PEM file.  Errors  rejected (the file exists), io.
  [[nodiscard]] Result<void> save(std::filesystem::path const& file) const;
  /// The first 16 hexadecimal digits of the SHA-256 of the raw key.
  [[nodiscard]] std::string id() const;
  [[nodiscard]] std::span<std::byte const> raw() const noexcept { return raw_; }
  [[nodiscard]] bool verifies(std::span<std::byte const> message, Signature const& signature) const;

 private:
  PublicKey() = default;
  std::array<std::byte, kBytes> raw_{};
};

/// An Ed25519 private key of HQ.
class SigningKey {
 public:
  static Result<SigningKey> generate();
  /// PEM, "BEGIN PRIVATE KEY".  Errors  not_found, io, invalid (not Ed25519, not PEM).
  static Result<SigningKey> load(std::filesystem::path const& file);

  /// Writes a new PEM file readable by its owner only (0600).  Errors  rejected (the file exists), io.
  [[nodiscard]] Result<void> save(std::filesystem::path const& file) const;
  [[nodiscard]] PublicKey const& public_key() const noexcept { return public_; }
  [[nodiscard]] std::string id() const { return public_.id(); }
  [[nodiscard]] Signature sign(std::span<std::byte const> message) const;

 private:
  struct Secret;
  SigningKey(std::shared_ptr<Secret const> secret, PublicKey key);
  std::shared_ptr<Secret const> secret_;
  PublicKey public_;
};

/// The keys a terminal believes. They come from its own files, never from a message.
class KeyRing {
 public:
  void pin(PublicKey key);
  /// Pins one PEM public key file.
  Result<void> pin_file(std::filesystem::path const& file);
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
  /// Ascending.
  [[nodiscard]] std::vector<std::string> ids() const;
  [[nodiscard]] bool knows(std::string_view id) const { return keys_.find(id) != keys_.end(); }
  /// Errors  rejected (key id not pinned, signature wrong).
  [[nodiscard]] Result<void> verify(std::string_view key_id, std::span<std::byte const> message,
                                    Signature const& signature) const;

 private:
  [[nodiscard]] std::string not_pinned(std::string_view key_id) const;
  std::map<std::string, PublicKey, std::less<>> keys_;
};

/// HMAC-SHA256 of a loyalty id under the chain's secret, 32 hexadecimal digits: all that leaves the store (S5).
std::string pseudonym(std::span<std::byte const> secret, std::string_view customer);

/// When a PEM certificate ends, seconds since 1970.  Errors  not_found, io, invalid.
Result<std::int64_t> certificate_end(std::filesystem::path const& file);

/// From the operating system's generator.  Errors  io.
Result<Bytes> random_bytes(std::size_t count);
/// A random number of 63 bits, never 0.  Errors  io.
Result<std::uint64_t> random_id();

}  // namespace tillcue::sync
