#pragma once

#include <cstdint>

#include "tillcue/core/result.hpp"

namespace tillcue::format {

/// What may be wrong with a bundle. Plain numbers, so that a terminal without a heap can report them too.
enum class Fault : std::uint8_t {
  none,
  short_file,  ///< shorter than a header and its table
  too_large,   ///< above 1 GiB
  magic,
  version,
  header_size,
  section_count,
  file_size,  ///< the header names another size: truncated or grown
  header_checksum,
  bounds,     ///< a section or something in it reaches outside
  alignment,  ///< sections do not follow each other at multiples of 8, or padding is not 0
  duplicate,  ///< a section that is there twice
  checksum,
  unknown_required,
  section_version,
  missing,
  record_size,
  count,      ///< a number of records or entries that breaks a limit or another section's
  order,      ///< a list that must ascend does not
  reference,  ///< an item, category or text that does not exist
  value,      ///< a field outside its documented range
  text,       ///< not UTF-8, too long, or an empty identifier
};

/// The first fault found: what, in which section (0: header or table) and at which byte of that section.
struct Finding {
  Fault fault = Fault::none;
  std::uint32_t section = 0;
  std::uint64_t offset = 0;

  [[nodiscard]] bool ok() const noexcept { return fault == Fault::none; }
};

/// The finding as an error: corrupt (fetch it again) or unsupported (update this program).
[[nodiscard]] Error to_error(Finding const& finding);

}  // namespace tillcue::format
