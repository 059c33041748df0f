#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tillcue/core/engine.hpp"

namespace tillcue {

/// One line that holds all a decision depended on besides its bundle, and a digest of what was decided: base64url
/// text, usually below 256 bytes (layout: core/README.md). Names no customer.
/// `decision` must be what `engine` answered to the same sale, stage and context.
std::string replay_record(Engine const& engine, Sale const& sale, Stage stage, Context const& context,
                          Decision const& decision);

/// What such a line says, ready to be decided again.
struct Replay {
  Place place;
  Sale sale;
  Stage stage = Stage::scan;
  Context context;             ///< its `live` is the one below
  std::unique_ptr<Live> live;  ///< bound to the bundle that was given
  std::uint32_t digest = 0;    ///< of the decision made then
};

/// Errors  invalid (no record, damaged), unsupported (newer version), not_found (decided with another bundle), rejected
///         (too much was out of stock to be written down).
Result<Replay> read_replay(std::string_view line, Bundle const& bundle);

/// The same for the same decision, in every bit of it.
[[nodiscard]] std::uint32_t digest_of(Decision const& decision) noexcept;

}  // namespace tillcue
