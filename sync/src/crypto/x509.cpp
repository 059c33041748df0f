#include "x509.hpp"

#include <chrono>
#include <ctime>

#include <openssl/err.h>

#include "pem_file.hpp"

namespace tillcue::sync::x509 {
namespace {

Timestamp time_of(ASN1_TIME const* field) {
  std::tm time{};
  if (ASN1_TIME_to_tm(field, &time) != 1) return {};
  return Timestamp{std::chrono::seconds{::timegm(&time)}};
}

}  // namespace

Result<Key> read_key(std::filesystem::path const& file) {
  auto in = pem::open(file);
  if (!in) return tl::unexpected(in.error());
  Key key(PEM_read_PrivateKey(in->get(), nullptr, pem::no_password, nullptr));
  if (!key) return fail(Code::invalid, file.string() + ": holds no PEM private key without a password");
  return key;
}

Result<Certificate> read_certificate(std::filesystem::path const& file) {
  auto all = read_certificates(file);
  if (!all) return tl::unexpected(all.error());
  return std::move(all->front());
}

Result<std::vector<Certificate>> read_certificates(std::filesystem::path const& file) {
  auto in = pem::open(file);
  if (!in) return tl::unexpected(in.error());
  std::vector<Certificate> all;
  for (;;) {
    Certificate one(PEM_read_X509(in->get(), nullptr, pem::no_password, nullptr));
    if (!one) break;
    all.push_back(std::move(one));
  }
  ERR_clear_error();
  if (!all.empty()) return all;
  auto const* const instead = pem::holds_private_key(in->get()) ? ", but a private key" : "";
  return fail(Code::invalid, file.string() + ": holds no PEM certificate" + instead);
}

Result<void> write_key(std::filesystem::path const& file, EVP_PKEY* key) {
  return pem::create(file, 0600, [&](std::FILE* out) {
    return PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, pem::no_password, nullptr);
  });
}

Result<void> write_certificate(std::filesystem::path const& file, X509* certificate) {
  return pem::create(file, 0644, [&](std::FILE* out) { return PEM_write_X509(out, certificate); });
}

Result<void> write_request(std::filesystem::path const& file, X509_REQ* request) {
  return pem::create(file, 0644, [&](std::FILE* out) { return PEM_write_X509_REQ(out, request); });
}

std::string common_name(X509* certificate) {
  auto* const subject = X509_get_subject_name(certificate);
  int const at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  // Two common names would let two readers see two identities.
  if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0) return {};
  auto* const text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  return {reinterpret_cast<char const*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

Timestamp begin_of(X509* certificate) { return time_of(X509_get0_notBefore(certificate)); }
Timestamp end_of(X509* certificate) { return time_of(X509_get0_notAfter(certificate)); }

bool is_key_of(EVP_PKEY* key, X509* certificate) {
  bool const fits = X509_check_private_key(certificate, key) == 1;
  ERR_clear_error();
  return fits;
}

Result<void> verify(std::span<Certificate const> chain, std::filesystem::path const& authority, int purpose,
                    Timestamp now) {
  std::unique_ptr<X509_STORE, Free<X509_STORE_free>> const store(X509_STORE_new());
  std::unique_ptr<X509_STORE_CTX, Free<X509_STORE_CTX_free>> const context(X509_STORE_CTX_new());
  auto const free_list = [](STACK_OF(X509) * list) { sk_X509_free(list); };
  std::unique_ptr<STACK_OF(X509), decltype(free_list)> const above(sk_X509_new_null(), free_list);
  for (auto const& one : chain.subspan(1)) sk_X509_push(above.get(), one.get());
  if (X509_STORE_load_file(store.get(), authority.c_str()) != 1) {
    ERR_clear_error();
    return fail(Code::invalid, authority.string() + ": holds no PEM certificate of an authority");
  }
  X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), above.get());
  X509_STORE_CTX_set_purpose(context.get(), purpose);
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_NO_CHECK_TIME);  // it would take a time_t of its own size
  auto why = X509_verify_cert(context.get()) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  auto* const links = X509_STORE_CTX_get0_chain(context.get());
  for (int at = 0; why == X509_V_OK && at < sk_X509_num(links); ++at) {
    auto* const link = sk_X509_value(links, at);
    if (now < begin_of(link)) why = X509_V_ERR_CERT_NOT_YET_VALID;
    if (now >= end_of(link)) why = X509_V_ERR_CERT_HAS_EXPIRED;
  }
  if (why == X509_V_OK) return {};
  return fail(Code::rejected, X509_verify_cert_error_string(why));
}

bool set_time(ASN1_TIME* field, Timestamp time) {
  auto const seconds =
      static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
  std::tm parts{};
  char text[sizeof "-2147483648-01-01-00-00-00Z"];
  return ::gmtime_r(&seconds, &parts) != nullptr && std::strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &parts) != 0 &&
         ASN1_TIME_set_string_X509(field, text) == 1;
}

}  // namespace tillcue::sync::x509
