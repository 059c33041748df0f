#include "connect_reason.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tillcue/core/descriptor.hpp"
#include "tillcue/sync/tls_files.hpp"

namespace tillcue::sync {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

template <auto free_it>
struct Free {
  template <class T>
  void operator()(T* held) const noexcept {
    free_it(held);
  }
};

bool is_address(std::string const& host) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

/// The broker's certificate as far as TLS looked at it before it ended.
struct Seen {
  bool certificate = false;  ///< the broker showed one
  bool asked = false;        ///< it wants one of ours
};

int note_certificate(int fine, X509_STORE_CTX* context) {
  void* const ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());
  static_cast<Seen*>(SSL_get_app_data(static_cast<SSL*>(ssl)))->certificate = true;
  return fine;
}

int note_question(SSL*, void* seen) {
  static_cast<Seen*>(seen)->asked = true;
  return 1;
}

class Look {
 public:
  Look(std::string const& host, std::string const& port, MqttOptions const& options, std::chrono::milliseconds patience,
       std::function<bool()> const& go_on)
      : host_(host), port_(port), options_(options), deadline_(Clock::now() + patience), go_on_(go_on) {}

  std::string why() {
    if (auto reason = connect(); socket_.get() < 0) return reason;
    bool const tls = options_.uri.starts_with("mqtts://");
    auto const files = options_.tls.value_or(MqttTls{});
    if (!tls) {
      return handshake({}, false) || speaks_tls_
                 ? "hung up on MQTT: this port speaks TLS; write mqtts:// and give the authority's file"
                 : "hung up before it answered; the broker's log says why";
    }
    auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    std::string faults;
    for (auto const& fault : tls_faults(files, {}, now)) faults += (faults.empty() ? "" : "; ") + fault.what;
    if (!faults.empty()) return faults;
    if (!handshake(files, true)) return std::move(reason_);
    if (files.verify_host && !names_host()) {
      return "the broker's certificate is not made out to " + host_ + " (it names " + names() +
             "); write the broker as it names itself, or have a certificate made for this name";
    }
    return "TLS is as it should be, but it hung up on MQTT; the broker's log says why";
  }

 private:
  /// Waits for `events`; false: it took too long, or nobody wants to know any more.
  bool wait(int fd, short events) {
    while (go_on_() && Clock::now() < deadline_) {
      pollfd line{fd, events, 0};
      if (::poll(&line, 1, 100) > 0) return true;
    }
    return false;
  }

  std::string late() const { return go_on_() ? "no answer in time; look at address, firewall and network" : ""; }

