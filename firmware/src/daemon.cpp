#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "daemon_impl.hpp"
#include "loaded_bundle.hpp"
#include "page_options.hpp"
#include "remote_settings.hpp"
#include "service_notice.hpp"
#include "told_sale.hpp"

namespace tillcue::terminal {
namespace {

using Steady = std::chrono::steady_clock;

/// The longest the daemon sleeps: less than half of what the unit's watchdog allows.
constexpr std::chrono::seconds kPulse{3};
constexpr std::chrono::milliseconds kGoodbye{400};
/// What a cancelled print still has to say comes within this time.
constexpr std::chrono::milliseconds kLastWords{100};
constexpr std::size_t kMostWaiting = 2000;

sync::Moment now() { return {Steady::now(), wall_clock()}; }

std::uint64_t micros() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Steady::now().time_since_epoch()).count());
}

}  // namespace

CheckoutPorts Daemon::Impl::ports() {
  return {.now = [] { return now().wall; },
          .micros = micros,
          .show = [this](pos::HintBoard const& board) { show(board); },
          .record = [this](Outcome const& outcome) { record(outcome); },
          .pseudonym = [this](CustomerId const& customer) { return secret_->digest("customer", customer.value); },
          .print =
              [this](CouponOrder order, std::function<void(CouponFate)> done) {
                // Decided on what a display showed, before the receipt came and did not add up.
                auto const why_not = counter_ ? counter_->no_coupon() : std::string_view{};
                if (!why_not.empty()) return done({"", 0, PrintFate::dropped, std::string(why_not)});
                desk_->print(order, std::move(done));
              },
          .utc_offset = utc_offset,
          .channels = [this] { return channels(); },
          .keep_spent = [this](auto const& spent) { return live_.keep(spent); },
          .steady = [] { return std::chrono::floor<std::chrono::milliseconds>(Steady::now()); }};
}

Result<void> Daemon::Impl::start() {
  language_ = config_.store.language;
  if (auto const ready = open_data(); !ready) return ready;
  auto const seed = secret_->number("exploration", config_.terminal.value);
  checkout_.explore_with(seed);
  log_.info("exploration.seed", {{"seed", std::to_string(seed)}});
  live_.on_settings = [this] { apply_settings(); };
  live_.on_names = [this](auto const& names) { names_.tell(names); };
  live_.start();
  if (auto const listening = listen(); !listening) return listening;
  names_.start();
  if (config_.bundle) use_bundle(*config_.bundle, 0);
  open_uplink();
  auto const begun = std::chrono::floor<std::chrono::seconds>(now().wall).time_since_epoch().count();
  feeds_.start(std::to_string(begun));
  beat();
  return {};
}

Result<void> Daemon::Impl::open_data() {
  std::error_code failed;
  std::filesystem::create_directories(config_.data_dir, failed);
  auto lock = DataLock::take(config_.data_dir);
  if (!lock) return tl::unexpected(lock.error());
  lock_ = std::move(*lock);
  if (auto const secret = open_secret(); !secret) return secret;
  if (config_.proxy || config_.display) {
    counter_ = CounterDesk::open(io_, config_, log_, *this, [this](pos::HeardName const& heard) -> std::optional<Sku> {
      auto match = names_.find(heard);
      return match ? std::optional(std::move(match.sku)) : std::nullopt;
    });
    counter_->bundle = [this] { return names_.bundle(); };
  }
  auto notice = [this](pos::CouponNotice const& coupon) {
    native->push(coupon);
    refresh();
  };
  auto desk =
      CouponDesk::open(io_, config_, log_, *secret_, std::move(notice), counter_ ? counter_->printer() : nullptr);
  if (!desk) return tl::unexpected(desk.error());
  desk_ = std::move(*desk);
  if (counter_) {
    counter_->on_status = [this](std::string const& trouble, bool paper_near_end) {
      if (desk_->told(trouble, paper_near_end)) refresh();
    };
  }
  return {};
}

