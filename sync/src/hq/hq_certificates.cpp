#include "tillcue/sync/hq_certificates.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>

#include <arpa/inet.h>

#include "crypto/x509.hpp"
#include "key_folder.hpp"
#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kCertificateEnd = ".tls.pem";
constexpr std::string_view kAuthority = "authority";
constexpr int kAuthorityDays = 3653;
// A till whose clock is a little behind must not refuse a certificate that was made a minute ago.
constexpr auto kClockSlack = std::chrono::minutes{10};

CertificateEntry entry(fs::path const& folder, std::string const& name) {
  return {name, {}, folder / (name + std::string{kCertificateEnd}), folder / (name + ".tls-key.pem")};
}

bool is_address(std::string const& host) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

bool is_host(std::string const& host) {
  if (host.empty() || host.size() > 253) return false;
  if (is_address(host)) return true;
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

/// The broker gives rights by name: nobody but HQ may be called like HQ.
Result<void> check_name(CertificateUse use, std::string const& name) {
  if (!is_topic_name(name)) return fail(Code::invalid, "name \"" + name + "\": use letters, digits, - _ . :, up to 64");
  if (use == CertificateUse::hq && name != "hq" && name != "hq-publish") {
    return fail(Code::rejected, "name \"" + name + "\": HQ's are hq (serve) and hq-publish (publish, rollout start)");
  }
  if (use != CertificateUse::hq && (is_head_office_name(name) || name == kAuthority)) {
    return fail(Code::rejected, "name \"" + name + "\": would have the rights of HQ at the broker; choose another");
  }
  return {};
}

Result<void> check_request(fs::path const& folder, CertificateRequest const& request) {
  if (auto good = check_name(request.use, request.name); !good) return good;
  bool const broker = request.use == CertificateUse::broker;
  if (broker && request.hosts.empty())
    return fail(Code::invalid, "a broker's certificate names its hosts: give --host");
  if (!broker && !request.hosts.empty()) return fail(Code::invalid, "--host: only a broker's certificate has hosts");
  for (auto const& host : request.hosts) {
    if (!is_host(host)) return fail(Code::invalid, "--host \"" + host + "\": not a host name or an address");
  }
  auto const files = entry(folder, request.name);
  std::error_code error;
  for (auto const& file : {files.certificate, files.key}) {
    if (fs::exists(file, error)) return fail(Code::rejected, file.string() + ": exists already and is not overwritten");
  }
  return {};
}

std::string names_extension(std::vector<std::string> const& hosts) {
  std::string text;
  for (auto const& host : hosts) {
    if (!text.empty()) text += ',';
    text += (is_address(host) ? "IP:" : "DNS:") + host;
  }
  return text;
}

/// The OpenSSL spellings of what a certificate may do.
std::vector<std::pair<int, std::string>> extensions_of(CertificateRequest const& request) {
  bool const broker = request.use == CertificateUse::broker;
  std::vector<std::pair<int, std::string>> list{{NID_basic_constraints, "critical,CA:FALSE"},
                                                {NID_key_usage, "critical,digitalSignature"},
                                                {NID_ext_key_usage, broker ? "serverAuth" : "clientAuth"}};
  if (broker) list.emplace_back(NID_subject_alt_name, names_extension(request.hosts));
  return list;
}

Result<void> set_name(X509_NAME* subject, std::string const& name) {
  auto const* const text = reinterpret_cast<unsigned char const*>(name.data());
  if (X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC, text, static_cast<int>(name.size()), -1, 0) !=
      1) {
    return fail(Code::invalid, "name \"" + name + "\": cannot stand in a certificate");
  }
  return {};
}

tl::unexpected<Error> refused(std::string const& extension) {
  return fail(Code::invalid, "certificate: extension " + extension + " was refused by OpenSSL");
}

Result<void> add_extension(X509* certificate, X509* issuer, int kind, std::string const& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  bool const good = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  if (!good) return refused(value);
  return {};
}

Result<void> ask_for(X509_REQ* request, std::vector<std::pair<int, std::string>> const& extensions) {
  auto const free_all = [](STACK_OF(X509_EXTENSION) * list) { sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free); };
  std::unique_ptr<STACK_OF(X509_EXTENSION), decltype(free_all)> const list(sk_X509_EXTENSION_new_null(), free_all);
  for (auto const& [kind, value] : extensions) {
    auto* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    if (extension == nullptr) return refused(value);
    sk_X509_EXTENSION_push(list.get(), extension);
  }
  if (X509_REQ_add_extensions(request, list.get()) != 1) return refused("list");
  return {};
}

