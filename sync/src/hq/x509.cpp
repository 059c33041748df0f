#include "x509.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tillcue::sync::x509 {
namespace {

using File = std::unique_ptr<std::FILE, Free<std::fclose>>;

int no_password(char*, int, int, void*) { return -1; }

Result<File> open_file(std::filesystem::path const& file) {
  File in(std::fopen(file.c_str(), "rbe"));
  if (!in) return fail(errno == ENOENT ? Code::not_found : Code::io, file.string() + ": " + std::strerror(errno));
  return in;
}

template <class Write>
Result<void> create(std::filesystem::path const& file, int mode, Write write) {
  int const fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) {
    if (errno == EEXIST) return fail(Code::rejected, file.string() + ": exists already and is not overwritten");
    return fail(Code::io, file.string() + ": " + std::strerror(errno));
  }
  File out(::fdopen(fd, "wb"));
  if (!out || write(out.get()) != 1 || std::fflush(out.get()) != 0 || ::fsync(fd) != 0) {
    return fail(Code::io, file.string() + ": cannot be written");
  }
  return {};
}

}  // namespace

Result<Key> read_key(std::filesystem::path const& file) {
  auto in = open_file(file);
  if (!in) return tl::unexpected(in.error());
  Key key(PEM_read_PrivateKey(in->get(), nullptr, no_password, nullptr));
  if (!key) return fail(Code::invalid, file.string() + ": holds no PEM private key without a password");
  return key;
}

Result<Certificate> read_certificate(std::filesystem::path const& file) {
  auto in = open_file(file);
  if (!in) return tl::unexpected(in.error());
  Certificate certificate(PEM_read_X509(in->get(), nullptr, no_password, nullptr));
  if (!certificate) return fail(Code::invalid, file.string() + ": holds no PEM certificate");
  return certificate;
}

Result<void> write_key(std::filesystem::path const& file, EVP_PKEY* key) {
  return create(file, 0600, [&](std::FILE* out) {
    return PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, no_password, nullptr);
  });
}

Result<void> write_certificate(std::filesystem::path const& file, X509* certificate) {
  return create(file, 0644, [&](std::FILE* out) { return PEM_write_X509(out, certificate); });
}

Result<void> write_request(std::filesystem::path const& file, X509_REQ* request) {
  return create(file, 0644, [&](std::FILE* out) { return PEM_write_X509_REQ(out, request); });
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

Timestamp end_of(X509* certificate) {
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return {};
  return Timestamp{std::chrono::seconds{::timegm(&end)}};
}

std::time_t seconds_of(Timestamp time) {
  return static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace tillcue::sync::x509
