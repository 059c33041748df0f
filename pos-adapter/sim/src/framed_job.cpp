#include "framed_job.hpp"

#include <algorithm>

#include "tillcue/pos/printed_text.hpp"

namespace tillcue::pos::sim {
namespace {

std::string repeated(std::string const& piece, std::size_t times) {
  std::string out;
  while (times-- > 0) out += piece;
  return out;
}

std::string spaces(std::size_t width, std::size_t used) { return std::string(width - std::min(width, used), ' '); }

}  // namespace

std::string framed_job(std::span<std::byte const> job, PrinterProfile const& profile, std::string const& title) {
  auto printed = read_printed(job, profile, Letters::to_scale);
  if (!printed.lines.empty() && printed.lines.back() == "--- cut ---") printed.lines.pop_back();  // the box ends there
  std::size_t const width = profile.columns;
  std::size_t const used = display_width(from_utf8(title)) + 3;
  std::string out = "┌─ " + title + " " + repeated("─", width + 2 - std::min(width + 2, used)) + "┐\n";
  for (auto const& line : printed.lines) {
    if (line == "--- cut ---") {
      out += "├" + repeated("╌", width + 2) + "┤\n";
      continue;
    }
    out += "│ " + line + spaces(width, display_width(from_utf8(line))) + " │\n";
  }
  return out + "└" + repeated("─", width + 2) + "┘\n";
}

}  // namespace tillcue::pos::sim
