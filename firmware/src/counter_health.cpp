#include "counter_health.hpp"

namespace tillcue::terminal {

std::map<std::string, std::int64_t> flags_of(CounterHealth const& health) {
  std::map<std::string, std::int64_t> flags;
  if (health.printer) {
    auto const& trouble = health.printer->trouble;
    bool const paper = trouble.find("paper out") != std::string::npos;
    bool const cover = !paper && trouble.find("cover open") != std::string::npos;
    flags["printer_paper_out"] = paper ? 1 : 0;
    flags["printer_cover_open"] = cover ? 1 : 0;
    flags["printer_failed"] = !trouble.empty() && !paper && !cover ? 1 : 0;
    flags["printer_paper_low"] = health.printer->paper_low ? 1 : 0;
  }
  if (health.customer_display) flags["customer_display_lost"] = *health.customer_display ? 0 : 1;
  if (health.print_line) flags["print_line_lost"] = *health.print_line ? 0 : 1;
  if (health.display_line) flags["display_line_lost"] = *health.display_line ? 0 : 1;
  return flags;
}

}  // namespace tillcue::terminal
