#include "feeds/byte_source.hpp"

#include <array>
#include <deque>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "line/serial_port.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"

namespace tillcue::pos {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Tills that connect and write.
class TcpSource final : public ByteSource, public std::enable_shared_from_this<TcpSource> {
 public:
  TcpSource(std::shared_ptr<Listener> listener, Options options, MakeSink make)
      : listener_(std::move(listener)), options_(std::move(options)), make_(std::move(make)) {}

  void start() {
    listener_->start([weak = weak_from_this()](Listener::Socket socket) {
      if (auto const self = weak.lock()) self->take(std::move(socket));
    });
  }
  [[nodiscard]] std::uint16_t port() const noexcept override { return listener_->port(); }
  [[nodiscard]] std::size_t connections() const noexcept override { return open_.size(); }
  void stop() override {
    listener_->stop();
    for (auto const& one : open_) one->end();
    open_.clear();
  }

 private:
  struct Connection {
    Connection(Listener::Socket from, std::unique_ptr<ByteSink> to) : socket(std::move(from)), sink(std::move(to)) {}
    void end() {
      error_code ignored;
      socket.close(ignored);
    }
    Listener::Socket socket;
    std::unique_ptr<ByteSink> sink;
    std::array<char, 4096> received{};
  };

  void take(Listener::Socket socket) {
    while (open_.size() >= options_.connections) {
      open_.front()->end();
      open_.pop_front();
    }
    open_.push_back(std::make_shared<Connection>(std::move(socket), make_()));
    read(open_.back());
  }

  void read(std::shared_ptr<Connection> const& one) {
    one->socket.async_read_some(asio::buffer(one->received),
                                [self = shared_from_this(), one](error_code problem, std::size_t size) {
                                  if (!one->socket.is_open()) return;
                                  if (problem || !one->sink->bytes({one->received.data(), size}))
                                    return self->leave(one);
                                  self->read(one);
                                });
  }

  void leave(std::shared_ptr<Connection> const& one) {
    one->end();
    std::erase(open_, one);
  }

  std::shared_ptr<Listener> listener_;
  Options options_;
  MakeSink make_;
  std::deque<std::shared_ptr<Connection>> open_;
};

/// Datagrams; each is whole.
class UdpSource final : public ByteSource, public std::enable_shared_from_this<UdpSource> {
 public:
  UdpSource(asio::io_context& io, Options options, MakeSink const& make)
      : socket_(io), options_(std::move(options)), sink_(make()) {}

  Result<void> bind(FeedSource const& source) {
    error_code problem;
    auto const address = asio::ip::make_address(source.host, problem);
    if (problem) return fail(Code::invalid, "\"" + source.host + "\" is not an IP address");
    asio::ip::udp::endpoint const where(address, source.port);
    socket_.open(where.protocol(), problem);
    if (!problem) socket_.bind(where, problem);
    if (problem) return fail(Code::io, source.host + ":" + std::to_string(source.port) + ": " + problem.message());
    port_ = socket_.local_endpoint(problem).port();
    return {};
  }

  void start() { read(); }
  [[nodiscard]] std::uint16_t port() const noexcept override { return port_; }
  void stop() override {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  void read() {
    socket_.async_receive(asio::buffer(received_), [self = shared_from_this()](error_code problem, std::size_t size) {
      if (!self->socket_.is_open()) return;
      if (!problem && size > 0) self->deliver({self->received_.data(), size});
      self->read();
    });
  }

  void deliver(std::string_view datagram) {
    auto const& end = options_.datagram_end;
    bool const ended = datagram.size() >= end.size() && datagram.substr(datagram.size() - end.size()) == end;
    sink_->bytes(datagram);
    if (!ended) sink_->bytes(end);
  }

  UdpSocket socket_;
  Options options_;
  std::unique_ptr<ByteSink> sink_;
  std::array<char, 65536> received_{};
  std::uint16_t port_ = 0;
};

/// A serial port that is opened again when it was unplugged.
class SerialSource final : public ByteSource, public std::enable_shared_from_this<SerialSource> {
 public:
  SerialSource(asio::io_context& io, FeedSource source, MakeSink const& make)
      : port_(io), pause_(io), source_(std::move(source)), sink_(make()) {}