/// No key file keeps the till closed: without the one that is named this terminal's own does, and without that one
/// serials and pseudonyms of this run stand alone.
Result<void> Daemon::Impl::open_secret() {
  auto secret = config_.secret ? Secret::load(*config_.secret) : Secret::load_or_make(own_secret());
  if (!secret && config_.secret) {
    named_secret_trouble_ = "secret: " + secret.error().what;
    log_.error("secret.unread", {{"error", secret.error().what}, {"instead", own_secret().string()}});
    secret = Secret::load_or_make(own_secret());
  }
  if (!secret) {
    own_secret_trouble_ = secret.error().what + "; then restart tillcued";
    log_.error("secret.unkept", {{"error", secret.error().what}});
    if (secret = Secret::make(); !secret) return tl::unexpected(secret.error());
  }
  secret_ = std::move(*secret);
  return {};
}

/// A folder that took nothing may take this run's key now. One that is there and cannot be read is left alone: it is
/// what earlier serials were made with.
void Daemon::Impl::keep_secret() {
  if (own_secret_trouble_.empty()) return;
  std::error_code unknown;
  if (std::filesystem::symlink_status(own_secret(), unknown).type() != std::filesystem::file_type::not_found) return;
  if (!secret_->keep(own_secret())) return;
  own_secret_trouble_.clear();
  log_.info("secret.kept", {{"file", own_secret().string()}});
}

Result<void> Daemon::Impl::listen() {
  pos::NativeOptions till;
  till.host = config_.pos.host;
  till.port = config_.pos.port;
  till.unix_path = config_.pos_unix.string();
  till.web = config_.pos_web;
  auto tills = pos::NativeServer::listen(io_, std::move(till), *this);
  if (!tills) return tl::unexpected(tills.error().within("pos"));
  native = std::move(*tills);

  pos::ScreenHandlers handlers;
  handlers.answer = [this](pos::Answer const& answer) { return on(answer); };
  handlers.metrics = [this] { return metrics_text(reading()); };
  handlers.health = [this]() -> Result<void> {
    auto why = unkept();
    if (why.empty()) why = own_secret_trouble_;
    if (!why.empty()) return fail(Code::io, "data_dir: " + why);
    return checkout_.clock_is_behind() ? fail(Code::invalid, clock_trouble()) : Result<void>{};
  };
  auto screens = pos::ScreenServer::listen(io_, page_options(config_, log_), std::move(handlers));
  if (!screens) return tl::unexpected(screens.error().within("screen.listen"));
  screen = std::move(*screens);
  return {};
}

Uplink::Callbacks Daemon::Impl::uplink_callbacks() {
  Uplink::Callbacks callbacks;
  callbacks.post = [this](std::function<void()> task) {
    boost::asio::post(io_, [this, task = std::move(task)] {
      if (stopped_) return;
      task();
      refresh();
      schedule();
    });
  };
  callbacks.clock = now;
  callbacks.on_bundle = [this](auto const& file, auto release) { use_bundle(file, release); };
  callbacks.counters = [this] { return report(); };
  callbacks.held_number = [this](std::string const& name) { return live_.held(name); };
  callbacks.on_word = [this](sync::Word const& word) { return live_.hold(word); };
  callbacks.holding = [this] { return live_.holding(); };
  callbacks.keys_word = [this] { return live_.content(sync::held_name(sync::WordKind::keys, {})); };
  return callbacks;
}

void Daemon::Impl::open_uplink() {
  if (!config_.sync || uplink_) return;
  live_.on_spent = [this] {
    if (uplink_) uplink_->holding_changed();
    if (word_line_) word_line_->holding_changed();
  };
  auto uplink = Uplink::open(config_, log_, uplink_callbacks());
  if (!uplink) {
    outbox_trouble_ = uplink.error().what;
    uplink_retry_ = Steady::now() + Uplink::kRetry;
    log_.error("outbox.closed", {{"error", outbox_trouble_}, {"retry_s", std::to_string(Uplink::kRetry.count())}});
    return open_word_line();
  }
  outbox_trouble_.clear();
  word_line_.reset();
  uplink_ = std::move(*uplink);
  for (auto const& outcome : std::exchange(waiting_, {})) keep(outcome);
  if (auto const active = uplink_->active()) use_bundle(active->file, active->release);
  uplink_->start();
}

