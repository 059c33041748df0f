#include "native/wire.hpp"

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/websocket/error.hpp>

#include "net/web_socket.hpp"
#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

class SocketWire final : public Wire {
 public:
  using Socket = AnySocket;
  explicit SocketWire(Socket socket) : parts_(std::make_shared<Parts>(std::move(socket))) {}
  ~SocketWire() override { SocketWire::close(); }

  Executor executor() override { return parts_->socket.get_executor(); }

  void read(Read done) override {
    parts_->socket.async_read_some(asio::buffer(parts_->received),
                                   [parts = parts_, done = std::move(done)](error_code problem, std::size_t size) {
                                     if (parts->socket.is_open()) done(problem, {parts->received.data(), size});
                                   });
  }

  void write(std::string_view lines, Written done) override {
    asio::async_write(parts_->socket, asio::buffer(lines),
                      [parts = parts_, done = std::move(done)](error_code problem, std::size_t) {
                        if (parts->socket.is_open()) done(problem);
                      });
  }

  void shut_sending() override {
    error_code ignored;
    parts_->socket.shutdown(asio::socket_base::shutdown_send, ignored);
  }

  void close() override {
    error_code ignored;
    parts_->socket.shutdown(asio::socket_base::shutdown_both, ignored);
    parts_->socket.close(ignored);
  }

 private:
  struct Parts {
    explicit Parts(Socket from) : socket(std::move(from)) {}
    Socket socket;
    std::array<char, 4096> received{};
  };
  std::shared_ptr<Parts> parts_;
};

class WebWire final : public Wire {
 public:
  WebWire(TcpSocket socket, HttpRequest request)
      : parts_(std::make_shared<Parts>(std::move(socket), std::move(request))) {}
  ~WebWire() override { WebWire::close(); }

  Executor executor() override { return parts_->socket.executor(); }
  void read(Read done) override { parts_->read(std::move(done)); }
  void write(std::string_view lines, Written done) override { parts_->write(lines, std::move(done)); }
  void shut_sending() override { parts_->say_good_bye(); }
  void close() override { parts_->close(); }

 private:
  struct Parts : std::enable_shared_from_this<Parts> {
    Parts(TcpSocket from, HttpRequest request)
        : socket(std::move(from), std::move(request),
                 {kMaxRequestLine, std::chrono::seconds(10), std::chrono::seconds(60)}) {}

    void read(Read done) {
      if (accepted) return read_message(std::move(done));
      accept([self = shared_from_this(), done = std::move(done)](error_code problem) mutable {
        if (problem) return done(problem, {});
        self->read_message(std::move(done));
      });
    }

    void accept(Written done) {
      socket.accept([self = shared_from_this(), done = std::move(done)](error_code problem) {
        if (self->closed) return;
        self->accepted = !problem;
        done(problem);
      });
    }

    void read_message(Read done) {
      socket.next_message();
      read_rest(std::move(done));
    }

    void read_rest(Read done) {
      socket.read_some([self = shared_from_this(), done = std::move(done)](error_code problem) mutable {
        if (self->closed) return;
        if (!problem && !self->socket.is_message_done()) return self->read_rest(std::move(done));
        self->deliver(problem, done);
      });
    }

    void deliver(error_code problem, Read const& done) {
      if (problem == websocket::error::closed) problem = asio::error::eof;
      if (!problem && !socket.got_text()) problem = websocket::error::bad_data_frame;
      // What is too long for a line of the protocol is passed on as such, so that the till is told.
      if (problem == websocket::error::message_too_big) return done({}, std::string(kMaxRequestLine + 1, ' '));
      if (problem) return done(problem, {});
      line = socket.message();
      if (line.empty() || line.back() != '\n') line += '\n';
      done({}, line);
    }

    void write(std::string_view lines, Written done) {
      if (accepted) return write_messages(lines, std::move(done));
      accept([self = shared_from_this(), lines, done = std::move(done)](error_code problem) mutable {
        if (problem) return done(problem);
        self->write_messages(lines, std::move(done));
      });
    }

    void write_messages(std::string_view lines, Written done) {
      auto const end = lines.find('\n');
      auto const rest = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
      socket.write(lines.substr(0, end),
                   [self = shared_from_this(), rest, done = std::move(done)](error_code problem) mutable {
                     if (self->closed) return;
                     if (problem || rest.empty()) return done(problem);
                     self->write_messages(rest, std::move(done));
                   });
    }

    void say_good_bye() {
      socket.say_good_bye([self = shared_from_this()](error_code) {});
    }

    void close() {
      closed = true;
      socket.close();
    }

    WebSocket socket;
    std::string line;
    bool accepted = false;
    bool closed = false;
  };
  std::shared_ptr<Parts> parts_;
};

}  // namespace

std::unique_ptr<Wire> make_socket_wire(AnySocket socket) { return std::make_unique<SocketWire>(std::move(socket)); }

std::unique_ptr<Wire> make_web_wire(TcpSocket socket, HttpRequest request) {
  return std::make_unique<WebWire>(std::move(socket), std::move(request));
}

}  // namespace tillcue::pos
