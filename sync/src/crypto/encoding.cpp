#include <openssl/evp.h>

#include "tillcue/sync/crypto.hpp"

namespace tillcue::sync {

std::string to_base64(std::span<std::byte const> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  auto const* data = reinterpret_cast<unsigned char const*>(bytes.data());
  int const length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), data, static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.empty()) return Bytes{};
  Bytes bytes(text.size() / 4 * 3);
  auto const* data = reinterpret_cast<unsigned char const*>(text.data());
  int const length =
      text.size() % 4 != 0 || text.size() > (1U << 30U)
          ? -1
          : EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), data, static_cast<int>(text.size()));
  if (length < 0) return fail(Code::invalid, "not base64");
  std::size_t const padding = text.ends_with("==") ? 2 : (text.ends_with("=") ? 1 : 0);
  bytes.resize(static_cast<std::size_t>(length) - padding);
  // OpenSSL forgives line breaks, stray padding and unused bits; one text for one content is simpler to reason about.
  if (to_base64(bytes) != text) return fail(Code::invalid, "not canonical base64");
  return bytes;
}

std::string to_hex(std::span<std::byte const> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (auto const byte : bytes) {
    auto const value = std::to_integer<unsigned>(byte);
    text += "0123456789abcdef"[value >> 4U];
    text += "0123456789abcdef"[value & 15U];
  }
  return text;
}

Result<Sha256> Sha256::parse(std::string_view hex) {
  auto const digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : (c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1); };
  Sha256 digest;
  bool good = hex.size() == 2 * digest.bytes.size();
  for (std::size_t n = 0; good && n < digest.bytes.size(); ++n) {
    int const high = digit(hex[2 * n]);
    int const low = digit(hex[2 * n + 1]);
    good = high >= 0 && low >= 0;
    if (good) digest.bytes[n] = static_cast<std::byte>(high * 16 + low);
  }
  if (!good) return fail(Code::invalid, "a SHA-256 must be 64 lower-case hexadecimal digits");
  return digest;
}

}  // namespace tillcue::sync
