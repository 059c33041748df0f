#include <optional>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include "net/loop.hpp"
#include "printer_line.hpp"

namespace tillcue::pos {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class TcpLine final : public PrinterLine {
 public:
  TcpLine(asio::io_context& io, NetworkPrinter where) : where_(std::move(where)), socket_(io), resolver_(io) {}

  void open(Opened done) override {
    Failure not_numeric;
    auto const address = asio::ip::make_address(where_.host, not_numeric);
    if (not_numeric) return resolve(std::move(done));
    socket_.async_connect({address, where_.port},
                          [this, done = std::move(done)](Failure failure) { connected(failure, done); });
  }
  void read(std::span<std::byte> into, Moved done) override {
    socket_.async_read_some(asio::buffer(into.data(), into.size()), std::move(done));
  }
  void write(std::span<std::byte const> bytes, Moved done) override {
    asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), std::move(done));
  }
  /// Half-closes; the printer's own hanging up is what the reader waits for. A hard close can make a print server drop
  /// what it has not printed.
  void finish(std::function<void()>) override {
    Failure ignored;
    socket_.shutdown(TcpSocket::shutdown_send, ignored);
  }
  void close() override {
    Failure ignored;
    socket_.close(ignored);
    resolver_.cancel();
  }

 private:
  void resolve(Opened done) {
    resolver_.async_resolve(where_.host, std::to_string(where_.port),
                            [this, done = std::move(done)](Failure failure, TcpResolver::results_type const& found) {
                              if (failure) return done(failure, {});
                              asio::async_connect(socket_, found, [this, done](Failure refused, tcp::endpoint const&) {
                                connected(refused, done);
                              });
                            });
  }
  void connected(Failure failure, Opened const& done) {
    Failure ignored;
    if (!failure) socket_.set_option(tcp::no_delay(true), ignored);
    done(failure, {});
  }

  NetworkPrinter where_;
  TcpSocket socket_;
  TcpResolver resolver_;
};

}  // namespace

std::unique_ptr<PrinterLine> make_tcp_line(asio::io_context& io, NetworkPrinter where) {
  return std::make_unique<TcpLine>(io, std::move(where));
}

}  // namespace tillcue::pos