Result<void> set_serial(X509* certificate) {
  auto const bytes = random_bytes(16);
  if (!bytes) return tl::unexpected{bytes.error()};
  auto positive = *bytes;
  positive.front() = (positive.front() & std::byte{0x3F}) | std::byte{0x40};
  std::unique_ptr<BIGNUM, x509::Free<BN_free>> const number(
      BN_bin2bn(reinterpret_cast<unsigned char const*>(positive.data()), static_cast<int>(positive.size()), nullptr));
  if (!number || !BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate))) {
    return fail(Code::io, "certificate: no serial number");
  }
  return {};
}

struct Draft {
  std::string name;
  EVP_PKEY* key = nullptr;
  X509* issuer = nullptr;  ///< null: it signs itself
  EVP_PKEY* issuer_key = nullptr;
  Timestamp begins, ends;
  std::vector<std::pair<int, std::string>> extensions;
};

Result<x509::Certificate> sign(Draft const& draft) {
  x509::Certificate made(X509_new());
  auto* const certificate = made.get();
  X509_set_version(certificate, X509_VERSION_3);
  if (auto done = set_serial(certificate); !done) return tl::unexpected{done.error()};
  if (auto done = set_name(X509_get_subject_name(certificate), draft.name); !done) return tl::unexpected{done.error()};
  auto* const issuer = draft.issuer != nullptr ? draft.issuer : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  if (!x509::set_time(X509_getm_notBefore(certificate), draft.begins) ||
      !x509::set_time(X509_getm_notAfter(certificate), draft.ends)) {
    return fail(Code::invalid, "certificate: begins or ends in no year it can say; look at this machine's clock");
  }
  X509_set_pubkey(certificate, draft.key);
  for (auto const& [kind, value] : draft.extensions) {
    if (auto done = add_extension(certificate, issuer, kind, value); !done) return tl::unexpected{done.error()};
  }
  if (X509_sign(certificate, draft.issuer_key, EVP_sha256()) == 0)
    return fail(Code::invalid, "certificate: not signed");
  return made;
}

Result<x509::Key> new_key() {
  x509::Key key(EVP_EC_gen("P-256"));
  if (!key) return fail(Code::io, "no new P-256 key from OpenSSL");
  return key;
}

/// Key first: a certificate without its key is of no use to anybody.
Result<CertificateEntry> save(CertificateEntry files, EVP_PKEY* key, X509* certificate) {
  if (auto done = x509::write_key(files.key, key); !done) return tl::unexpected{done.error()};
  if (auto done = x509::write_certificate(files.certificate, certificate); !done) return tl::unexpected{done.error()};
  files.ends = x509::end_of(certificate);
  return files;
}

}  // namespace

Result<CertificateEntry> init_authority(fs::path const& folder, std::string const& chain, Timestamp now) {
  if (!is_topic_name(chain)) return fail(Code::invalid, "--chain \"" + chain + "\": use letters, digits, - _ . :");
  auto const files = entry(folder, std::string{kAuthority});
  std::error_code error;
  if (fs::exists(files.certificate, error) || fs::exists(files.key, error)) {
    return fail(Code::rejected, files.certificate.string() + ": there is an authority already; terminals may trust it");
  }
  if (auto done = make_key_folder(folder); !done) return tl::unexpected{done.error()};
  auto const key = new_key();
  if (!key) return tl::unexpected{key.error()};
  auto const certificate = sign({.name = "Tillcue authority of " + chain,
                                 .key = key->get(),
                                 .issuer_key = key->get(),
                                 .begins = now - kClockSlack,
                                 .ends = now + std::chrono::days{kAuthorityDays},
                                 .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                                {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                                {NID_subject_key_identifier, "hash"}}});
  if (!certificate) return tl::unexpected{certificate.error()};
  return save(files, key->get(), certificate->get());
}

