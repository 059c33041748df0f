#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "counter_desk.hpp"
#include "coupon_desk.hpp"
#include "data_lock.hpp"
#include "display_desk.hpp"
#include "feed_desk.hpp"
#include "heap.hpp"
#include "live_desk.hpp"
#include "name_desk.hpp"
#include "terminal_metrics.hpp"
#include "tillcue/firmware/checkout.hpp"
#include "tillcue/firmware/daemon.hpp"
#include "tillcue/firmware/secret.hpp"
#include "timer.hpp"
#include "uplink.hpp"
#include "wall_clock.hpp"
#include "word_line.hpp"

namespace tillcue::terminal {

/// A terminal's parts and how they are wired (daemon.cpp), and what it tells of itself (daemon_reading.cpp).
class Daemon::Impl final : public pos::SaleEvents {
 public:
  Impl(boost::asio::io_context& io, Config const& config, Log const& log)
      : io_(io),
        config_(config),
        log_(log),
        pulse_(io),
        checkout_(config.store, config.hint_lifetime, ports(), config.terminal),
        live_(config, log, checkout_),
        names_(config, log),
        feeds_(io, config, log, names_, *this),
        display_(io, config, log) {}

  Result<void> start();
  void stop(std::function<void()> done);
  void close();
  Result<void> on(pos::Message const& message) override;

  std::unique_ptr<pos::NativeServer> native;
  std::unique_ptr<pos::ScreenServer> screen;

 private:
  CheckoutPorts ports();
  Result<void> open_data();
  Result<void> open_secret();
  void keep_secret();
  [[nodiscard]] std::filesystem::path own_secret() const { return config_.data_dir / "secret"; }
  Result<void> listen();
  [[nodiscard]] Uplink::Callbacks uplink_callbacks();
  void open_uplink();
  void open_word_line();
  void apply_settings();
  void use_bundle(std::filesystem::path const& file, std::uint64_t release);
  void record(Outcome const& outcome);
  void keep(Outcome const& outcome);
  void lost(Error const& error);
  void show(pos::HintBoard const& board);
  [[nodiscard]] std::uint8_t channels() const;
  void refresh();
  [[nodiscard]] pos::TerminalStatus status() const;
  [[nodiscard]] std::string unkept() const;
  [[nodiscard]] TerminalReading reading() const;
  [[nodiscard]] std::map<std::string, std::int64_t> report() const;
  void beat();
  void look_at_clock();
  [[nodiscard]] std::string clock_trouble() const;
  void schedule();
  [[nodiscard]] std::chrono::steady_clock::time_point next_due() const;

  boost::asio::io_context& io_;
  Config const& config_;
  Log const& log_;
  Timer pulse_;
  Checkout checkout_;
  LiveDesk live_;
  NameDesk names_;
  FeedDesk feeds_;
  DataLock lock_;
  std::optional<Secret> secret_;
  std::string named_secret_trouble_, own_secret_trouble_;  ///< why another key is used
  std::unique_ptr<CounterDesk> counter_;
  std::unique_ptr<CouponDesk> desk_;
  DisplayDesk display_;
  std::unique_ptr<Uplink> uplink_;
  std::unique_ptr<WordLine> word_line_;  ///< while the uplink's files cannot be opened
  std::chrono::steady_clock::time_point uplink_retry_{};
  HeapSweep heap_;
  bool has_bundle_ = false;
  std::string language_;
  std::uint64_t release_ = 0;
  std::uint64_t results_lost_ = 0;
  std::int64_t const started_ = wall_clock().time_since_epoch().count() / 1000;
  std::vector<Outcome> waiting_;  ///< while the outbox cannot be opened
  std::string trouble_;
  std::string outbox_trouble_;  ///< why the uplink's files cannot be opened
  SaleId on_screen_;
  Histogram handling_;
  bool clock_behind_ = false;  ///< as the log knows it
  bool stopped_ = false;       ///< no new work
  bool closed_ = false;        ///< everything said and written
};

}  // namespace tillcue::terminal
