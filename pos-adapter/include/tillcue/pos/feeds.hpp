#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/core/units.hpp"
#include "tillcue/pos/basket_follower.hpp"
#include "tillcue/pos/code_table.hpp"

namespace boost::asio {
class io_context;
}

namespace tillcue::pos {

/// Where a feed's bytes come from: "tcp://127.0.0.1:7711" and "udp://127.0.0.1:7711" (we listen),
/// "serial:/dev/ttyS0?9600", "file:/var/log/pos.txt" (what is added to it from now on).
struct FeedSource {
  enum class Kind : std::uint8_t { tcp, udp, serial, file };
  Kind kind = Kind::udp;
  std::string host;
  std::uint16_t port = 0;  ///< 0: any free one
  std::string path;
  unsigned baud = 9600;

  /// Errors  invalid, saying how it is written.
  static Result<FeedSource> parse(std::string_view text);
};

/// How the lines of a till's text look, each in as many ways as it takes (LineTemplate: "{qty} x {name} {amount}").
/// Tried in this order.
struct TextLayout {
  std::vector<std::string> ignored;
  std::vector<std::string> cancelled;  ///< the sale came to nothing
  std::vector<std::string> closed;     ///< the sale is paid
  std::vector<std::string> total;      ///< payment begins; {amount}
  std::vector<std::string> removed;    ///< as item: takes it out again
  std::vector<std::string> item;
};

/// Text as tills send it to CCTV recorders ("POS text insertion").
struct TextFeedOptions {
  std::string start{};                    ///< bytes that begin a receipt; empty: any line does
  std::string end{};                      ///< bytes that end one; empty: a `closed` line or silence does
  std::string line_end = "\n";            ///< bytes
  std::optional<CodeTable> code_table{};  ///< unset: UTF-8
  /// Silence after which a line without its end is taken as it is and, where there is no `end`, a receipt that has its
  /// total is over.
  std::chrono::milliseconds timeout{1500};
  TextLayout layout{};
};

/// What is wrong with them, every fault.
struct TextFeedFault {
  std::string field;  ///< "line_end", "layout.item"
  std::string what;   ///< with the mend
};
std::vector<TextFeedFault> check(TextFeedOptions const& options);

/// "0x0D0A" to its two bytes; other text stands for itself.
/// Errors  invalid (an odd number of digits, or something that is none).
Result<std::string> marker_bytes(std::string_view text);

struct OdooOptions {
  std::string host = "127.0.0.1";      ///< an address, not a name
  std::uint16_t port = 0;              ///< 0: any free one
  std::vector<std::string> origins{};  ///< "http://odoo.shop:8069": only their pages may speak to us
};

/// Counted since start, except `connections`.
struct FeedCounters {
  std::uint64_t connections = 0;  ///< open now
  std::uint64_t messages = 0;     ///< lines, datagrams or requests that were read
  std::uint64_t refused = 0;      ///< that were not understood or not allowed
};

/// One open feed. Threads  the io_context's.
class Feed {
 public:
  virtual ~Feed() = default;
  [[nodiscard]] virtual std::uint16_t port() const noexcept { return 0; }  ///< where it listens on one
  [[nodiscard]] virtual FeedCounters const& counters() const noexcept = 0;
  virtual void stop() = 0;
};

/// What every feed needs: where its baskets go, the money they are in, and a word that tells this start from others.
struct FeedTarget {
  BasketFollower* follower = nullptr;  ///< borrowed until the feed is gone
  Currency currency{};
  std::string epoch;
};

// Errors  invalid (address, template), io (in use, not there, not permitted).

/// Ticket events as JSON lines or datagrams, from the script in recipes/unicenta.
Result<std::unique_ptr<Feed>> open_ticket_feed(boost::asio::io_context& io, FeedSource const& source,
                                               FeedTarget target);
Result<std::unique_ptr<Feed>> open_text_feed(boost::asio::io_context& io, FeedSource const& source,
                                             TextFeedOptions options, FeedTarget target);
/// What Odoo's POS takes for an IoT box with a customer display (recipes/odoo.md).
Result<std::unique_ptr<Feed>> open_odoo_feed(boost::asio::io_context& io, OdooOptions options, FeedTarget target);

}  // namespace tillcue::pos
