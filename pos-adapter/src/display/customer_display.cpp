#include "tillcue/pos/customer_display.hpp"

#include <array>
#include <utility>

#include "net/loop.hpp"
#include "printer/printer_line.hpp"

namespace tillcue::pos {
namespace {

std::string name_of(std::variant<NetworkPrinter, DevicePrinter> const& where) {
  if (auto const* device = std::get_if<DevicePrinter>(&where)) return device->path;
  auto const& network = std::get<NetworkPrinter>(where);
  return network.host + ":" + std::to_string(network.port);
}

}  // namespace

/// Shared, because a line's handlers may run once more after everybody has left; each holds the line it belongs to.
class CustomerDisplay::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, CustomerDisplayOptions options)
      : io_(io), options_(std::move(options)), wanted_(options_.resting), limit_(io), pause_(io) {}

  void open() {
    if (stopped_) return;
    auto const* device = std::get_if<DevicePrinter>(&options_.where);
    line_ = device != nullptr ? make_device_line(io_, *device)
                              : make_tcp_line(io_, std::get<NetworkPrinter>(options_.where));
    expect_progress();
    line_->open([self = shared_from_this(), line = line_](PrinterLine::Failure failure, std::string const& why) {
      if (self->line_ != line) return;
      if (failure) return self->lose(why.empty() ? failure.message() : why);
      self->begin();
    });
  }

  void show(DisplayText text) {
    wanted_ = std::move(text);
    write();
  }
  void rest() { show(options_.resting); }

  void stop() {
    stopped_ = true;
    drop();
    pause_.cancel();
  }

  [[nodiscard]] bool working() const noexcept { return begun_; }
  [[nodiscard]] std::string const& trouble() const noexcept { return trouble_; }

 private:
  void begin() {
    begun_ = true;
    trouble_.clear();
    shown_.reset();
    listen();
    send(encode_display_start(options_.profile));
  }

  /// What a display says is of no interest; that its line ends is.
  void listen() {
    line_->read(heard_, [self = shared_from_this(), line = line_](PrinterLine::Failure failure, std::size_t) {
      if (self->line_ != line) return;
      if (failure) return self->lose(failure.message());
      self->listen();
    });
  }

  void write() {
    if (!begun_ || writing_ || shown_ == wanted_) return;
    shown_ = wanted_;
    send(encode_display(wanted_, options_.profile));
  }

  void send(std::vector<std::byte> bytes) {
    outgoing_ = std::move(bytes);
    writing_ = true;
    expect_progress();
    line_->write(outgoing_, [self = shared_from_this(), line = line_](PrinterLine::Failure failure, std::size_t) {
      if (self->line_ != line) return;
      self->writing_ = false;
      self->limit_.cancel();
      if (failure) return self->lose(failure.message());
      self->write();
    });
  }

  void expect_progress() {
    limit_.expires_after(options_.stuck);
    limit_.async_wait([self = shared_from_this(), line = line_](PrinterLine::Failure cancelled) {
      if (!cancelled && self->line_ == line && (self->writing_ || !self->begun_)) self->lose("takes nothing");
    });
  }

  void lose(std::string const& why) {
    trouble_ = name_of(options_.where) + ": " + why;
    drop();
    if (stopped_) return;
    pause_.expires_after(options_.again);
    pause_.async_wait([self = shared_from_this()](PrinterLine::Failure cancelled) {
      if (!cancelled) self->open();
    });
  }

  void drop() {
    begun_ = writing_ = false;
    limit_.cancel();
    if (line_) line_->close();
    line_.reset();
  }

  boost::asio::io_context& io_;
  CustomerDisplayOptions options_;
  DisplayText wanted_;
  std::optional<DisplayText> shown_;  ///< handed to the line last
  std::shared_ptr<PrinterLine> line_;
  std::vector<std::byte> outgoing_;
  std::array<std::byte, 64> heard_{};
  Timer limit_;
  Timer pause_;
  std::string trouble_;
  bool begun_ = false;
  bool writing_ = false;
  bool stopped_ = false;
};

CustomerDisplay::CustomerDisplay(boost::asio::io_context& io, CustomerDisplayOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {
  impl_->open();
}
CustomerDisplay::~CustomerDisplay() { impl_->stop(); }
void CustomerDisplay::show(DisplayText text) { impl_->show(std::move(text)); }
void CustomerDisplay::rest() { impl_->rest(); }
bool CustomerDisplay::working() const noexcept { return impl_->working(); }
std::string const& CustomerDisplay::trouble() const noexcept { return impl_->trouble(); }

}  // namespace tillcue::pos
