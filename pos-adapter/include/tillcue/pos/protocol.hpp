#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tillcue/core/basket.hpp"
#include "tillcue/core/result.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/core/units.hpp"
#include "tillcue/pos/hint_board.hpp"

// The native protocol, version 1: pos-adapter/PROTOCOL.md. A pure codec, used by both ends.
namespace tillcue::pos {

inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::size_t kMaxRequestLine = std::size_t{16} * 1024;  ///< bytes from the till, without the line end
inline constexpr std::size_t kMaxTerminalLine =
    std::size_t{64} * 1024;                   ///< bytes from the terminal, without the line end
inline constexpr std::size_t kMaxText = 200;  ///< bytes of a name, till or software text
inline constexpr std::int64_t kMaxAmountMinor = 1'000'000'000'000;
inline constexpr std::int64_t kMaxQuantityMilli = 1'000'000'000;
inline constexpr std::uint64_t kMaxRequestId = (1ULL << 53) - 1;  ///< what every JSON reader keeps exactly

// ---- till -> terminal

struct Hello {
  std::uint32_t protocol = kProtocolVersion;
  std::string till;
  std::string software;
  bool hints = true;  ///< the till shows hints to its cashier itself
  friend bool operator==(Hello const&, Hello const&) = default;
};

struct Begin {
  SaleId sale;
  bool resume = false;  ///< continue the sale when it is still open
  friend bool operator==(Begin const&, Begin const&) = default;
};

/// `add` or `change`: both set the whole line, so that sending one twice counts it once.
struct PutLine {
  enum class Verb : std::uint8_t { add, change };

  SaleId sale;
  LineNo line{};
  Sku sku;
  Quantity quantity{};                        ///< never 0; negative for a return
  std::optional<std::int64_t> price_minor{};  ///< of one unit; unset: the bundle's price
  std::string name{};                         ///< as the POS calls it; may be empty
  Verb verb = Verb::add;
  friend bool operator==(PutLine const&, PutLine const&) = default;
};

struct RemoveLine {
  SaleId sale;
  LineNo line{};
  friend bool operator==(RemoveLine const&, RemoveLine const&) = default;
};

/// Something the customer buys on most visits, as the loyalty system tells it.
struct UsualSku {
  Sku sku;
  Probability share{};  ///< of the customer's visits; on the wire a share of 1 with at most 3 decimals
  friend bool operator==(UsualSku const&, UsualSku const&) = default;
};

struct SetCustomer {
  static constexpr std::size_t kMaxUsual = 32;

  SaleId sale;
  CustomerId customer;       ///< empty: nobody known any more
  std::uint16_t visits = 0;  ///< before this one
  std::string segment{};     ///< may be empty
  bool no_paper = false;     ///< wants nothing printed
  std::vector<UsualSku> usual{};
  friend bool operator==(SetCustomer const&, SetCustomer const&) = default;
};

struct Subtotal {
  SaleId sale;
  friend bool operator==(Subtotal const&, Subtotal const&) = default;
};

struct Tender {
  SaleId sale;
  friend bool operator==(Tender const&, Tender const&) = default;
};

struct Finish {
  SaleId sale;
  std::optional<std::int64_t> total_minor{};
  friend bool operator==(Finish const&, Finish const&) = default;
};

struct Void {
  SaleId sale;
  friend bool operator==(Void const&, Void const&) = default;
};

/// `accept` or `decline` of one offer of a hints push.
struct Answer {
  SaleId sale;
  std::uint32_t offer = 0;
  bool accepted = false;
  friend bool operator==(Answer const&, Answer const&) = default;
};

/// What the shop knows of an item's stock. Concerns no sale.
struct SetStock {
  Sku sku;
  bool available = true;
  friend bool operator==(SetStock const&, SetStock const&) = default;
};

/// The coupon of the sale that was closed last, once more.
struct Reprint {
  SaleId sale;
  friend bool operator==(Reprint const&, Reprint const&) = default;
};

struct Ping {
  friend bool operator==(Ping const&, Ping const&) = default;
};

using Message = std::variant<Hello, Begin, PutLine, RemoveLine, SetCustomer, Subtotal, Tender, Finish, Void, Answer,
                             SetStock, Reprint, Ping>;

struct Request {
  std::optional<std::uint64_t> id{};  ///< echoed in the answer
  Message message;
  friend bool operator==(Request const&, Request const&) = default;
};

/// Reads one line without its line end.
/// Errors  invalid (not one JSON object in UTF-8, a field missing, repeated, of the wrong type or out of range),
///         unsupported (unknown message type), rejected (a text that looks like a payment card number).
Result<Request> parse_request(std::string_view line);

/// The `id` of a line that parse_request refused, as far as it can be told.
[[nodiscard]] std::optional<std::uint64_t> id_of(std::string_view line);

/// The sale a message speaks of; nullptr for hello, stock and ping. Borrows from the message.
[[nodiscard]] SaleId const* sale_of(Message const& message) noexcept;

// Encoders give one whole line with its \n. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string encode(Request const& request);
[[nodiscard]] std::string encode_ok(std::optional<std::uint64_t> id);
[[nodiscard]] std::string encode_error(std::optional<std::uint64_t> id, Error const& error);
[[nodiscard]] std::string encode(HintBoard const& board);
[[nodiscard]] std::string encode(CouponNotice const& coupon);
[[nodiscard]] std::string encode(Notice const& notice);

// ---- terminal -> till

struct Ok {
  std::optional<std::uint64_t> id{};
  friend bool operator==(Ok const&, Ok const&) = default;
};

struct Refused {
  std::optional<std::uint64_t> id{};
  std::string code;  ///< name(Code)
  std::string message;
  friend bool operator==(Refused const&, Refused const&) = default;
};

using FromTerminal = std::variant<Ok, Refused, HintBoard, CouponNotice, Notice>;

/// Reads one line of the terminal without its line end.
/// Errors  invalid (broken line or field), unsupported (unknown type: a newer terminal; skip the line).
Result<FromTerminal> parse_from_terminal(std::string_view line);

}  // namespace tillcue::pos
