#include "tillcue/sync/crypto.hpp"
#include "x509.hpp"

namespace tillcue::sync {

Result<std::int64_t> certificate_end(std::filesystem::path const& file) {
  auto const certificate = x509::read_certificate(file);
  if (!certificate) return tl::unexpected(certificate.error());
  return std::chrono::floor<std::chrono::seconds>(x509::end_of(certificate->get()).time_since_epoch()).count();
}

}  // namespace tillcue::sync
