#include <ctime>
#include <memory>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "pem_file.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::sync {

Result<std::int64_t> certificate_end(std::filesystem::path const& file) {
  auto in = pem::open(file);
  if (!in) return tl::unexpected(in.error());
  std::unique_ptr<X509, decltype(&X509_free)> const certificate(
      PEM_read_X509(in->get(), nullptr, pem::no_password, nullptr), X509_free);
  std::tm end{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) {
    return fail(Code::invalid, file.string() + ": holds no PEM certificate");
  }
  return std::int64_t{::timegm(&end)};
}

}  // namespace tillcue::sync
