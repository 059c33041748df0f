#include <algorithm>
#include <cstdio>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "pem_file.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::sync {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

unsigned char const* raw_bytes(std::span<std::byte const> bytes) {
  return reinterpret_cast<unsigned char const*>(bytes.data());
}

/// y coordinates (little-endian, sign bit cleared) of the points whose order divides 8.
constexpr std::string_view kSmallOrder[] = {"0000000000000000000000000000000000000000000000000000000000000000",
                                            "0100000000000000000000000000000000000000000000000000000000000000",
                                            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                                            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};

/// y >= 2^255-19: the same point would have a second encoding.
bool canonical(std::array<std::byte, PublicKey::kBytes> const& y) {
  auto const middle_full = std::all_of(y.begin() + 1, y.end() - 1, [](std::byte b) { return b == std::byte{0xFF}; });
  return !(middle_full && y.back() == std::byte{0x7F} && y.front() >= std::byte{0xED});
}

Key public_pkey(std::span<std::byte const> raw) {
  return Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw_bytes(raw), raw.size()));
}

Result<PublicKey> public_of(EVP_PKEY* key) {
  std::array<std::byte, PublicKey::kBytes> raw{};
  std::size_t size = raw.size();
  if (EVP_PKEY_id(key) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size) != 1) {
    return fail(Code::invalid, "is not an Ed25519 key");
  }
  return PublicKey::from_raw(raw);
}

}  // namespace

bool pem::holds_private_key(std::FILE* in) {
  std::rewind(in);
  bool found = false;
  for (std::string line(128, '\0'); !found && std::fgets(line.data(), static_cast<int>(line.size()), in) != nullptr;) {
    found = line.starts_with("-----BEGIN ") && line.find("PRIVATE KEY-----") != std::string::npos;
  }
  return found;
}

Result<PublicKey> PublicKey::from_raw(std::span<std::byte const> raw) {
  if (raw.size() != kBytes) return fail(Code::invalid, "an Ed25519 public key must have 32 bytes");
  PublicKey key;
  std::copy(raw.begin(), raw.end(), key.raw_.begin());
  auto y = key.raw_;
  y.back() &= std::byte{0x7F};
  if (!canonical(y)) return fail(Code::invalid, "the public key is not canonical: do not trust where it came from");
  auto const hex = to_hex(y);
  for (auto const& weak : kSmallOrder) {
    if (hex == weak) return fail(Code::invalid, "the public key is of small order: do not trust where it came from");
  }
  return key;
}

Result<PublicKey> PublicKey::load(std::filesystem::path const& file) {
  auto in = pem::open(file);
  if (!in) return tl::unexpected(in.error());
  Key const key(PEM_read_PUBKEY(in->get(), nullptr, pem::no_password, nullptr));
  if (!key && pem::holds_private_key(in->get())) {
    return fail(Code::rejected, file.string() + ": is a private key; give the public one (NAME.pub.pem)");
  }
  if (!key) return fail(Code::invalid, file.string() + ": holds no PEM public key");
  auto loaded = public_of(key.get());
  if (!loaded) return tl::unexpected(loaded.error().within(file.string()));
  return loaded;
}

Result<void> PublicKey::save(std::filesystem::path const& file) const {
  auto const key = public_pkey(raw_);
  return pem::create(file, 0644, [&](std::FILE* out) { return PEM_write_PUBKEY(out, key.get()); });
}

std::string PublicKey::id() const { return sha256(raw_).hex().substr(0, 16); }

bool PublicKey::verifies(std::span<std::byte const> message, Signature const& signature) const {
  auto const key = public_pkey(raw_);
  Context const context(EVP_MD_CTX_new());
  if (!key || !context) return false;
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), raw_bytes(signature), signature.size(), raw_bytes(message), message.size()) ==
         1;
}

struct SigningKey::Secret {
  Key key;
};

SigningKey::SigningKey(std::shared_ptr<Secret const> secret, PublicKey key)
    : secret_(std::move(secret)), public_(std::move(key)) {}

Result<SigningKey> SigningKey::generate() {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key) return fail(Code::io, "OpenSSL could not generate an Ed25519 key");
  auto open = public_of(key.get());
  if (!open) return tl::unexpected(open.error());
  return SigningKey(std::make_shared<Secret const>(Secret{std::move(key)}), *open);
}

Result<SigningKey> SigningKey::load(std::filesystem::path const& file) {
  auto in = pem::open(file);
  if (!in) return tl::unexpected(in.error());
  Key key(PEM_read_PrivateKey(in->get(), nullptr, pem::no_password, nullptr));
  if (!key) return fail(Code::invalid, file.string() + ": holds no PEM private key");
  auto open = public_of(key.get());
  if (!open) return tl::unexpected(open.error().within(file.string()));
  return SigningKey(std::make_shared<Secret const>(Secret{std::move(key)}), *open);
}

Result<void> SigningKey::save(std::filesystem::path const& file) const {
  return pem::create(file, 0600, [&](std::FILE* out) {
    return PEM_write_PrivateKey(out, secret_->key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

Signature SigningKey::sign(std::span<std::byte const> message) const {
  Signature signature{};
  std::size_t size = signature.size();
  Context const context(EVP_MD_CTX_new());
  // Only memory exhaustion can fail here; an all-zero signature verifies nowhere.
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, secret_->key.get()) == 1) {
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, raw_bytes(message),
                   message.size());
  }
  return signature;
}

void KeyRing::pin(PublicKey key) {
  auto id = key.id();
  keys_.insert_or_assign(std::move(id), std::move(key));
}

Result<void> KeyRing::pin_file(std::filesystem::path const& file) {
  auto key = PublicKey::load(file);
  if (!key) return tl::unexpected(key.error());
  pin(std::move(*key));
  return {};
}

std::vector<std::string> KeyRing::ids() const {
  std::vector<std::string> ids;
  for (auto const& [id, key] : keys_) ids.push_back(id);
  return ids;
}

/// The id comes from outside: it is shown only when it looks like one.
std::string KeyRing::not_pinned(std::string_view key_id) const {
  bool const hex = key_id.size() == 16 && key_id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  std::string trusted;
  std::size_t shown = 0;
  for (auto const& [id, key] : keys_) {
    if (++shown > 4) break;
    trusted += (shown > 1 ? ", " : "") + id;
  }
  if (keys_.size() > 4) trusted += " and " + std::to_string(keys_.size() - 4) + " more";
  return "signed by key " + (hex ? std::string(key_id) : "?") +
         ", which is not pinned on this machine (trusted: " + (trusted.empty() ? "none" : trusted) +
         "): if it is HQ's, add HQ's public key to the trusted keys";
}

Result<void> KeyRing::verify(std::string_view key_id, std::span<std::byte const> message,
                             Signature const& signature) const {
  auto const it = keys_.find(key_id);
  if (it == keys_.end()) return fail(Code::rejected, not_pinned(key_id));
  if (!it->second.verifies(message, signature)) return fail(Code::rejected, "the signature is wrong");
  return {};
}

}  // namespace tillcue::sync
