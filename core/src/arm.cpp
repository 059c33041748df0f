#include "arm.hpp"

#include <cstddef>

namespace tillcue {
namespace {

constexpr std::uint64_t kGolden = 0x9E37'79B9'7F4A'7C15U;

constexpr std::uint64_t mix(std::uint64_t z) noexcept {
  z = (z ^ z >> 30U) * 0xBF58'476D'1CE4'E5B9U;
  z = (z ^ z >> 27U) * 0x94D0'49BB'1331'11EBU;
  return z ^ z >> 31U;
}

}  // namespace

std::uint64_t keyed_hash(std::uint64_t key, std::string_view text) noexcept {
  // The length goes in first, so that trailing zero bytes make a difference.
  std::uint64_t state = mix(key + kGolden * (text.size() + 1));
  for (std::size_t n = 0; n < text.size(); n += 8) {
    std::uint64_t chunk = 0;
    for (std::size_t k = n; k < text.size() && k < n + 8; ++k) {
      chunk |= std::uint64_t{static_cast<unsigned char>(text[k])} << 8 * (k - n);
    }
    state = mix((state ^ chunk) + kGolden);
  }
  return state;
}

}  // namespace tillcue
