#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "name_desk.hpp"
#include "tillcue/pos/feeds.hpp"

namespace boost::asio {
class io_context;
}

namespace tillcue::terminal {

/// The feeds of one terminal: opened as configured, and again when they could not be.
/// Threads  the io_context's.
class FeedDesk {
 public:
  static constexpr std::chrono::seconds kRetry{10};

  FeedDesk(boost::asio::io_context& io, Config const& config, Log const& log, NameDesk& names, pos::SaleEvents& events);
  ~FeedDesk();
  FeedDesk(FeedDesk const&) = delete;
  FeedDesk& operator=(FeedDesk const&) = delete;

  /// Opens what is configured. `epoch` tells the sales of this start from earlier ones.
  /// What cannot be opened is told in the log and tried again.
  void start(std::string const& epoch);
  void tick(std::chrono::steady_clock::time_point now);
  void stop();

  [[nodiscard]] pos::FeedCounters counters() const;
  /// Feeds that are open, of those configured.
  [[nodiscard]] std::size_t open() const noexcept;
  [[nodiscard]] bool any() const noexcept { return !feeds_.empty(); }

 private:
  struct Entry;
  void add(std::string name, std::size_t cut_at,
           std::function<Result<std::unique_ptr<pos::Feed>>(pos::FeedTarget)> open);
  Result<void> open(Entry& entry);

  boost::asio::io_context& io_;
  Config const& config_;
  Log const& log_;
  NameDesk& names_;
  pos::SaleEvents& events_;
  std::string epoch_;
  std::vector<std::unique_ptr<Entry>> feeds_;
  std::chrono::steady_clock::time_point retry_{};
};

}  // namespace tillcue::terminal
