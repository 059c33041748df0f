#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "format/bytes.hpp"
#include "format/crc32c.hpp"
#include "parcel/parcel_layout.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/core/parcel.hpp"

using namespace tillcue;

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::uint64_t kMost = 4U << 20U;

void open_and_use(std::span<std::byte const> parcel, std::span<std::byte const> base) {
  (void)parcel_info(parcel);
  auto const bundle = unpack_parcel(parcel, base, kMost);
  if (!bundle) return;
  if (bundle->size() > kMost) std::abort();
  // Made of anything, it need not be a bundle; when it is one, it can be packed again.
  if (!Bundle::from_bytes(*bundle)) return;
  auto const again = pack_parcel(*bundle, base);
  if (!again || unpack_parcel(*again, base) != *bundle) std::abort();
}

}  // namespace

/// u32 bytes of the base, the base, the parcel. As they are, and once more with the parcel's checksums made right, so
/// that mutations reach behind them.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const all = std::as_bytes(std::span(data, size));
  if (size < 4) return 0;
  std::size_t const wanted = format::load<std::uint32_t>(all.data());
  auto const base = all.subspan(4, wanted <= size - 4 ? wanted : 0);
  auto const behind = all.subspan(4 + base.size());
  open_and_use(behind, base);
  if (behind.size() < parcel::kHeaderBytes) return 0;
  Bytes parcel(behind.begin(), behind.end());
  auto const head = parcel::read_head(parcel);
  if (head && head->delta) {
    format::store(parcel.data() + parcel::kBaseBytesAt, std::uint64_t{base.size()});
    format::store(parcel.data() + parcel::kBaseChecksumAt, format::crc32c(base));
  }
  format::store(parcel.data() + parcel::kChecksumAt, parcel::checksum_of(parcel));
  open_and_use(parcel, base);
  return 0;
}
