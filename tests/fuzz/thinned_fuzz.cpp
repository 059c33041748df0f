#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "tillcue/sync/thinned.hpp"

using namespace tillcue::sync;

/// Sums that were read can be written, read again as the same, and added to themselves without harm.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  auto sums = decode_thinned(text);
  if (!sums) return 0;
  if (!is_thinned(text)) return 0;  // spaces between: HQ hands over canonical events only
  auto const written = encode_thinned(*sums);
  if (!written) std::abort();
  auto const again = decode_thinned(*written);
  if (!again || *encode_thinned(*again) != *written) std::abort();
  sums->add(*again);
  if (sums->numbers != 2 * again->numbers || sums->lost != 2 * again->lost) std::abort();
  (void)encode_thinned(*sums);
  return 0;
}
