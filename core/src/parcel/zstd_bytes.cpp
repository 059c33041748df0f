#include "parcel/zstd_bytes.hpp"

#include <algorithm>
#include <bit>
#include <memory>
#include <string>

#include <zstd.h>

namespace tillcue::parcel {
namespace {

constexpr int kLevel = 19;

tl::unexpected<Error> refused(Code code, std::size_t result) {
  return fail(code, std::string("parcel: zstd: ") + ZSTD_getErrorName(result));
}

struct Free {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

Result<std::vector<std::byte>> compress(std::span<std::byte const> bytes, std::span<std::byte const> prefix) {
  std::unique_ptr<ZSTD_CCtx, Free> const context(ZSTD_createCCtx());
  if (!context) return fail(Code::io, "parcel: no memory for zstd");
  auto const reach = static_cast<int>(std::bit_width(bytes.size() + prefix.size()));
  auto const bounds = ZSTD_cParam_getBounds(ZSTD_c_windowLog);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  // So that the frame can look back to the beginning of the prefix.
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, std::clamp(reach, bounds.lowerBound, bounds.upperBound));
  if (!prefix.empty()) ZSTD_CCtx_setParameter(context.get(), ZSTD_c_enableLongDistanceMatching, 1);
  ZSTD_CCtx_refPrefix(context.get(), prefix.data(), prefix.size());
  std::vector<std::byte> frame(ZSTD_compressBound(bytes.size()));
  auto const size = ZSTD_compress2(context.get(), frame.data(), frame.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) return refused(Code::io, size);
  frame.resize(size);
  return frame;
}

Result<std::vector<std::byte>> expand(std::span<std::byte const> frame, std::span<std::byte const> prefix,
                                      std::uint64_t size) {
  std::unique_ptr<ZSTD_DCtx, Free> const context(ZSTD_createDCtx());
  if (!context) return fail(Code::io, "parcel: no memory for zstd");
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, ZSTD_dParam_getBounds(ZSTD_d_windowLogMax).upperBound);
  ZSTD_DCtx_refPrefix(context.get(), prefix.data(), prefix.size());
  std::vector<std::byte> bytes(size);
  auto const got = ZSTD_decompressDCtx(context.get(), bytes.data(), bytes.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0) return refused(Code::corrupt, got);
  if (got != size) return fail(Code::corrupt, "parcel: holds another number of bytes than it says; fetch it again");
  return bytes;
}

}  // namespace tillcue::parcel
