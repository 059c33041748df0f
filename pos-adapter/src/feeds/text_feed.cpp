
#include "feeds/byte_source.hpp"
#include "feeds/text_tickets.hpp"
#include "net/loop.hpp"

namespace tillcue::pos {
namespace {

/// One till's text, from whichever connection it comes: a till that connects anew goes on where it was.
class TextFeed final : public Feed {
 public:
  TextFeed(boost::asio::io_context& io, TextTickets tickets, std::chrono::milliseconds timeout)
      : shared_(std::make_shared<Shared>(io, std::move(tickets), timeout)) {}
  ~TextFeed() override { TextFeed::stop(); }

  Result<void> open(boost::asio::io_context& io, FeedSource const& source, std::string const& line_end) {
    auto opened =
        ByteSource::open(io, source, {1, line_end}, [shared = shared_] { return std::make_unique<Sink>(shared); });
    if (!opened) return tl::unexpected(opened.error());
    source_ = std::move(*opened);
    return {};
  }

  [[nodiscard]] std::uint16_t port() const noexcept override { return source_->port(); }
  [[nodiscard]] FeedCounters const& counters() const noexcept override {
    counters_ = {source_->connections(), shared_->tickets.lines(), shared_->tickets.not_understood()};
    return counters_;
  }
  void stop() override {
    if (source_) source_->stop();
    shared_->stopped = true;
    shared_->silence.cancel();
  }

 private:
  struct Shared : std::enable_shared_from_this<Shared> {
    Shared(boost::asio::io_context& io, TextTickets from, std::chrono::milliseconds time)
        : tickets(std::move(from)), silence(io), timeout(time) {}

    void take(std::string_view bytes) {
      tickets.take(bytes);
      silence.expires_after(timeout);
      silence.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
        if (!cancelled && !self->stopped) self->tickets.quiet();
      });
    }

    TextTickets tickets;
    Timer silence;
    std::chrono::milliseconds timeout;
    bool stopped = false;
  };

  class Sink final : public ByteSink {
   public:
    explicit Sink(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    bool bytes(std::string_view some) override {
      shared_->take(some);
      return true;
    }

   private:
    std::shared_ptr<Shared> shared_;
  };

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<ByteSource> source_;
  mutable FeedCounters counters_;
};

}  // namespace

Result<std::unique_ptr<Feed>> open_text_feed(boost::asio::io_context& io, FeedSource const& source,
                                             TextFeedOptions options, FeedTarget target) {
  auto const line_end = options.line_end;
  auto const timeout = options.timeout;
  auto tickets = TextTickets::make(std::move(options), std::move(target));
  if (!tickets) return tl::unexpected(tickets.error());
  auto feed = std::make_unique<TextFeed>(io, std::move(*tickets), timeout);
  if (auto const open = feed->open(io, source, line_end); !open) return tl::unexpected(open.error());
  return feed;
}

}  // namespace tillcue::pos
