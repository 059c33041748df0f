#include "format/output.hpp"

#include <span>

#include "format/crc32c.hpp"
#include "format/layout.hpp"

namespace tillcue::format {

void FileOutput::add(std::uint32_t tag, std::uint32_t record, Output content, bool required) {
  parts_.push_back({tag, record, std::move(content), required});
}

std::vector<std::byte> FileOutput::finish() const {
  Output file;
  file.zeros(header::kBytes + parts_.size() * entry::kBytes);
  for (std::size_t n = 0; n < parts_.size(); ++n) {
    auto const& part = parts_[n];
    auto const at = header::kBytes + n * entry::kBytes;
    auto const offset = file.size();
    file.append(part.content.bytes());
    file.align8();
    store(file.at(at + entry::kTagAt), part.tag);
    store(file.at(at + entry::kVersionAt), kSectionVersion);
    store(file.at(at + entry::kFlagsAt), static_cast<std::uint16_t>(part.required ? entry::kRequired : 0));
    store(file.at(at + entry::kOffsetAt), static_cast<std::uint64_t>(offset));
    store(file.at(at + entry::kLengthAt), static_cast<std::uint64_t>(part.content.size()));
    store(file.at(at + entry::kRecordAt), part.record);
    store(file.at(at + entry::kChecksumAt), crc32c(part.content.bytes()));
  }
  for (std::size_t n = 0; n < kMagic.size(); ++n) store(file.at(n), kMagic[n]);
  store(file.at(header::kVersionAt), kVersion);
  store(file.at(header::kSizeAt), static_cast<std::uint16_t>(header::kBytes));
  store(file.at(header::kSectionsAt), static_cast<std::uint32_t>(parts_.size()));
  store(file.at(header::kFileBytesAt), static_cast<std::uint64_t>(file.size()));
  auto const table = std::span<std::byte const>(file.bytes()).subspan(header::kBytes, parts_.size() * entry::kBytes);
  auto const head = std::span<std::byte const>(file.bytes()).first(header::kChecksumAt);
  store(file.at(header::kChecksumAt), crc32c(table, crc32c(head)));
  return file.take();
}

}  // namespace tillcue::format
