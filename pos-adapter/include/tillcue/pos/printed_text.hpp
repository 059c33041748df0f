#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tillcue/pos/escpos.hpp"
#include "tillcue/pos/printer_profile.hpp"

namespace tillcue::pos {

/// A print job as a person would read it.
struct PrintedJob {
  std::vector<std::string> lines;           ///< UTF-8; symbols as "[CODE128 123]", "[QR text]", "[image 192x80]"
  std::vector<std::uint64_t> cuts;          ///< offsets in the job
  std::vector<std::uint64_t> drawer_kicks;  ///< offsets in the job
  unsigned unknown = 0;                     ///< commands the reader does not know
  bool truncated = false;                   ///< the job ends inside a command

  [[nodiscard]] std::string text() const;  ///< the lines, each ended by '\n'
};

enum class Letters : std::uint8_t {
  plain,     ///< "TOTAL": fit for searching; a large line is centred by the letters as written
  to_scale,  ///< "T O T A L" in double width: as much room as on paper
};

/// Reads a whole job: code pages by the profile, alignment and column positions by its width. A cut shows as a line
/// "--- cut ---"; what goes to a pass-through display (ESC = 2) is not on paper and left out.
/// Limits  at most 10,000 lines; the rest is counted nowhere and not shown.  Errors  none: see Tokenizer.
PrintedJob read_printed(std::span<std::byte const> job, PrinterProfile const& profile, Letters letters = Letters::plain,
                        Dialect dialect = Dialect::escpos);

}  // namespace tillcue::pos
