#include "x509.hpp"

#include <chrono>
#include <ctime>

#include "crypto/pem_file.hpp"

namespace tillcue::sync::x509 {
Result<Key> read_key(std::filesystem::path const& file) {
  auto in = pem::open(file);
  if (!in) return tl::unexpected(in.error());
  Key key(PEM_read_PrivateKey(in->get(), nullptr, pem::no_password, nullptr));
  if (!key) return fail(Code::invalid, file.string() + ": holds no PEM private key without a password");
  return key;
}

Result<Certificate> read_certificate(std::filesystem::path const& file) {
  auto in = pem::open(file);
  if (!in) return tl::unexpected(in.error());
  Certificate certificate(PEM_read_X509(in->get(), nullptr, pem::no_password, nullptr));
  if (!certificate) return fail(Code::invalid, file.string() + ": holds no PEM certificate");
  return certificate;
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

namespace {
Timestamp time_of(ASN1_TIME const* field) {
  std::tm time{};
  if (ASN1_TIME_to_tm(field, &time) != 1) return {};
  return Timestamp{std::chrono::seconds{::timegm(&time)}};
}
}  // namespace

Timestamp begin_of(X509* certificate) { return time_of(X509_get0_notBefore(certificate)); }
Timestamp end_of(X509* certificate) { return time_of(X509_get0_notAfter(certificate)); }

bool set_time(ASN1_TIME* field, Timestamp time) {
  auto const seconds =
      static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
  std::tm parts{};
  char text[sizeof "-2147483648-01-01-00-00-00Z"];
  return ::gmtime_r(&seconds, &parts) != nullptr && std::strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &parts) != 0 &&
         ASN1_TIME_set_string_X509(field, text) == 1;
}

}  // namespace tillcue::sync::x509