Result<CertificateEntry> issue_certificate(fs::path const& folder, CertificateRequest const& request, int days,
                                           Timestamp now) {
  if (days < 1 || days > kAuthorityDays) return fail(Code::invalid, "--days: 1 to " + std::to_string(kAuthorityDays));
  auto const authority = entry(folder, std::string{kAuthority});
  auto const issuer = x509::read_certificate(authority.certificate);
  if (!issuer && issuer.error().code == Code::not_found) {
    return fail(Code::not_found,
                issuer.error().what + "; make an authority with `keys authority`, or ask your own with `keys request`");
  }
  if (!issuer) return tl::unexpected{issuer.error()};
  auto const issuer_key = x509::read_key(authority.key);
  if (!issuer_key) return tl::unexpected{issuer_key.error()};
  if (auto good = check_request(folder, request); !good) return tl::unexpected{good.error()};
  auto const ends = std::min<Timestamp>(now + std::chrono::days{days}, x509::end_of(issuer->get()));
  if (ends <= now) return fail(Code::rejected, authority.certificate.string() + ": is over; begin a new authority");
  auto const key = new_key();
  if (!key) return tl::unexpected{key.error()};
  auto extensions = extensions_of(request);
  extensions.emplace_back(NID_subject_key_identifier, "hash");
  extensions.emplace_back(NID_authority_key_identifier, "keyid:always");
  auto const certificate = sign(
      {request.name, key->get(), issuer->get(), issuer_key->get(), now - kClockSlack, ends, std::move(extensions)});
  if (!certificate) return tl::unexpected{certificate.error()};
  return save(entry(folder, request.name), key->get(), certificate->get());
}

Result<CertificateEntry> request_certificate(fs::path const& folder, CertificateRequest const& request) {
  if (auto good = check_request(folder, request); !good) return tl::unexpected{good.error()};
  if (auto done = make_key_folder(folder); !done) return tl::unexpected{done.error()};
  auto const key = new_key();
  if (!key) return tl::unexpected{key.error()};
  x509::Request const asked(X509_REQ_new());
  X509_REQ_set_version(asked.get(), X509_REQ_VERSION_1);
  if (auto done = set_name(X509_REQ_get_subject_name(asked.get()), request.name); !done)
    return tl::unexpected{done.error()};
  X509_REQ_set_pubkey(asked.get(), key->get());
  if (auto done = ask_for(asked.get(), extensions_of(request)); !done) return tl::unexpected{done.error()};
  if (X509_REQ_sign(asked.get(), key->get(), EVP_sha256()) == 0) return fail(Code::invalid, "request: not signed");
  auto made = entry(folder, request.name);
  made.certificate = folder / (request.name + ".tls-request.pem");
  if (auto done = x509::write_key(made.key, key->get()); !done) return tl::unexpected{done.error()};
  if (auto done = x509::write_request(made.certificate, asked.get()); !done) return tl::unexpected{done.error()};
  return made;
}

Result<CertificateEntry> check_certificate(fs::path const& file, fs::path const& key_file, fs::path const& authority,
                                           CertificateUse use, Timestamp now) {
  auto const chain = x509::read_certificates(file);
  if (!chain) return tl::unexpected{chain.error()};
  auto* const certificate = chain->front().get();
  auto const at = file.string();
  auto const purpose = use == CertificateUse::broker ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT;
  if (auto good = x509::verify(*chain, authority, purpose, now); !good) return tl::unexpected{good.error().within(at)};
  CertificateEntry found{x509::common_name(certificate), x509::end_of(certificate), file, key_file};
  if (use != CertificateUse::broker) {  // who reads a broker's certificate looks at its hosts
    if (auto good = check_name(use, found.name); !good) return tl::unexpected{good.error().within(at)};
  }
  if (key_file.empty()) return found;
  auto const key = x509::read_key(key_file);
  if (!key) return tl::unexpected{key.error()};
  if (!x509::is_key_of(key->get(), certificate)) {
    return fail(Code::rejected, key_file.string() + ": is not the key of " + at);
  }
  return found;
}

Result<std::vector<CertificateEntry>> list_certificates(fs::path const& folder) {
  auto const names = names_in_key_folder(folder, kCertificateEnd);
  if (!names) return tl::unexpected{names.error()};
  std::error_code error;
  std::vector<CertificateEntry> list;
  for (auto const& name : *names) {
    auto found = entry(folder, name);
    auto const certificate = x509::read_certificate(found.certificate);
    if (!certificate) return tl::unexpected{certificate.error()};
    found.ends = x509::end_of(certificate->get());
    if (!fs::exists(found.key, error)) found.key.clear();
    list.push_back(std::move(found));
  }
  return list;
}

}  // namespace tillcue::sync
