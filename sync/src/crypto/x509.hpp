#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tillcue/core/result.hpp"
#include "tillcue/core/units.hpp"

/// OpenSSL's X.509 in a few words: owners, files, times. Everything of it stays in the few files that include this.
namespace tillcue::sync::x509 {

template <auto free_it>
struct Free {
  template <class T>
  void operator()(T* held) const noexcept {
    free_it(held);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Request = std::unique_ptr<X509_REQ, Free<X509_REQ_free>>;

/// Errors  not_found, io, invalid (no PEM of that kind in it).
Result<Key> read_key(std::filesystem::path const& file);
Result<Certificate> read_certificate(std::filesystem::path const& file);
/// All of a file: a certificate and those above it, or several authorities; at least one.
Result<std::vector<Certificate>> read_certificates(std::filesystem::path const& file);

/// New files only; a key 0600, the others 0644.  Errors  rejected (exists), io.
Result<void> write_key(std::filesystem::path const& file, EVP_PKEY* key);
Result<void> write_certificate(std::filesystem::path const& file, X509* certificate);
Result<void> write_request(std::filesystem::path const& file, X509_REQ* request);

/// The common name; empty when there is none or it is not one plain text.
std::string common_name(X509* certificate);
Timestamp begin_of(X509* certificate);
Timestamp end_of(X509* certificate);
bool is_key_of(EVP_PKEY* key, X509* certificate);
/// Holds the first of `chain`, by way of the others, against the authorities in the file `authority` at `now`;
/// `purpose` is X509_PURPOSE_SSL_CLIENT or _SERVER.  Errors  rejected (OpenSSL's words), invalid (no authority).
Result<void> verify(std::span<Certificate const> chain, std::filesystem::path const& authority, int purpose,
                    Timestamp now);
/// To the second, in words: OpenSSL's time_t has 32 bits on armhf and i386, ours 64, and what takes one gets another
/// number there.  False: no year a certificate can have.
bool set_time(ASN1_TIME* field, Timestamp time);

}  // namespace tillcue::sync::x509
