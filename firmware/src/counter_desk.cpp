#include "counter_desk.hpp"

#include <vector>

#include "printer_settings.hpp"
#include "tillcue/core/whole_file.hpp"
#include "wall_clock.hpp"

namespace tillcue::terminal {
namespace {

constexpr std::chrono::milliseconds kSettled{60};
constexpr std::size_t kMostLayout = 1024 * 1024;

pos::ReceiptLayout generic_layout(Config const& config) {
  pos::ReceiptLayout layout;
  layout.digits = config.store.currency.digits;
  return layout;
}

Result<pos::ReceiptLayout> load_layout(Config const& config) {
  auto layout = generic_layout(config);
  if (config.proxy && !config.proxy->layout.empty()) {
    auto const text = read_regular_file(config.proxy->layout, kMostLayout);
    auto read = text ? pos::parse_layout(*text, config.proxy->layout.string()) : tl::unexpected(text.error());
    if (!read) return tl::unexpected(read.error().within("proxy.layout"));
    read->digits = layout.digits;
    layout = std::move(*read);
  }
  return layout;
}

/// The printer's own, with the code table the POS counts on: receipts are read by it.
pos::PrinterProfile profile_of(Config const& config) {
  if (!config.printer) return pos::find_profile("epson-tm-t88").value_or(pos::PrinterProfile{});
  auto profile = terminal::profile_of(*config.printer).value_or(pos::PrinterProfile{});
  if (config.printer->code_page >= 0) profile.resting_code_page = static_cast<std::uint8_t>(config.printer->code_page);
  return profile;
}

}  // namespace

CounterDesk::CounterDesk(boost::asio::io_context& io, Config const& config, Log const& log, pos::SaleEvents& events,
                         CounterFeed::NameToSku names)
    : io_(io),
      config_(config),
      log_(log),
      feed_(events, wall_clock, std::move(names), config.proxy.has_value()),
      screen_(profile_of(config)),
      reader_(config.store.currency.digits),
      settle_(io) {}

std::unique_ptr<CounterDesk> CounterDesk::open(boost::asio::io_context& io, Config const& config, Log const& log,
                                               pos::SaleEvents& events, CounterFeed::NameToSku names) {
  std::unique_ptr<CounterDesk> desk(new CounterDesk(io, config, log, events, std::move(names)));
  if (config.proxy) desk->open_proxy();
  if (config.display) desk->open_display();
  return desk;
}

Result<void> CounterDesk::check(Config const& config) {
  if (auto const layout = load_layout(config); !layout) return tl::unexpected(layout.error());
  return {};
}

void CounterDesk::open_proxy() {
  auto layout = load_layout(config_);
  layout_refused_ = !layout;
  if (!layout) {
    log_.error("layout.refused", {{"error", layout.error().what}, {"instead", "the generic reader"}});
    layout = generic_layout(config_);
  }
  pos::PrintProxyOptions options;
  options.tap = config_.proxy->tap;
  options.profile = profile_of(config_);
  options.layout = std::move(*layout);
  options.quiet = config_.proxy->quiet;
  options.same_paper = config_.proxy->same_paper;
  options.late_orders = !config_.proxy->sales;
  if (config_.proxy->learn_layout) {
    layout_.emplace(config_.data_dir / "layout.json", options.layout.digits, options.profile, log_);
    if (auto known = layout_->kept()) options.layout = std::move(*known);
  }
  auto heard = handlers("proxy");
  heard.slip = [this](pos::Receipt const& receipt) { slip(receipt); };
  heard.display = [this](std::span<std::byte const> bytes) { shown(bytes); };
  heard.status = [this](std::string const& trouble, bool near_end) {
    if (on_status) on_status(trouble, near_end);
  };
  if (layout_) {
    heard.lines = [this](auto const& lines, auto bytes, pos::Receipt const& receipt) {
      layout_->hear(lines, bytes, receipt);
      if (layout_->wants_names() && bundle) layout_->fit(bundle());
    };
  }
  proxy_ = std::make_unique<pos::PrintProxy>(io_, std::move(options), std::move(heard));
}

void CounterDesk::open_display() {
  pos::PrintProxyOptions options;
  options.tap = config_.display->tap;
  options.profile = profile_of(config_);
  auto heard = handlers("display");
  heard.display = [this](std::span<std::byte const> bytes) { shown(bytes); };
  display_ = std::make_unique<pos::PrintProxy>(io_, std::move(options), std::move(heard));
}

pos::PrintProxyHandlers CounterDesk::handlers(std::string line) {
  pos::PrintProxyHandlers out;
  out.connected = [this, line](bool connected) {
    if (connected) {
      log_.info(line + ".connected");
    } else {
      log_.warning(line + ".lost");
    }
  };
  out.trouble = [this, line](std::string const& what) { log_.warning(line + ".trouble", {{"error", what}}); };
  return out;
}

void CounterDesk::slip(pos::Receipt const& receipt) {
  log_.info("receipt.read", {{"kind", std::string(pos::name(receipt.kind))},
                             {"items", std::to_string(receipt.items.size())},
                             {"total", std::to_string(receipt.total_minor.value_or(0))},
                             {"adds_up", receipt.balanced ? "yes" : "no"},
                             {"late", receipt.late ? "yes" : "no"},
                             {"number", receipt.number}});
  if (!config_.proxy->sales) return;
  feed_.slip(receipt);
  if (receipt.kind == pos::SlipKind::sale && !receipt.late) reader_.sale_over();
}

void CounterDesk::shown(std::span<std::byte const> bytes) {
  screen_.feed(bytes, [this](pos::DisplayFrame const& whole) { frame(whole); });
  if (!screen_.unsettled()) return;
  settle_.expires_after(kSettled);
  settle_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) screen_.settle([this](pos::DisplayFrame const& whole) { frame(whole); });
  });
}

void CounterDesk::frame(pos::DisplayFrame const& whole) {
  reader_.take(whole, [this](pos::DisplayEvent const& event) { feed_.display(event); });
}

void CounterDesk::tick() {
  if (!layout_) return;
  if (auto learned = layout_->learned()) proxy_->use(std::move(*learned));
}

void CounterDesk::tell(TerminalReading& reading) const {
  reading.counter = feed_.counters();
  reading.proxy = proxy_ ? proxy_->counters() : pos::PrintProxyCounters{};
  if (proxy_) reading.health.print_line = proxy_->connected();
  if (proxy_) reading.layout_refused = layout_refused_;
  if (display_) reading.health.display_line = display_->connected();
  if (!layout_) return;
  reading.layout_learned = layout_->has_layout();
  reading.layout_searches = layout_->searches();
}

void CounterDesk::stop() {
  if (proxy_) proxy_->stop();
  if (display_) display_->stop();
  settle_.cancel();
}

}  // namespace tillcue::terminal
