#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/outcome.hpp"
#include "tillcue/core/result.hpp"
#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {

/// Random number of one installation of an outbox, 1 .. 2^63-1. A terminal that lost its disk starts a new one, so its
/// sequence numbers cannot be mistaken for old ones. On the wire: 16 lower-case hexadecimal digits.
enum class Epoch : std::uint64_t {};
std::string to_text(Epoch epoch);
/// Errors  invalid.
Result<Epoch> parse_epoch(std::string_view text);

inline constexpr std::size_t kMaxBatchEvents = 200;
inline constexpr std::size_t kMaxBatchBytes = 32'768;  ///< of several events; one larger event travels alone
inline constexpr std::size_t kMaxEvent = 98'304;       ///< a sale of 1,000 lines with the longest SKUs
inline constexpr std::size_t kMaxReplay = 4'096;       ///< of a decision's replay record
inline constexpr std::size_t kMaxBatchMessage = 100'352;

/// One result as it is stored and sent: canonical JSON (WIRE.md "event").
/// Errors  invalid, naming the field (text too long or not UTF-8, number out of range, event too large).
Result<std::string> encode_event(Outcome const& outcome);
/// Words of a newer terminal that have no value here yet, by field: "why" -> "weather".
using NewerWords = std::map<std::string, std::string, std::less<>>;

/// Words of silence, reason, offer type, response and discount that this program does not know read as the first of
/// their kind and are put into `newer`: a result is not refused for a word.
/// Errors  invalid, naming the field; unsupported (an event type of a newer terminal).
Result<Outcome> decode_event(std::string_view event, NewerWords* newer = nullptr);

/// Consecutive results of one terminal, the first with number `first`.
struct Batch {
  TerminalId terminal;
  Epoch epoch{};
  std::uint64_t first = 0;          ///< from 1
  std::vector<std::string> events;  ///< each a canonical event; decode_event() reads it

  [[nodiscard]] std::uint64_t last() const noexcept { return first + events.size() - 1; }
};
/// Errors  invalid, naming the field (no events, beyond the limits above, an event that is not JSON).
Result<std::string> encode_batch(Batch const& batch);
/// The events come back in canonical form, so their digest tells whether two deliveries were equal. Events of unknown
/// type are kept as they are: HQ stores what it cannot read yet.
/// Errors  invalid, naming the field.
Result<Batch> decode_batch(std::string_view message);
/// True when a text in this canonical JSON (no digit escaped) looks like a payment card number; coupon serials, replay
/// records and pseudonyms are made by us and not looked at.
bool holds_card_number(std::string_view json);
/// Digest of a canonical event: the same key with another digest is an alarm.
Sha256 event_digest(std::string_view event);

/// HQ's word that it has committed everything up to and including `through`, and besides that the ranges in `also`.
struct Ack {
  struct Range {
    std::uint64_t first = 0, last = 0;  ///< inclusive
    friend bool operator==(Range const&, Range const&) = default;
  };
  TerminalId terminal;
  Epoch epoch{};
  std::uint64_t through = 0;  ///< contiguous from 1; 0 = nothing yet
  std::vector<Range> also;    ///< beyond `through`, ascending, apart; at most kMaxAckRanges
};
inline constexpr std::size_t kMaxAckRanges = 50;
inline constexpr std::size_t kMaxAckEnvelope = 4'096;
/// The body; seal() it with HQ's key.  Errors  invalid, naming the field.
Result<std::string> encode_ack(Ack const& ack);
/// Of an unsealed body.  Errors  invalid, naming the field.
Result<Ack> decode_ack(std::string_view body);

}  // namespace tillcue::sync
