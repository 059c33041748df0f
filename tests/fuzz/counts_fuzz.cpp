#include <cstdint>
#include <cstdlib>
#include <string>

#include <zlib.h>

#include "tillcue/models/recency.hpp"

using namespace tillcue::models;

/// Whatever the bytes: no crash, and what is taken is sound and reads back as it was. The checksum is made right, so
/// that the fuzzer gets past it.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string bytes(reinterpret_cast<char const*>(data), size);
  (void)decode(bytes);
  if (bytes.size() >= 12) {
    auto const body = bytes.size() - 4;
    auto const sum = crc32_z(crc32_z(0L, Z_NULL, 0), reinterpret_cast<Bytef const*>(bytes.data()), body);
    for (unsigned n = 0; n < 4; ++n) bytes[body + n] = static_cast<char>(sum >> (8 * n));
  }
  (void)decode_head(bytes);
  auto const counts = decode(bytes);
  if (!counts) return 0;
  auto const again = decode(encode(*counts));
  if (!again || *again != *counts) std::abort();
  for (std::size_t n = 0; n < counts->items.size(); ++n) {
    for (auto at = counts->row[n]; at < counts->row[n + 1]; ++at) {
      if (counts->partner[at] <= n || counts->partner[at] >= counts->items.size()) std::abort();
    }
  }
  std::vector<Counts> const twice = {*counts, *counts};
  (void)merge(twice);
  RecentSum sum({30, 90, std::nullopt}, last_day(*counts));
  if (sum.add({"fuzz", *counts})) (void)sum.finish();
  return 0;
}
