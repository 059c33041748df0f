#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tillcue/core/result.hpp"

namespace tillcue::sync {

/// What the pages show; called on the server's thread.
struct HqPages {
  std::function<std::string()> metrics;                 ///< GET /metrics, Prometheus text
  std::function<std::optional<std::string>()> trouble;  ///< GET /healthz: nullopt = 200 "ok", else 503 and the text
};

/// A small HTTP server for monitoring, on a thread of its own: GET and HEAD, 8 KiB of headers, no bodies, 5 s a
/// request, 32 connections. Threads  start and destroy from any.
class HqHttp {
 public:
  /// `listen` is IP:PORT; port 0 takes a free one.  Errors  invalid (not IP:PORT), io (cannot listen).
  static Result<std::unique_ptr<HqHttp>> start(std::string const& listen, HqPages pages);
  ~HqHttp();
  HqHttp(HqHttp const&) = delete;
  HqHttp& operator=(HqHttp const&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  struct Server;
  explicit HqHttp(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace tillcue::sync