  Result<void> open() {
    auto const port = open_device(source_.path, SerialSettings{source_.baud, SerialFlow::none});
    if (!port) return tl::unexpected(port.error());
    port_.assign(*port);
    return {};
  }
  void start() { read(); }
  void stop() override {
    stopped_ = true;
    pause_.cancel();
    error_code ignored;
    port_.close(ignored);
  }

 private:
  void read() {
    port_.async_read_some(asio::buffer(received_), [self = shared_from_this()](error_code problem, std::size_t size) {
      if (self->stopped_) return;
      if (problem) return self->again();
      self->sink_->bytes({self->received_.data(), size});
      self->read();
    });
  }

  void again() {
    error_code ignored;
    port_.close(ignored);
    pause_.expires_after(std::chrono::seconds(2));
    pause_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (cancelled || self->stopped_) return;
      if (self->open()) return self->read();
      self->again();
    });
  }

  FileStream port_;
  Timer pause_;
  FeedSource source_;
  std::unique_ptr<ByteSink> sink_;
  std::array<char, 4096> received_{};
  bool stopped_ = false;
};

/// What is added to a file; one that is begun anew, by length or by name, is read from its beginning.
class FileSource final : public ByteSource, public std::enable_shared_from_this<FileSource> {
 public:
  static constexpr std::chrono::milliseconds kLook{100};

  FileSource(asio::io_context& io, FeedSource source, MakeSink const& make)
      : pulse_(io), source_(std::move(source)), sink_(make()) {
    struct stat now {};
    if (::stat(source_.path.c_str(), &now) != 0) return;
    inode_ = now.st_ino;
    at_ = now.st_size;
  }
  ~FileSource() override = default;

  void start() { wait(); }
  void stop() override {
    stopped_ = true;
    pulse_.cancel();
  }

 private:
  void wait() {
    pulse_.expires_after(kLook);
    pulse_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (cancelled || self->stopped_) return;
      self->look();
      self->wait();
    });
  }

  void look() {
    struct stat now {};
    if (::stat(source_.path.c_str(), &now) != 0) return;
    if (now.st_ino != inode_ || now.st_size < at_) at_ = 0;
    inode_ = now.st_ino;
    if (now.st_size == at_) return;
    int const file = ::open(source_.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return;
    // A turn reads so much and no more: the tills wait meanwhile.
    std::array<char, 65536> bytes{};
    auto const size = ::pread(file, bytes.data(), bytes.size(), at_);
    ::close(file);
    if (size <= 0) return;
    at_ += size;
    sink_->bytes({bytes.data(), static_cast<std::size_t>(size)});
  }

  Timer pulse_;
  FeedSource source_;
  std::unique_ptr<ByteSink> sink_;
  ino_t inode_ = 0;
  off_t at_ = 0;
  bool stopped_ = false;
};

template <class Source>
std::shared_ptr<ByteSource> started(std::shared_ptr<Source> source) {
  source->start();
  return source;
}

}  // namespace

Result<std::shared_ptr<ByteSource>> ByteSource::open(asio::io_context& io, FeedSource const& source, Options options,
                                                     MakeSink make) {
  switch (source.kind) {
    case FeedSource::Kind::tcp: {
      auto listener = Listener::open(io, source.host, source.port);
      if (!listener) return tl::unexpected(listener.error());
      return started(std::make_shared<TcpSource>(std::move(*listener), std::move(options), std::move(make)));
    }
    case FeedSource::Kind::udp: {
      auto udp = std::make_shared<UdpSource>(io, std::move(options), make);
      if (auto const bound = udp->bind(source); !bound) return tl::unexpected(bound.error());
      return started(std::move(udp));
    }
    case FeedSource::Kind::serial: {
      auto serial = std::make_shared<SerialSource>(io, source, make);
      if (auto const open = serial->open(); !open) return tl::unexpected(open.error());
      return started(std::move(serial));
    }
    case FeedSource::Kind::file: {
      struct stat there {};
      if (::stat(source.path.c_str(), &there) != 0 || !S_ISDIR(there.st_mode)) break;
      return fail(Code::invalid, source.path + ": is a folder; name the file that the till writes");
    }
  }
  return started(std::make_shared<FileSource>(io, source, make));
}

}  // namespace tillcue::pos
