#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace tillcue::pos {

/// What a Star printer says of itself: the answer to ESC ACK SOH, and what it pushes on its own.
struct StarStatus {
  std::string trouble;  ///< empty: it is well
  bool paper_near_end = false;
  std::optional<unsigned> printed;  ///< ETB counter: rises by one when the printer gets to an ETB
};

/// Puts the printer's blocks together: the first byte tells their length (7 to 15 bytes).
/// Source  Star's Line mode and StarPRNT command manuals.
class StarStatusReader {
 public:
  /// The last whole block among these bytes, if any.
  std::optional<StarStatus> take(std::span<std::byte const> bytes);

 private:
  std::array<std::uint8_t, 16> block_{};
  std::size_t held_ = 0;
};

}  // namespace tillcue::pos
