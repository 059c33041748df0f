#include "parcel/parcel_layout.hpp"

#include <cstring>
#include <string>

#include "format/bytes.hpp"
#include "format/crc32c.hpp"
#include "format/layout.hpp"

namespace tillcue::parcel {

using format::load;

Result<Head> read_head(std::span<std::byte const> parcel) {
  auto const corrupt = [](char const* what) { return fail(Code::corrupt, std::string("parcel: ") + what); };
  if (parcel.size() < kHeaderBytes) return corrupt("shorter than its header of 64 bytes; fetch it again");
  auto const* const at = parcel.data();
  if (std::memcmp(at, kMagic.data(), kMagic.size()) != 0) {
    return corrupt("does not begin like one; tillcue-models pack makes them");
  }
  auto const version = load<std::uint16_t>(at + kVersionAt);
  if (version < kFirstVersion || version > kVersion) {
    return fail(Code::unsupported, "parcel: version " + std::to_string(version) + "; update this program");
  }
  if (load<std::uint16_t>(at + kHeaderBytesAt) != kHeaderBytes || load<std::uint32_t>(at + kReservedAt) != 0) {
    return corrupt("a header of another size; fetch it again");
  }
  auto const kind = load<std::uint32_t>(at + kKindAt);
  if (kind > 1) return fail(Code::unsupported, "parcel: kind " + std::to_string(kind) + "; update this program");
  Head head;
  head.version = version;
  head.delta = kind == 1;
  head.bundle_bytes = load<std::uint64_t>(at + kBundleBytesAt);
  head.base_bytes = load<std::uint64_t>(at + kBaseBytesAt);
  head.bundle_checksum = load<std::uint32_t>(at + kBundleChecksumAt);
  head.base_checksum = load<std::uint32_t>(at + kBaseChecksumAt);
  head.content_bytes = load<std::uint32_t>(at + kContentBytesAt);
  std::uint64_t const frame = load<std::uint32_t>(at + kFrameBytesAt), table = load<std::uint32_t>(at + kTableBytesAt),
                      bias = load<std::uint32_t>(at + kBiasBytesAt);
  if (kHeaderBytes + frame + table + bias != parcel.size()) {
    return corrupt("another size than its header says: cut short or grown; fetch it again");
  }
  // The content has every section at most once in full, a byte more for each and the length of the extra codes.
  if (head.bundle_bytes > format::kMaxFile || head.content_bytes > head.bundle_bytes + format::kMaxSections + 4) {
    return corrupt("sizes that no bundle has; fetch it again");
  }
  head.frame = parcel.subspan(kHeaderBytes, frame);
  head.table = parcel.subspan(kHeaderBytes + frame, table);
  head.bias = parcel.subspan(kHeaderBytes + frame + table, bias);
  return head;
}

std::uint32_t checksum_of(std::span<std::byte const> parcel) noexcept {
  return format::crc32c(parcel.subspan(kHeaderBytes), format::crc32c(parcel.first(kChecksumAt)));
}

}  // namespace tillcue::parcel