/// Nothing can be told to head office or taken from it that must be kept; a stop is heard all the same.
void Daemon::Impl::open_word_line() {
  if (word_line_) return;
  auto line = WordLine::open(config_, log_, uplink_callbacks());
  if (line) word_line_ = std::move(*line);
  if (!line) log_.error("sync.closed", {{"error", line.error().what}});
}

/// What head office sets from afar, at once; what it has taken out is as the file says.
void Daemon::Impl::apply_settings() {
  auto const config = with_settings(config_, live_.settings());
  checkout_.show_hints_for(config.hint_lifetime);
  if (config.printer) desk_->adjust(*config.printer);
  if (config.customer_display) display_.show_all(config.customer_display->hints == "all");
  Log::set_level(config.log_level);
  for (auto const& [name, value] : live_.settings()) log_.info("setting.by_hq", {{"setting", name}, {"value", value}});
}

void Daemon::Impl::use_bundle(std::filesystem::path const& file, std::uint64_t release) {
  auto bundle = load_bundle(file);
  if (auto const fits = bundle ? fits_store(**bundle, config_.store) : Result<void>{}; !fits) {
    bundle = tl::unexpected(fits.error());
  }
  if (!bundle) {
    log_.error("bundle.refused", {{"file", file.string()}, {"error", bundle.error().what}});
    trouble_ = bundle.error().what;
    return;
  }
  auto const items = (*bundle)->item_count();
  names_.use(*bundle, feeds_.any() || counter_ != nullptr);
  desk_->use(**bundle);
  checkout_.use(std::move(*bundle), release);
  has_bundle_ = true;
  release_ = release;
  heap_.soon();  // its arrival took several times its size
  trouble_.clear();
  log_.info("bundle.active", {{"release", std::to_string(release)}, {"items", std::to_string(items)}});
  native->push(pos::Notice{"release " + std::to_string(release) + " in force"});
  refresh();
}

Result<void> Daemon::Impl::on(pos::Message const& message) {
  auto const started = micros();
  if (std::holds_alternative<pos::Begin>(message)) desk_->next_sale();
  auto const* reprint = std::get_if<pos::Reprint>(&message);
  auto const answer = reprint != nullptr ? desk_->reprint(reprint->sale) : checkout_.on(message);
  if (auto const* put = std::get_if<pos::PutLine>(&message); put != nullptr && answer && feeds_.any())
    names_.hear(*put);
  handling_.add(micros() - started);
  refresh();
  schedule();
  return answer;
}

void Daemon::Impl::record(Outcome const& seen) {
  auto const outcome = told(*secret_, seen);
  if (auto const* closed = std::get_if<SaleClosed>(&outcome.what)) {
    if (closed->end == SaleEnd::abandoned) {
      log_.warning("sale.abandoned", {{"sale", closed->sale.value},
                                      {"mend", "the till opens sales without finishing or voiding them; " +
                                                   std::to_string(Checkout::kMaxOpenSales) + " may be open"}});
    } else {
      // What was voided is not logged as if it were sold.
      log_.info(closed->end == SaleEnd::finished ? "sale.closed" : "sale.voided",
                {{"sale", closed->sale.value},
                 {"total", to_text(closed->total)},
                 {"lines", std::to_string(closed->lines.size())},
                 {"hints", std::to_string(closed->hints)},
                 {"accepted", std::to_string(closed->accepted)},
                 {"held_out", closed->arm == Arm::holdout ? "yes" : "no"}});
    }
  }
  if (!config_.sync) return;
  if (uplink_) return keep(outcome);
  // The outbox could not be opened yet: what fits in memory waits for it.
  if (waiting_.size() < kMostWaiting) {
    waiting_.push_back(outcome);
  } else {
    lost(Error{Code::busy, outbox_trouble_});
  }
}

void Daemon::Impl::keep(Outcome const& outcome) {
  if (auto const kept = uplink_->record(outcome); !kept) lost(kept.error());
  schedule();
}

void Daemon::Impl::lost(Error const& error) {
  ++results_lost_;
  log_.error("result.lost", {{"error", error.what}, {"lost", std::to_string(results_lost_)}});
}

