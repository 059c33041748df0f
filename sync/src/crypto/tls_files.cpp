#include "tillcue/sync/tls_files.hpp"

#include <ctime>

#include "x509.hpp"

namespace tillcue::sync {
namespace {

std::string minute(Timestamp time) {
  auto const seconds =
      static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
  std::tm parts{};
  char text[sizeof "-2147483648-01-01 00:00 UTC"] = "";
  if (::gmtime_r(&seconds, &parts) != nullptr) std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

/// Empty: it is in force.
std::string time_fault(X509* certificate, Timestamp now) {
  auto const clock = ", and this machine's clock says " + minute(now);
  if (now < x509::begin_of(certificate)) {
    return "is not valid before " + minute(x509::begin_of(certificate)) + clock + "; set the clock";
  }
  if (now < x509::end_of(certificate)) return {};
  return "ended " + minute(x509::end_of(certificate)) + clock + "; get a new one";
}

std::string name_fault_of(std::filesystem::path const& file, X509* certificate, std::string const& wanted) {
  auto const name = x509::common_name(certificate);
  if (name == wanted) return {};
  return file.string() + ": is made out to \"" + name + "\", and the broker gives rights by that name; get one for \"" +
         wanted + "\" (tillcue-hq keys certificate)";
}

class Faults {
 public:
  Faults(MqttTls const& files, std::string const& name, Timestamp now) : files_(files), name_(name), now_(now) {}

  std::vector<TlsFault> all() {
    if (!files_.ca.empty()) look_at_authority();
    if (!files_.certificate.empty()) look_at_certificate();
    if (!files_.key.empty()) look_at_key();
    return std::move(found_);
  }

 private:
  void add(TlsFile file, std::string what) { found_.push_back({file, std::move(what)}); }

  void look_at_authority() {
    auto const read = x509::read_certificates(files_.ca);
    if (!read) return add(TlsFile::ca, read.error().what + "; give the one of the authority that signed the broker's");
    authority_ = true;
    if (read->size() > 1) return;  // of several one may be over
    auto const why = time_fault(read->front().get(), now_);
    if (!why.empty()) add(TlsFile::ca, files_.ca.string() + ": " + why);
  }

  void look_at_certificate() {
    auto read = x509::read_certificates(files_.certificate);
    if (!read) return add(TlsFile::certificate, read.error().what + "; give this client's");
    chain_ = std::move(*read);
    auto const at = files_.certificate.string() + ": ";
    auto* const own = chain_.front().get();
    auto const why = time_fault(own, now_);
    if (!why.empty()) add(TlsFile::certificate, at + why);
    if (name_.empty()) return;
    if (auto other = name_fault_of(files_.certificate, own, name_); !other.empty()) {
      add(TlsFile::certificate, std::move(other));
    }
    if (!authority_ || !why.empty()) return;
    if (auto const good = x509::verify(chain_, files_.ca, X509_PURPOSE_SSL_CLIENT, now_); !good) {
      add(TlsFile::certificate, at + "does not hold by " + files_.ca.string() + " (" + good.error().what +
                                    "); have it signed by that authority for a client, or add its own to that file");
    }
  }

  void look_at_key() {
    auto const key = x509::read_key(files_.key);
    if (!key) return add(TlsFile::key, key.error().what + "; give the one of the certificate");
    if (chain_.empty() || x509::is_key_of(key->get(), chain_.front().get())) return;
    add(TlsFile::key, files_.key.string() + ": is not the key of " + files_.certificate.string() + "; give that one's");
  }

  MqttTls const& files_;
  std::string const& name_;
  Timestamp now_;
  bool authority_ = false;
  std::vector<x509::Certificate> chain_;
  std::vector<TlsFault> found_;
};

}  // namespace

std::string name_fault(std::filesystem::path const& certificate, std::string const& name) {
  auto const read = x509::read_certificate(certificate);
  return read ? name_fault_of(certificate, read->get(), name) : std::string{};
}

std::vector<TlsFault> tls_faults(MqttTls const& files, std::string const& name, Timestamp now) {
  return Faults(files, name, now).all();
}

}  // namespace tillcue::sync
