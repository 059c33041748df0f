#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// Every number of core/FORMAT.md, shared by the reader and the writer.
namespace tillcue::format {

inline constexpr std::array<unsigned char, 8> kMagic{'T', 'I', 'L', 'L', 'C', 'U', 'E', 0x1A};
inline constexpr std::uint16_t kVersion = 1;

namespace header {
inline constexpr std::size_t kVersionAt = 8;     // u16
inline constexpr std::size_t kSizeAt = 10;       // u16, bytes of the header: the table follows
inline constexpr std::size_t kSectionsAt = 12;   // u32
inline constexpr std::size_t kFileBytesAt = 16;  // u64
inline constexpr std::size_t kReservedAt = 24;   // u32, 0
inline constexpr std::size_t kChecksumAt = 28;   // u32 over the bytes before it and the section table
inline constexpr std::size_t kBytes = 32;
}  // namespace header

namespace entry {
inline constexpr std::size_t kTagAt = 0;        // 4 characters
inline constexpr std::size_t kVersionAt = 4;    // u16
inline constexpr std::size_t kFlagsAt = 6;      // u16
inline constexpr std::size_t kOffsetAt = 8;     // u64
inline constexpr std::size_t kLengthAt = 16;    // u64
inline constexpr std::size_t kRecordAt = 24;    // u32, 0: not an array of records
inline constexpr std::size_t kChecksumAt = 28;  // u32
inline constexpr std::size_t kBytes = 32;
inline constexpr std::uint16_t kRequired = 1;
}  // namespace entry

/// A section's tag as the little-endian number its four characters make.
constexpr std::uint32_t tag(char const (&text)[5]) noexcept {
  std::uint32_t value = 0;
  for (std::size_t n = 4; n-- > 0;) value = value << 8U | static_cast<unsigned char>(text[n]);
  return value;
}

inline constexpr std::uint32_t kMeta = tag("META"), kCategories = tag("CATS"), kItems = tag("ITEM"),
                               kStrings = tag("STRS"), kCodes = tag("CODE"), kAffinity = tag("AFFN"),
                               kPacked = tag("AFFP"), kBias = tag("BIAS"), kPopular = tag("POPU"),
                               kCalibration = tag("CALI"), kPolicy = tag("PLCY"), kCampaigns = tag("CAMP"),
                               kTargets = tag("CTGT"), kTexts = tag("TEXT"), kSets = tag("SETS"), kPlans = tag("CMPN"),
                               kRefs = tag("CREF"), kLadders = tag("LADR"), kNever = tag("NEVR"),
                               kBudgets = tag("BDGT"), kSized = tag("CSIZ"), kEvidence = tag("EVID");
inline constexpr std::uint16_t kSectionVersion = 1;  // of all of them

/// Bytes of a record as this version writes it; a reader takes longer ones and ignores the tail.
inline constexpr std::uint32_t kMetaBytes = 56, kCategoryBytes = 4, kItemBytes = 32, kCodeBytes = 8, kPopularBytes = 4,
                               kPolicyBytes = 24, kCampaignBytes = 64, kTargetBytes = 4, kTextBytes = 12,
                               kPointBytes = 8, kSetBytes = 28, kPlanBytes = 152, kRefBytes = 4, kLadderBytes = 16,
                               kNeverBytes = 8, kBudgetBytes = 40;
/// Records that have grown since version 1 was first written: what follows is absent in older files.
inline constexpr std::uint32_t kPolicyGrown = 52, kCategoryGrown = 8;
inline constexpr std::size_t kAffinityHeader = 16, kBiasHeader = 8, kCalibrationHeader = 8, kSizedHeader = 4;

inline constexpr std::uint64_t kMaxFile = std::uint64_t{1} << 30U;
inline constexpr std::uint32_t kMaxSections = 64;
inline constexpr std::uint32_t kMaxRecord = 4096;
inline constexpr std::uint32_t kMaxItems = 0xFF'FFFF;
inline constexpr std::uint32_t kMaxWideIds = 0x1'0000;  // up to here ids have 2 bytes, above 3
inline constexpr std::uint32_t kMaxCategories = 0xFFFF;
inline constexpr std::uint32_t kMaxString = 4096;
inline constexpr std::uint32_t kMaxRow = 4096;
inline constexpr std::uint32_t kMaxPopular = 1024;
inline constexpr std::uint32_t kMaxMaps = 64;
inline constexpr std::uint32_t kMaxPoints = 4096;  // of one map
inline constexpr std::uint32_t kMaxSizeGroups = 32;
inline constexpr std::uint32_t kMaxProbabilities = 255;  // that one byte tells apart
inline constexpr std::uint32_t kMaxCampaigns = 0xFFFE;
inline constexpr std::uint32_t kMaxTexts = 0xFFFF;
inline constexpr std::uint32_t kMaxSets = 0xFFFF;
inline constexpr std::uint32_t kMaxExtras = 3;
inline constexpr std::uint32_t kMaxRefs = 0xFF'FFFF;
inline constexpr std::uint32_t kMaxLadders = 0xFF'FFFF;
inline constexpr std::uint32_t kMaxNever = 0xFF'FFFF;
inline constexpr std::uint32_t kMaxBudgets = 2 * kMaxCampaigns;  // its own and its partner's
inline constexpr std::uint32_t kIsCategory = 0x8000'0000;        // of a key in NEVR
inline constexpr std::uint32_t kNoExtra = 0xFFFF'FFFF;
inline constexpr std::uint32_t kNoCategory = 0xFFFF'FFFF;
inline constexpr std::int64_t kNoPrice = -1;
/// P in millionths times a price stays below 2^63.
inline constexpr std::int64_t kMaxPrice = 1'000'000'000'000;

/// The packed affinity table.
inline constexpr std::size_t kPackedHeader = 16;
inline constexpr std::size_t kPackedTail = 32;  // zero bytes behind the last row: a reader may load that far
inline constexpr unsigned kLeastWeightBits = 4, kMostWeightBits = 8;
inline constexpr unsigned kMaxGapBits = 24;
inline constexpr unsigned kMaxBlockShift = 6;
inline constexpr std::uint32_t kLongCount = 255;  // a row's count in one byte, above 254 in two more
inline constexpr std::int32_t kMaxLevel = 2'047;
inline constexpr unsigned kMaxScaleCode = 191;

/// The scale a row's code stands for: 5 bits of mantissa, 1..1,008.
constexpr std::uint32_t scale_of_code(unsigned code) noexcept {
  return code < 32 ? code : (32U + (code & 31U)) << ((code >> 5U) - 1U);
}
static_assert(scale_of_code(kMaxScaleCode) == 1'008);

/// A score is one bias and at most kMaxScored weights x scale. With these limits it fits int32, because
///   512 * 128 * 16,383 + 32,768 * 32,767 = 2,147,385,344 < 2^31 - 1 = 2,147,483,647,
/// and so does every partial sum, in whatever order items come and go.
inline constexpr std::size_t kMaxScored = 512;
inline constexpr std::uint16_t kMaxRowScale = 16'383;
inline constexpr std::uint32_t kMaxBiasScale = 32'767;
static_assert(std::int64_t{kMaxScored} * 128 * kMaxRowScale + std::int64_t{32'768} * kMaxBiasScale < 0x7FFF'FFFF);
/// The packed table keeps the same bound: 2,047 * 1,008 < 128 * 16,383. And twice a sum of weights fits as well, which
/// leaves the scorer a bit to mark what it touched.
static_assert(std::int64_t{kMaxLevel} * scale_of_code(kMaxScaleCode) <= std::int64_t{128} * kMaxRowScale);
static_assert(2 * std::int64_t{kMaxScored} * 128 * kMaxRowScale + 1 < 0x7FFF'FFFF);

}  // namespace tillcue::format
