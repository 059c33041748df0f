#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "tillcue/pos/feeds.hpp"

namespace tillcue::pos {

/// Takes what one connection, port or file brings.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// False: this connection makes no sense and is to be closed.
  virtual bool bytes(std::string_view some) = 0;
};

/// Where bytes come from, whatever it is. When there are too many connections the oldest is closed: a till that was
/// switched off never says good-bye.
/// Threads  the io_context's.
class ByteSource {
 public:
  using MakeSink = std::function<std::unique_ptr<ByteSink>()>;
  struct Options {
    std::size_t connections = 4;  ///< over TCP, at a time
    std::string datagram_end;     ///< a datagram that does not end so is ended so
  };

  virtual ~ByteSource() = default;
  /// Errors  invalid (no address), io (in use, not permitted, no such device).
  static Result<std::shared_ptr<ByteSource>> open(boost::asio::io_context& io, FeedSource const& source,
                                                  Options options, MakeSink make);
  [[nodiscard]] virtual std::uint16_t port() const noexcept { return 0; }
  [[nodiscard]] virtual std::size_t connections() const noexcept { return 0; }
  virtual void stop() = 0;
};

}  // namespace tillcue::pos
