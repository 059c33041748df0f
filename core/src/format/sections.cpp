#include "format/sections.hpp"

#include <algorithm>
#include <cstring>

#include "format/bytes.hpp"
#include "format/crc32c.hpp"

namespace tillcue::format {
namespace {

struct Known {
  std::uint32_t tag;
  std::uint16_t record;  // least bytes of a record; 0: not an array
  bool needed;           // 8 bytes in all: a controller has 8 KB for its code
};

constexpr std::array<Known, Sections::kCount> kKnown{{
    {kMeta, kMetaBytes, true},
    {kCategories, kCategoryBytes, true},
    {kItems, kItemBytes, true},
    {kStrings, 0, true},
    {kCodes, kCodeBytes, true},
    {kAffinity, 0, false},  // one of the two tables is
    {kPacked, 0, false},    // needed, see below
    {kEvidence, 0, false},
    {kBias, 0, true},
    {kPopular, kPopularBytes, true},
    {kCalibration, 0, true},
    {kSized, 0, false},
    {kPolicy, kPolicyBytes, true},
    {kCampaigns, kCampaignBytes, false},
    {kTargets, kTargetBytes, false},
    {kTexts, kTextBytes, false},
    {kSets, kSetBytes, false},
    {kPlans, kPlanBytes, false},
    {kRefs, kRefBytes, false},
    {kLadders, kLadderBytes, false},
    {kNever, kNeverBytes, false},
    {kBudgets, kBudgetBytes, false},
}};

std::size_t place_of(std::uint32_t tag) noexcept {
  std::size_t n = 0;
  while (n < kKnown.size() && kKnown[n].tag != tag) ++n;
  return n;
}

Finding check_header(std::span<std::byte const> file) noexcept {
  auto const at = [](Fault fault, std::size_t offset) { return Finding{fault, 0, offset}; };
  if (file.size() < header::kBytes) return at(Fault::short_file, file.size());
  if (std::memcmp(file.data(), kMagic.data(), kMagic.size()) != 0) return at(Fault::magic, 0);
  auto const* bytes = file.data();
  if (load<std::uint16_t>(bytes + header::kVersionAt) != kVersion) return at(Fault::version, header::kVersionAt);
  if (load<std::uint16_t>(bytes + header::kSizeAt) != header::kBytes) return at(Fault::header_size, header::kSizeAt);
  if (file.size() > kMaxFile) return at(Fault::too_large, header::kFileBytesAt);
  if (load<std::uint64_t>(bytes + header::kFileBytesAt) != file.size()) {
    return at(Fault::file_size, header::kFileBytesAt);
  }
  auto const sections = load<std::uint32_t>(bytes + header::kSectionsAt);
  if (sections == 0 || sections > kMaxSections) return at(Fault::section_count, header::kSectionsAt);
  auto const end = header::kBytes + sections * entry::kBytes;
  if (file.size() < end) return at(Fault::short_file, file.size());
  auto const crc = crc32c(file.subspan(header::kBytes, end - header::kBytes), crc32c(file.first(header::kChecksumAt)));
  if (load<std::uint32_t>(bytes + header::kChecksumAt) != crc) return at(Fault::header_checksum, header::kChecksumAt);
  if (load<std::uint32_t>(bytes + header::kReservedAt) != 0) return at(Fault::value, header::kReservedAt);
  return {};
}

bool all_zero(std::span<std::byte const> bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

// Where the next section must begin; every byte of the file belongs to exactly one section or its zero padding.
Finding check_place(std::span<std::byte const> file, std::byte const* record, std::uint64_t& next) noexcept {
  auto const tag = load<std::uint32_t>(record + entry::kTagAt);
  auto const offset = load<std::uint64_t>(record + entry::kOffsetAt);
  auto const length = load<std::uint64_t>(record + entry::kLengthAt);
  if (offset != next) return {Fault::alignment, tag, offset};
  if (length > file.size() || offset > file.size() - length) return {Fault::bounds, tag, offset};
  auto const end = offset + length;
  next = aligned8(end);
  if (next > file.size()) return {Fault::bounds, tag, offset};
  if (!all_zero(file.subspan(end, next - end))) return {Fault::alignment, tag, length};
  if (crc32c(file.subspan(offset, length)) != load<std::uint32_t>(record + entry::kChecksumAt)) {
    return {Fault::checksum, tag, 0};
  }
  return {};
}

Finding check_records(Section const& section, Known const& known) noexcept {
  if (known.record == 0) return section.record == 0 ? Finding{} : Finding{Fault::record_size, section.tag, 0};
  if (section.record < known.record || section.record > kMaxRecord || section.record % 4 != 0) {
    return {Fault::record_size, section.tag, 0};
  }
  if (section.bytes.size() % section.record != 0) return {Fault::record_size, section.tag, section.bytes.size()};
  return {};
}

Finding take(std::span<std::byte const> file, std::byte const* record, Sections& out) noexcept {
  auto const tag = load<std::uint32_t>(record + entry::kTagAt);
  auto const place = place_of(tag);
  if (place == kKnown.size()) {
    bool const required = (load<std::uint16_t>(record + entry::kFlagsAt) & entry::kRequired) != 0;
    return required ? Finding{Fault::unknown_required, tag, 0} : Finding{};
  }
  auto& section = out.known[place];
  if (section.present) return {Fault::duplicate, tag, 0};
  if (load<std::uint16_t>(record + entry::kVersionAt) != kSectionVersion) return {Fault::section_version, tag, 0};
  section = {
      tag, load<std::uint32_t>(record + entry::kRecordAt),
      file.subspan(load<std::uint64_t>(record + entry::kOffsetAt), load<std::uint64_t>(record + entry::kLengthAt)),
      true};
  return check_records(section, kKnown[place]);
}

}  // namespace

Section const& Sections::operator[](std::uint32_t tag) const noexcept { return known[place_of(tag)]; }

Finding read_sections(std::span<std::byte const> file, Sections& out) noexcept {
  if (auto found = check_header(file); !found.ok()) return found;
  auto const count = load<std::uint32_t>(file.data() + header::kSectionsAt);
  std::uint64_t next = header::kBytes + count * entry::kBytes;
  for (std::uint32_t n = 0; n < count; ++n) {
    auto const* record = file.data() + header::kBytes + n * entry::kBytes;
    if (auto found = check_place(file, record, next); !found.ok()) return found;
    if (auto found = take(file, record, out); !found.ok()) return found;
  }
  if (next != file.size()) return {Fault::bounds, 0, next};
  for (std::size_t n = 0; n < kKnown.size(); ++n) {
    if (kKnown[n].needed && !out.known[n].present) return {Fault::missing, kKnown[n].tag, 0};
  }
  bool const plain = out[kAffinity].present, packed = out[kPacked].present;
  if (plain == packed) return {plain ? Fault::duplicate : Fault::missing, kPacked, 0};
  return {};
}

}  // namespace tillcue::format
