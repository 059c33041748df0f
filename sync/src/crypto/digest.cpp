#include <algorithm>
#include <fstream>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "tillcue/sync/crypto.hpp"

namespace tillcue::sync {

struct Sha256Stream::State {
  struct Free {
    void operator()(EVP_MD_CTX* made) const noexcept { EVP_MD_CTX_free(made); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {
  EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr);
}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::add(std::span<std::byte const> bytes) {
  EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

Sha256 Sha256Stream::finish() {
  Sha256 digest;
  EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(digest.bytes.data()), nullptr);
  return digest;
}

Sha256 sha256(std::span<std::byte const> bytes) {
  Sha256Stream stream;
  stream.add(bytes);
  return stream.finish();
}

Result<Sha256> sha256_file(std::filesystem::path const& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Code::not_found, file.string() + ": cannot be opened");
  Sha256Stream stream;
  std::vector<char> buffer(std::size_t{1} << 16U);
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    stream.add(as_bytes({buffer.data(), static_cast<std::size_t>(in.gcount())}));
  }
  if (in.bad()) return fail(Code::io, file.string() + ": cannot be read");
  return stream.finish();
}

std::string pseudonym(std::span<std::byte const> secret, std::string_view customer) {
  if (customer.empty()) return {};
  Sha256 mac;
  unsigned length = 0;
  // A null key would make OpenSSL reuse an earlier one.
  static constexpr std::byte kNone{};
  HMAC(EVP_sha256(), secret.empty() ? &kNone : secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<unsigned char const*>(customer.data()), customer.size(),
       reinterpret_cast<unsigned char*>(mac.bytes.data()), &length);
  return mac.hex().substr(0, 32);
}

Result<Bytes> random_bytes(std::size_t count) {
  Bytes bytes(count);
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    return fail(Code::io, "the system's random generator failed");
  }
  return bytes;
}

Result<std::uint64_t> random_id() {
  for (;;) {
    auto const bytes = random_bytes(8);
    if (!bytes) return tl::unexpected(bytes.error());
    std::uint64_t id = 0;
    for (auto const byte : *bytes) id = id << 8U | std::to_integer<std::uint64_t>(byte);
    id &= static_cast<std::uint64_t>(INT64_MAX);
    if (id != 0) return id;
  }
}

}  // namespace tillcue::sync