  std::string connect() {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* list = nullptr;
    if (int const wrong = ::getaddrinfo(host_.c_str(), port_.c_str(), &hints, &list); wrong != 0) {
      auto const* const words = wrong == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(wrong);
      return "host name: " + std::string(words) + "; look at the broker's name and at this machine's name server";
    }
    std::unique_ptr<addrinfo, Free<::freeaddrinfo>> const found(list);
    std::string reason;
    for (auto const* at = found.get(); at != nullptr; at = at->ai_next) {
      Descriptor line(::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      int error = ::connect(line.get(), at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
      if (error == EINPROGRESS) {
        if (!wait(line.get(), POLLOUT)) return late();
        socklen_t size = sizeof error;
        ::getsockopt(line.get(), SOL_SOCKET, SO_ERROR, &error, &size);
      }
      if (error == 0) {
        socket_ = std::move(line);
        return {};
      }
      reason = std::strerror(error);
      if (error == ECONNREFUSED) reason += "; the broker does not run, or not at this address and port";
    }
    return reason;
  }

  /// True: TLS is up. Without `checked` anybody's certificate will do.
  bool handshake(MqttTls const& files, bool checked) {
    ERR_clear_error();
    context_.reset(SSL_CTX_new(TLS_client_method()));
    // As Paho is told to; and with 1.3 a refusal of our certificate would only come behind the handshake.
    SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION);
    if (!files.ca.empty()) {
      SSL_CTX_load_verify_locations(context_.get(), files.ca.c_str(), nullptr);
    } else {
      SSL_CTX_set_default_verify_paths(context_.get());
    }
    if (!files.certificate.empty()) SSL_CTX_use_certificate_chain_file(context_.get(), files.certificate.c_str());
    if (!files.key.empty()) SSL_CTX_use_PrivateKey_file(context_.get(), files.key.c_str(), SSL_FILETYPE_PEM);
    if (checked) SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, note_certificate);
    SSL_CTX_set_cert_cb(context_.get(), note_question, &seen_);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_app_data(ssl_.get(), &seen_);
    if (!is_address(host_)) SSL_set_tlsext_host_name(ssl_.get(), host_.c_str());
    SSL_set_fd(ssl_.get(), socket_.get());
    for (;;) {
      ERR_clear_error();
      int const done = SSL_connect(ssl_.get());
      if (done == 1) return true;
      int const error = SSL_get_error(ssl_.get(), done);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) break;
      if (!wait(socket_.get(), error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT)) {
        reason_ = late();
        return false;
      }
    }
    reason_ = refusal(files);
    ERR_clear_error();
    return false;
  }

  std::string refusal(MqttTls const& files) {
    auto const code = ERR_peek_last_error();
    int const reason = ERR_GET_REASON(code);
    auto const* const known = ERR_reason_error_string(code);
    auto const words = std::string(known != nullptr ? known : "it hung up");
    bool const alert = ERR_GET_LIB(code) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET;
    speaks_tls_ = alert || seen_.asked;
    if (auto const verified = SSL_get_verify_result(ssl_.get()); verified != X509_V_OK) {
      auto const told = "the broker's certificate: " + std::string(X509_verify_cert_error_string(verified));
      if (verified == X509_V_ERR_CERT_HAS_EXPIRED || verified == X509_V_ERR_CERT_NOT_YET_VALID)
        return told + "; the broker needs another, or this machine's clock is wrong";
      return told + "; " +
             (files.ca.empty() ? "give the file of the authority that signed it"
                               : files.ca.string() + " must be the authority that signed it");
    }
    if (!alert && !seen_.certificate) {
      return "does not speak TLS (" + words +
             "); take the broker's TLS port, mostly 8883, or write mqtt:// without TLS files";
    }
    if (seen_.asked && files.certificate.empty()) {
      return "wants a certificate of this client (" + words + "); give certificate and key";
    }
    auto told = "the broker refused TLS: " + words;
    if (!alert || files.certificate.empty()) return told;
    if (reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA)
      return told + "; it does not know the authority that signed " + files.certificate.string();
    return told + "; it does not like " + files.certificate.string();
  }

  X509* certificate() const { return SSL_get0_peer_certificate(ssl_.get()); }

  bool names_host() const {
    return is_address(host_) ? X509_check_ip_asc(certificate(), host_.c_str(), 0) == 1
                             : X509_check_host(certificate(), host_.c_str(), host_.size(), 0, nullptr) == 1;
  }

  /// "localhost, 192.0.2.7"; what is no host name or address is left out.
  std::string names() const {
    std::string text;
    std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>> const all(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate(), NID_subject_alt_name, nullptr, nullptr)));
    for (int n = 0; all && n < sk_GENERAL_NAME_num(all.get()); ++n) {
      auto const* const name = sk_GENERAL_NAME_value(all.get(), n);
      if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
      auto const* const bytes = ASN1_STRING_get0_data(name->d.ia5);
      auto const size = static_cast<std::size_t>(ASN1_STRING_length(name->d.ia5));
      char address[INET6_ADDRSTRLEN] = "";
      if (name->type == GEN_IPADD) ::inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, address, sizeof address);
      auto shown = name->type == GEN_IPADD ? std::string(address) : std::string(bytes, bytes + size);
      std::replace_if(
          shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
      text += (text.empty() ? "" : ", ") + shown;
    }
    return text.empty() ? "no host" : text;
  }

  std::string const& host_;
  std::string const& port_;
  MqttOptions const& options_;
  Clock::time_point deadline_;
  std::function<bool()> const& go_on_;
  Descriptor socket_;
  Seen seen_;
  bool speaks_tls_ = false;
  std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, Free<SSL_free>> ssl_;
  std::string reason_;
};

}  // namespace

std::string connect_reason(std::string const& host, std::string const& port, MqttOptions const& options,
                           std::chrono::milliseconds patience, std::function<bool()> const& go_on) {
  return Look(host, port, options, patience, go_on).why();
}

std::string mend_of(int reason_code) {
  switch (reason_code) {
    case 132:
      return "the broker must speak MQTT 5";
    case 133:
      return "it does not take this client id";
    case 134:
    case 135:
      return "its users or rights know no such client; set up by tillcue-hq broker-config it goes by the certificate's "
             "name";
    case 142:
      return "another client connected under this one's name: does a copy of its configuration run elsewhere?";
    default:
      return {};
  }
}

std::string closed_text(int reason_code) {
  auto const mend = mend_of(reason_code);
  return "the broker closed the connection, reason code " + std::to_string(reason_code) + (mend.empty() ? "" : ": ") +
         mend;
}

std::string ShortLives::ends(std::string const& why) {
  constexpr std::chrono::seconds kShort{10};
  constexpr unsigned kMany = 3;
  in_a_row_ = std::chrono::steady_clock::now() - since_ < kShort ? in_a_row_ + 1 : 0;
  if (in_a_row_ < kMany) return why;
  return why + "; " + std::to_string(in_a_row_) + " times in a row within " + std::to_string(kShort.count()) +
         " s of connecting: does another client use the name \"" + client_id_ +
         "\", a copy of this configuration? Two of one name throw each other out";
}

}  // namespace tillcue::sync
