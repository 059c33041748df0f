#include "counter_health.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace tillcue::terminal {
namespace {

/// Behind a bypass a slip may also find no place, which is nobody's fault: only these words are about the printer.
constexpr std::string_view kOfThePrinter[] = {"offline", "error light", "cutter jammed",
                                              "no connection to the printer"};

bool failed(std::string const& trouble, bool behind_bypass) {
  auto const says = [&](std::string_view word) { return trouble.find(word) != std::string::npos; };
  if (trouble.empty() || says("paper out") || says("cover open")) return false;
  return !behind_bypass || std::any_of(std::begin(kOfThePrinter), std::end(kOfThePrinter), says);
}

}  // namespace

std::map<std::string, std::int64_t> flags_of(CounterHealth const& health) {
  std::map<std::string, std::int64_t> flags;
  if (health.printer) {
    auto const& trouble = health.printer->trouble;
    flags["printer_paper_out"] = trouble.find("paper out") != std::string::npos ? 1 : 0;
    flags["printer_cover_open"] = trouble.find("cover open") != std::string::npos ? 1 : 0;
    flags["printer_failed"] = failed(trouble, health.print_line.has_value()) ? 1 : 0;
    flags["printer_paper_low"] = health.printer->paper_low ? 1 : 0;
  }
  if (health.customer_display) flags["customer_display_lost"] = *health.customer_display ? 0 : 1;
  if (health.print_line) flags["print_line_lost"] = *health.print_line ? 0 : 1;
  if (health.display_line) flags["display_line_lost"] = *health.display_line ? 0 : 1;
  return flags;
}

}  // namespace tillcue::terminal
