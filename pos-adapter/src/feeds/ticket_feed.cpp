#include "feeds/byte_source.hpp"
#include "feeds/ticket_event.hpp"
#include "protocol/line_splitter.hpp"

namespace tillcue::pos {
namespace {

/// Lines of one connection. A line that is no event ends it: whoever speaks something else is in the wrong place, such
/// as a web page that was told to post here.
class TicketSink final : public ByteSink {
 public:
  TicketSink(FeedTarget const& target, FeedCounters& counters, bool strict)
      : target_(target), counters_(counters), strict_(strict) {}

  bool bytes(std::string_view some) override {
    lines_.append(some);
    std::string_view line;
    for (;;) {
      auto const next = lines_.next(line);
      if (next == LineSplitter::Next::more) return true;
      if (next == LineSplitter::Next::oversized) {
        ++counters_.refused;
        lines_ = LineSplitter(kMaxTicketEvent);
        return !strict_;
      }
      if (!line.empty() && !take(line) && strict_) return false;
    }
  }

 private:
  bool take(std::string_view line) {
    ++counters_.messages;
    auto event = parse_ticket_event(line, target_.currency);
    if (!event) {
      ++counters_.refused;
      return false;
    }
    obey(std::move(*event), *target_.follower);
    return true;
  }

  FeedTarget const& target_;
  FeedCounters& counters_;
  bool strict_;
  LineSplitter lines_{kMaxTicketEvent};
};

class TicketFeed final : public Feed {
 public:
  explicit TicketFeed(FeedTarget target) : target_(std::move(target)) {}
  ~TicketFeed() override { TicketFeed::stop(); }

  Result<void> open(boost::asio::io_context& io, FeedSource const& source) {
    bool const strict = source.kind == FeedSource::Kind::tcp;
    auto opened = ByteSource::open(io, source, {16, "\n"},
                                   [this, strict] { return std::make_unique<TicketSink>(target_, counters_, strict); });
    if (!opened) return tl::unexpected(opened.error());
    source_ = std::move(*opened);
    return {};
  }

  [[nodiscard]] std::uint16_t port() const noexcept override { return source_->port(); }
  [[nodiscard]] FeedCounters const& counters() const noexcept override {
    counters_.connections = source_->connections();
    return counters_;
  }
  void stop() override {
    if (source_) source_->stop();
  }

 private:
  FeedTarget target_;
  mutable FeedCounters counters_;
  std::shared_ptr<ByteSource> source_;
};

}  // namespace

Result<std::unique_ptr<Feed>> open_ticket_feed(boost::asio::io_context& io, FeedSource const& source,
                                               FeedTarget target) {
  auto feed = std::make_unique<TicketFeed>(std::move(target));
  if (auto const open = feed->open(io, source); !open) return tl::unexpected(open.error());
  return feed;
}

}  // namespace tillcue::pos
