#include "plan_text.hpp"

#include <ctime>
#include <vector>

#include "loaded_bundle.hpp"
#include "tillcue/sync/bundle_store.hpp"

namespace tillcue::terminal {
namespace {

std::string text_of(std::string const& host, std::uint16_t port) {
  bool const brackets = host.find(':') != std::string::npos;
  return (brackets ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::string text_of(Address const& address) { return text_of(address.host, address.port); }

std::string text_of(pos::FeedSource const& source) {
  using Kind = pos::FeedSource::Kind;
  if (source.kind == Kind::tcp) return "tcp://" + text_of(source.host, source.port);
  if (source.kind == Kind::udp) return "udp://" + text_of(source.host, source.port);
  return source.path;
}

/// "a, b and c"
std::string listed(std::vector<std::string> const& parts) {
  std::string text;
  for (std::size_t n = 0; n < parts.size(); ++n) {
    if (n > 0) text += n + 1 == parts.size() ? " and " : ", ";
    text += parts[n];
  }
  return text;
}

std::string heard(Config const& config) {
  std::vector<std::string> parts = {"POSes on " + text_of(config.pos)};
  if (!config.pos_unix.empty()) parts.push_back(config.pos_unix.string());
  if (config.pos_web) parts.push_back("ws://" + text_of(config.pos_web->host, config.pos_web->port) + "/pos");
  auto const& feeds = config.feeds;
  if (feeds.unicenta) parts.push_back("tickets on " + text_of(*feeds.unicenta));
  if (feeds.odoo) parts.push_back("Odoo on " + text_of(feeds.odoo->host, feeds.odoo->port));
  if (feeds.text && feeds.text->source) parts.push_back("text from " + text_of(*feeds.text->source));
  if (config.proxy) parts.push_back("receipts by " + config.proxy->tap);
  if (config.display) parts.push_back("the display by " + config.display->tap);
  return listed(parts);
}

std::string printed(Config const& config) {
  auto const& printer = config.printer;
  if (!printer) return config.proxy ? "print through the bypass" : "print nothing (no printer)";
  auto const profile = printer->own_profile.empty() ? printer->profile : "a profile of its own";
  auto const place = printer->device.empty() ? text_of(printer->address) : printer->device;
  if (config.proxy) return "print through the bypass (" + profile + ')';
  return "print on " + place + " (" + profile + ')';
}

std::vector<std::string> shown(Config const& config) {
  std::vector<std::string> parts = {"show http://" + text_of(config.screen) + '/'};
  if (auto const& display = config.customer_display) {
    parts.push_back("show customers offers on " +
                    (display->device.empty() ? text_of(display->address) : display->device));
  }
  return parts;
}

std::string day_of(std::int64_t seconds) {
  auto const time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  char text[32] = "";
  if (::gmtime_r(&time, &parts) != nullptr) std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

std::string bundle_in(std::string const& name, std::filesystem::path const& file, StoreConfig const& store) {
  auto const bundle = load_bundle(file);
  if (!bundle) return name + " cannot run: " + bundle.error().what;
  if (auto const fits = fits_store(**bundle, store); !fits) return name + " would be refused: " + fits.error().what;
  auto text = name + ", " + std::to_string((*bundle)->item_count()) + " items";
  auto const last = (*bundle)->info().data_to;
  return last > 0 ? text + ", learned from sales up to " + day_of(last) : text;
}

std::string bundle_of(Config const& config) {
  auto const sent = sync::BundleStore::look(config.data_dir / "bundles");
  if (sent && *sent) {
    return bundle_in("release " + std::to_string((*sent)->release) + " from head office", (*sent)->file, config.store);
  }
  if (config.bundle) return bundle_in(config.bundle->string(), *config.bundle, config.store);
  if (!sent) return "not to be seen: " + sent.error().what;
  return config.sync ? "none yet, no hints until head office sends one"
                     : "none, no hints; name a file as bundle, or head office under sync";
}

}  // namespace

std::string plan_text(Config const& config) {
  auto const& store = config.store;
  std::vector<std::string> does = {"would hear " + heard(config)};
  for (auto& part : shown(config)) does.push_back(std::move(part));
  does.push_back(printed(config));
  does.push_back(config.sync ? "sync with " + config.sync->broker : "keep its results to itself (no head office)");
  return config.terminal.value + " of " + store.id + " (" + store.name + ", chain " + store.chain + ", " +
         std::string(store.currency.text()) + ") " + listed(does) + "\nbundle: " + bundle_of(config) + '\n';
}

}  // namespace tillcue::terminal
