#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/core/units.hpp"
#include "tillcue/sync/results.hpp"

namespace tillcue::sync {

enum class Presence : std::uint8_t { online, offline };

/// What a terminal says of itself, retained on its state topic; `offline` is its will or its good-bye.
struct TerminalState {
  TerminalId terminal;
  Presence presence = Presence::online;
  Timestamp at{};             ///< the terminal's clock; of an offline will: when it connected
  std::string version;        ///< of its program
  std::uint64_t release = 0;  ///< running; 0 = none
  std::uint64_t wanted = 0;   ///< newest valid manifest seen; 0 = none
  std::string phase;          ///< "idle", "fetching 34/171", ...
  Epoch epoch{};
  std::uint64_t pending = 0;       ///< results not acknowledged yet
  std::uint64_t dropped = 0;       ///< results lost because the outbox was full
  std::uint64_t thinned = 0;       ///< results of which only sums are left
  std::string shortage;            ///< why it makes room for results now; empty: it does not
  std::vector<std::string> can{};  ///< what its program knows beyond the first version: "stages", "parcels"
  std::string last_error;          ///< empty: none
  std::map<std::string, std::int64_t> counters;  ///< up to 32
};
inline constexpr std::size_t kMaxState = 4'096;

/// Errors  invalid, naming the field.  Texts that are too long are cut, never refused: presence must get out.
Result<std::string> encode_state(TerminalState const& state);
Result<TerminalState> decode_state(std::string_view message);

/// A terminal asks HQ to publish pieces again that did not come from the broker (lost its memory, cleared).
struct ChunkRequest {
  TerminalId terminal;
  std::uint64_t release = 0;
  Sha256 object;                       ///< bundle or chunk list
  std::vector<std::uint32_t> missing;  ///< up to 64; ascending
};
inline constexpr std::size_t kMaxRequest = 2'048;
Result<std::string> encode_request(ChunkRequest const& request);
Result<ChunkRequest> decode_request(std::string_view message);

}  // namespace tillcue::sync