/// A hint needs somebody who shows it: a cashier page, a till that does it itself, or the customer's display.
std::uint8_t Daemon::Impl::channels() const {
  std::uint8_t working = 0;
  bool const seen = screen->counters().screens > 0 || native->hints_are_shown();
  if (seen && !(counter_ && counter_->after_the_fact())) working |= mask_of(Channel::screen);
  if (desk_->may_print() && (!counter_ || counter_->no_coupon().empty())) working |= mask_of(Channel::receipt);
  if (display_.works((working & mask_of(Channel::screen)) != 0)) working |= mask_of(Channel::display);
  return working;
}

void Daemon::Impl::show(pos::HintBoard const& board) {
  auto const said = for_cashier(board);
  native->push(said);
  // A sale put aside must not wipe the hint of the one being rung up.
  if (board.cards.empty() && !(board.sale == on_screen_)) return;
  on_screen_ = board.sale;
  screen->show(said);
  display_.show(board);
}

void Daemon::Impl::refresh() {
  display_.tell();
  if (screen && !stopped_) screen->show(status());
}

Steady::time_point Daemon::Impl::next_due() const {
  auto due = Steady::now() + kPulse;
  if (auto const hint = checkout_.next_due()) due = std::min<Steady::time_point>(due, *hint);
  due = std::min(due, live_.next_due());
  if (word_line_) due = std::min(due, word_line_->next_due());
  return uplink_ ? std::min(due, uplink_->next_due()) : due;
}

void Daemon::Impl::beat() {
  if (stopped_) return;
  checkout_.expire();
  live_.tick(Steady::now());
  names_.tick(Steady::now());
  feeds_.tick(Steady::now());
  if (counter_) counter_->tick();
  if (uplink_) {
    uplink_->tick();
  } else if (config_.sync && uplink_retry_ <= Steady::now()) {
    open_uplink();
  }
  if (word_line_) word_line_->tick();
  keep_secret();
  heap_.tick(Steady::now());
  look_at_clock();
  notify_service("WATCHDOG=1");
  refresh();
  schedule();
}

void Daemon::Impl::look_at_clock() {
  auto const behind = checkout_.clock_is_behind();
  if (std::exchange(clock_behind_, behind) == behind) return;
  if (behind) return log_.error("clock.behind", {{"error", clock_trouble()}});
  log_.info("clock.right");
}

void Daemon::Impl::schedule() {
  if (stopped_) return;
  // A due time that has passed while we were busy must not become a busy loop.
  auto const due = std::max(next_due(), Steady::now() + std::chrono::milliseconds(1));
  if (pulse_.expiry() > Steady::now() && pulse_.expiry() <= due) return;
  pulse_.expires_at(due);
  pulse_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) beat();
  });
}

void Daemon::Impl::stop(std::function<void()> done) {
  if (std::exchange(stopped_, true)) return;
  if (uplink_) uplink_->ends_in_order();
  native->stop();
  feeds_.stop();
  desk_->cancel();
  live_.stop();
  display_.rest();
  if (counter_) counter_->stop();
  // A slip that is under way tells its fate a moment after the cancel; only then is everything recorded.
  pulse_.expires_after(kLastWords);
  pulse_.async_wait([this, done = std::move(done)](boost::system::error_code) {
    close();
    done();
  });
}

void Daemon::Impl::close() {
  if (std::exchange(closed_, true)) return;
  stopped_ = true;
  pulse_.cancel();
  feeds_.stop();
  names_.save();
  if (native) native->stop();
  if (uplink_) uplink_->stop(kGoodbye);
  word_line_.reset();
  if (screen) screen->stop();
}

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() { impl_->close(); }

Result<std::unique_ptr<Daemon>> Daemon::start(boost::asio::io_context& io, Config const& config, Log const& log) {
  auto impl = std::make_unique<Impl>(io, config, log);
  if (auto const started = impl->start(); !started) {
    impl->close();
    return tl::unexpected(started.error());
  }
  return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

std::uint16_t Daemon::pos_port() const noexcept { return impl_->native->port(); }
std::uint16_t Daemon::screen_port() const noexcept { return impl_->screen->port(); }
void Daemon::stop(std::function<void()> done) { impl_->stop(std::move(done)); }

}  // namespace tillcue::terminal
