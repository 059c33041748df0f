#pragma once

#include <string>
#include <vector>

#include "tillcue/core/units.hpp"
#include "tillcue/sync/mqtt_link.hpp"

namespace tillcue::sync {

enum class TlsFile { ca, certificate, key };

/// What is wrong with one of a client's TLS files: "FILE: fault; mend".
struct TlsFault {
  TlsFile file = TlsFile::ca;
  std::string what;
};

/// Every fault at `now` that can be seen without a broker: files that cannot be read or hold something else, times,
/// a key that is not the certificate's. With a `name` also what a broker asks that takes clients of one authority by
/// their names: the certificate's common name, and that `ca` has signed it for a client.
/// Never tells what is in a key.
std::vector<TlsFault> tls_faults(MqttTls const& files, std::string const& name, Timestamp now);

/// The same of the name alone: what to say when the certificate is made out to another; empty when it is not, or cannot
/// be read.
std::string name_fault(std::filesystem::path const& certificate, std::string const& name);

}  // namespace tillcue::sync
