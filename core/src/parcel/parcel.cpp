#include "tillcue/core/parcel.hpp"

#include <optional>
#include <string>

#include "format/bytes.hpp"
#include "format/check.hpp"
#include "format/crc32c.hpp"
#include "format/output.hpp"
#include "parcel/bundle_content.hpp"
#include "parcel/parcel_layout.hpp"
#include "parcel/zstd_bytes.hpp"

namespace tillcue {
namespace {

using Bytes = std::vector<std::byte>;

Result<format::Parts> checked(std::span<std::byte const> bytes, char const* which) {
  format::Parts parts;
  if (auto const found = format::check(bytes, parts); !found.ok()) {
    return tl::unexpected(format::to_error(found).within(which));
  }
  return parts;
}

/// The base as a delta needs it; none when there is none.
Result<std::optional<parcel::Base>> open_base(std::span<std::byte const> bytes) {
  if (bytes.empty()) return std::optional<parcel::Base>{};
  auto const parts = checked(bytes, "base");
  if (!parts) return tl::unexpected(parts.error());
  return std::optional(parcel::Base{*parts, {}, {}});
}

std::string described(std::uint64_t size, std::uint32_t checksum) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = std::to_string(size) + " bytes with checksum ";
  for (int n = 28; n >= 0; n -= 4) text += kDigits[checksum >> n & 15U];
  return text;
}

Result<void> check_base(parcel::Head const& head, std::span<std::byte const> base) {
  auto const wanted = described(head.base_bytes, head.base_checksum);
  if (!head.delta) return {};
  if (base.empty()) {
    return fail(Code::not_found, "parcel: holds only what is new against a bundle of " + wanted + "; give that base");
  }
  auto const checksum = format::crc32c(base);
  if (base.size() == head.base_bytes && checksum == head.base_checksum) return {};
  return fail(Code::invalid, "parcel: was made against a bundle of " + wanted + ", not against this base of " +
                                 described(base.size(), checksum) + "; give that one, or fetch the whole bundle");
}

}  // namespace

Result<Bytes> parcel::pack(std::span<std::byte const> bundle, std::span<std::byte const> base, Versions versions) {
  if (auto const parts = checked(bundle, "bundle"); !parts) return tl::unexpected(parts.error());
  auto opened = open_base(base);
  if (!opened) return tl::unexpected(opened.error());
  bool const delta = opened->has_value();
  auto content = parcel::content_of(bundle, delta ? &**opened : nullptr, versions);
  auto const prefix = delta ? parcel::prefix_of(base) : Bytes{};
  auto frame = parcel::compress(content.bytes, prefix);
  if (frame && !content.newest.empty()) {
    auto newest = parcel::compress(content.newest, prefix);
    if (newest && (versions.first == parcel::kVersion || newest->size() < frame->size())) {
      frame = std::move(newest);
      content.bytes = std::move(content.newest);
      content.version = parcel::kVersion;
    }
  }
  if (!frame) return tl::unexpected(frame.error());
  format::Output out;
  for (auto const letter : parcel::kMagic) out.put(static_cast<std::uint8_t>(letter));
  out.put(content.version);
  out.put(static_cast<std::uint16_t>(parcel::kHeaderBytes));
  out.put(std::uint32_t{delta ? 1U : 0U});
  out.put(std::uint64_t{bundle.size()});
  out.put(std::uint64_t{base.size()});
  out.put(format::crc32c(bundle));
  out.put(delta ? format::crc32c(base) : 0U);
  out.put(static_cast<std::uint32_t>(content.bytes.size()));
  out.put(static_cast<std::uint32_t>(frame->size()));
  out.put(static_cast<std::uint32_t>(content.table.size()));
  out.put(static_cast<std::uint32_t>(content.bias.size()));
  out.zeros(8);
  out.append(*frame);
  out.append(content.table);
  out.append(content.bias);
  format::store(out.at(parcel::kChecksumAt), parcel::checksum_of(out.bytes()));
  return out.take();
}

Result<Bytes> pack_parcel(std::span<std::byte const> bundle, std::span<std::byte const> base) {
  return parcel::pack(bundle, base, {});
}

Result<Bytes> unpack_parcel(std::span<std::byte const> parcel, std::span<std::byte const> base,
                            std::uint64_t most_bytes, std::stop_token const& stop) {
  auto const head = parcel::read_head(parcel);
  if (!head) return tl::unexpected(head.error());
  if (parcel::checksum_of(parcel) != format::load<std::uint32_t>(parcel.data() + parcel::kChecksumAt)) {
    return fail(Code::corrupt, "parcel: damaged, its checksum is another; fetch it again");
  }
  if (head->bundle_bytes > most_bytes) {
    return fail(Code::invalid, "parcel: the bundle would be " + std::to_string(head->bundle_bytes) + " bytes, above " +
                                   std::to_string(most_bytes) + "; allow more or build a smaller one");
  }
  if (auto const right = check_base(*head, base); !right) return tl::unexpected(right.error());
  auto opened = open_base(head->delta ? base : std::span<std::byte const>{});
  if (!opened) return tl::unexpected(opened.error());
  bool const delta = opened->has_value();
  auto content = parcel::expand(head->frame, delta ? parcel::prefix_of(base) : Bytes{}, head->content_bytes);
  if (!content) return content;
  auto bundle = parcel::bundle_of(std::move(*content), head->table, head->bias, head->bundle_bytes,
                                  delta ? &**opened : nullptr, head->version, stop);
  if (stop.stop_requested()) return fail(Code::busy, "parcel: opening it was broken off");
  if (bundle && format::crc32c(*bundle) != head->bundle_checksum) {
    return fail(Code::corrupt, "parcel: what came out is not what was packed; fetch it again");
  }
  return bundle;
}

Result<ParcelInfo> parcel_info(std::span<std::byte const> parcel) {
  auto const head = parcel::read_head(parcel);
  if (!head) return tl::unexpected(head.error());
  ParcelInfo info;
  info.delta = head->delta;
  info.bundle_bytes = head->bundle_bytes;
  info.base_bytes = head->base_bytes;
  info.base_checksum = head->base_checksum;
  info.table_bytes = head->table.size();
  info.bias_bytes = head->bias.size();
  info.rest_bytes = parcel.size() - info.table_bytes - info.bias_bytes;
  return info;
}

}  // namespace tillcue
