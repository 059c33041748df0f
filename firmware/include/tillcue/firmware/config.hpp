#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/core/units.hpp"
#include "tillcue/pos/customer_display.hpp"
#include "tillcue/pos/feeds.hpp"
#include "tillcue/pos/native_server.hpp"
#include "tillcue/pos/serial_settings.hpp"
#include "tillcue/sync/broker_limits.hpp"

namespace tillcue::terminal {

/// "127.0.0.1:7707"; IPv6 in brackets. Port 0 = any free one.
struct Address {
  std::string host;
  std::uint16_t port = 0;
};

struct StoreConfig {
  std::string id;
  std::string name;  ///< printed on coupons
  std::string chain;
  Currency currency{};
  std::string language = "en";
  std::string group{};  ///< of stores, as campaigns name it; may be empty
};

/// How the cashier page looks and who may hold it in a frame.
struct PageConfig {
  std::vector<std::string> parents{};  ///< origins: "http://pos.local:8080"
  std::string accept_key = "F8";
  std::string decline_key = "F9";
  std::optional<std::filesystem::path> theme{};  ///< a theme file; read at start
};

struct PrinterConfig {
  Address address{};   ///< of a network printer, or
  std::string device;  ///< the file of a USB (/dev/usb/lp0) or serial (/dev/ttyS0) one
  std::optional<pos::SerialSettings> serial{};
  bool auto_status = false;  ///< GS a around each coupon: only where nobody else prints
  std::string profile = "generic-80";
  std::string own_profile{};     ///< JSON of a profile of one's own, in place of a name
  std::string painter = "auto";  ///< module for scripts and symbols the printer lacks; "off": none
  unsigned paper_mm = 152;       ///< a coupon, that is a sale, takes at most
  unsigned paper_mm_day = 0;     ///< all coupons of a day together; 0: no limit
  int code_page = -1;            ///< ESC t number the POS counts on after us; -1: the profile's
  bool qr = false;               ///< also print the serial as a QR code where the profile can
};

/// A customer display that is ours alone.
struct CustomerDisplayConfig {
  Address address{};   ///< of a display behind a serial server, or
  std::string device;  ///< the file of a serial (/dev/ttyS1) or USB one
  std::optional<pos::SerialSettings> serial{};
  pos::DisplayProfile profile{};
  pos::DisplayText resting{};       ///< while there is no offer
  std::string hints = "campaigns";  ///< shown to the customer: "campaigns" that name the display, or "all" main hints
};

/// A till that knows nothing of us prints through tillcue-bypass (pos-adapter/PROXY.md).
struct ProxyConfig {
  std::string tap;                       ///< the bypass's Unix socket
  std::filesystem::path layout{};        ///< receipt layout profile; empty: the generic reader
  bool learn_layout = false;             ///< the generic reader until this till's own layout is known for sure
  std::chrono::milliseconds quiet{100};  ///< of the line before a slip is printed
  bool same_paper = false;               ///< slips before the cut; the bypass must hold it
  bool sales = true;  ///< receipts make the sales; false: the till speaks the native protocol as well
};

/// A customer display's line that runs through a tillcue-bypass of its own.
struct DisplayConfig {
  std::string tap;
};

struct SyncConfig {
  std::string broker;  ///< mqtt://host:port or mqtts://host:port
  std::string ca, certificate, key;
  sync::BrokerLimits broker_limits{};
  std::vector<std::filesystem::path> trusted_keys;  ///< HQ's public signing keys (PEM); pinned
};

/// A till that sends text.
struct TextFeedConfig {
  std::optional<pos::FeedSource> source;
  pos::TextFeedOptions options{};
  std::size_t width = 0;  ///< characters it has room for in a name; 0: not known
};

/// POSes that are heard without speaking the native protocol.
struct FeedsConfig {
  std::optional<pos::FeedSource> unicenta;  ///< tickets of an event script
  std::optional<pos::OdooOptions> odoo;
  std::optional<TextFeedConfig> text;
};

/// How one terminal is set up. Every path is absolute or relative to the configuration file's folder.
struct Config {
  TerminalId terminal;
  StoreConfig store;
  std::filesystem::path data_dir;
  std::optional<std::filesystem::path> bundle;  ///< used until HQ has sent one
  Address pos{"127.0.0.1", 7707};
  std::filesystem::path pos_unix{};                         ///< the same protocol on a Unix socket; empty: on none
  std::optional<tillcue::pos::NativeWebOptions> pos_web{};  ///< and over WebSocket
  Address screen{"127.0.0.1", 7780};
  PageConfig page{};
  std::optional<PrinterConfig> printer;
  std::optional<ProxyConfig> proxy;
  std::optional<DisplayConfig> display;
  std::optional<CustomerDisplayConfig> customer_display{};
  std::optional<SyncConfig> sync;
  FeedsConfig feeds{};
  std::optional<std::filesystem::path> aliases;  ///< head office's names for items: text,sku[,price]
  std::optional<std::filesystem::path> secret;   ///< key file for coupon serials and loyalty pseudonyms
  std::filesystem::path live{};                  ///< head office's live state by file; empty: data_dir/live.json
  bool learned_stock = true;                     ///< hold back what has not been sold for far too long
  std::chrono::milliseconds hint_lifetime{8000};
  std::string log_level = "info";
};

/// Reads and checks a whole configuration. Comments are allowed.
/// Errors  invalid: every fault at once, a line each: "FILE:LINE: field: what is wrong; the mend".
Result<Config> parse_config(std::string_view text, std::filesystem::path const& file);
/// Errors  as parse_config, and not_found, io: why it cannot be read.
Result<Config> load_config(std::filesystem::path const& file);

}  // namespace tillcue::terminal
