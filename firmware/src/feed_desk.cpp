#include "feed_desk.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/io_context.hpp>

namespace tillcue::terminal {

struct FeedDesk::Entry {
  std::string name;
  std::unique_ptr<pos::BasketFollower> follower;
  std::function<Result<std::unique_ptr<pos::Feed>>(pos::FeedTarget)> open;
  std::unique_ptr<pos::Feed> feed;  ///< goes before what it borrows
};

FeedDesk::FeedDesk(boost::asio::io_context& io, Config const& config, Log const& log, NameDesk& names,
                   pos::SaleEvents& events)
    : io_(io), config_(config), log_(log), names_(names), events_(events) {
  auto const& feeds = config_.feeds;
  if (feeds.unicenta) {
    add("unicenta", 0, [this](auto target) { return pos::open_ticket_feed(io_, *config_.feeds.unicenta, target); });
  }
  if (feeds.odoo) add("odoo", 0, [this](auto target) { return pos::open_odoo_feed(io_, *config_.feeds.odoo, target); });
  if (feeds.text) {
    add("text", feeds.text->width, [this](auto target) {
      return pos::open_text_feed(io_, *config_.feeds.text->source, config_.feeds.text->options, target);
    });
  }
}

FeedDesk::~FeedDesk() = default;

void FeedDesk::add(std::string name, std::size_t cut_at,
                   std::function<Result<std::unique_ptr<pos::Feed>>(pos::FeedTarget)> open) {
  auto resolve = [this, cut_at](pos::HeardLine const& heard) { return names_.resolve(heard, cut_at); };
  auto follower = std::make_unique<pos::BasketFollower>(name, events_, std::move(resolve));
  feeds_.push_back(std::make_unique<Entry>(Entry{std::move(name), std::move(follower), std::move(open), nullptr}));
}

void FeedDesk::start(std::string const& epoch) {
  epoch_ = epoch;
  for (auto const& entry : feeds_) {
    auto const opened = open(*entry);
    if (opened) continue;
    log_.error("feed.closed",
               {{"feed", entry->name}, {"error", opened.error().what}, {"retry_s", std::to_string(kRetry.count())}});
  }
}

Result<void> FeedDesk::open(Entry& entry) {
  auto opened = entry.open({entry.follower.get(), config_.store.currency, epoch_});
  if (!opened) return tl::unexpected(opened.error().within("feeds." + entry.name));
  entry.feed = std::move(*opened);
  log_.info("feed.open", {{"feed", entry.name}, {"port", std::to_string(entry.feed->port())}});
  return {};
}

void FeedDesk::tick(std::chrono::steady_clock::time_point now) {
  if (now < retry_) return;
  retry_ = now + kRetry;
  for (auto const& entry : feeds_) {
    if (!entry->feed) (void)open(*entry);
  }
}

void FeedDesk::stop() {
  for (auto const& entry : feeds_) entry->feed.reset();
}

pos::FeedCounters FeedDesk::counters() const {
  pos::FeedCounters all;
  for (auto const& entry : feeds_) {
    if (!entry->feed) continue;
    auto const& one = entry->feed->counters();
    all.connections += one.connections;
    all.messages += one.messages;
    all.refused += one.refused;
  }
  return all;
}

std::size_t FeedDesk::open() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(feeds_.begin(), feeds_.end(), [](auto const& entry) { return entry->feed != nullptr; }));
}

}  // namespace tillcue::terminal
