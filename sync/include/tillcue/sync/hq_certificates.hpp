#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/core/units.hpp"

namespace tillcue::sync {

/// Whom a TLS certificate is for: decides its purpose and the names it may carry.
enum class CertificateUse { terminal, hq, broker };

/// One certificate of a key folder: `NAME.tls.pem` and, where it lies there too, `NAME.tls-key.pem` (0600). The pilot's
/// authority has the name `authority`.
struct CertificateEntry {
  std::string name;
  Timestamp ends{};
  std::filesystem::path certificate, key;
};

/// What a new certificate says. `name` is its common name: the terminal's id, `hq`, or the broker's. `hosts` are the
/// names and addresses a broker is reached by, at least one.
struct CertificateRequest {
  CertificateUse use = CertificateUse::terminal;
  std::string name;
  std::vector<std::string> hosts;
};

/// Makes a pilot's certificate authority, P-256, valid for ten years from `now`. Nothing is ever overwritten.
/// Errors  rejected (there is one), invalid (chain), io.
Result<CertificateEntry> init_authority(std::filesystem::path const& folder, std::string const& chain, Timestamp now);

/// A key and a certificate signed by the folder's authority, valid for `days`, never longer than the authority.
/// Errors  not_found (no authority), rejected (a file of that name exists; a name another use has), invalid (name,
/// host, days, authority over), io.
Result<CertificateEntry> issue_certificate(std::filesystem::path const& folder, CertificateRequest const& request,
                                           int days, Timestamp now);

/// A key and a signing request `NAME.tls-request.pem` for an authority of one's own; the entry's `certificate` is that
/// file.  Errors  as issue_certificate.
Result<CertificateEntry> request_certificate(std::filesystem::path const& folder, CertificateRequest const& request);

/// Holds a certificate, from whomever, against what terminals, HQ and broker will ask of it at `now`: signed by the
/// authority in `authority` (PEM, several allowed), in force, for this use, a fit name; and, when `key` is given, of
/// that key.  Errors  rejected (says which), not_found, invalid (no PEM).
Result<CertificateEntry> check_certificate(std::filesystem::path const& certificate, std::filesystem::path const& key,
                                           std::filesystem::path const& authority, CertificateUse use, Timestamp now);

/// The certificates in the folder by name.  Errors  not_found (folder), invalid (names the file).
Result<std::vector<CertificateEntry>> list_certificates(std::filesystem::path const& folder);

}  // namespace tillcue::sync
