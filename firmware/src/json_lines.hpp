#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tillcue::terminal {

/// Where each value of a JSON text begins: dotted path ("store.currency") -> line, counted from 1.
/// The parsed tree does not keep positions, and an error without its line is half an error.
/// Empty when the text is not JSON (json_fault says that better).
std::map<std::string, int> json_lines(std::string_view text);
/// What stands in one group a second time, by its path, with that line: the parsed tree silently has the last one only.
std::vector<std::pair<std::string, int>> json_repeats(std::string_view text);

struct JsonFault {
  int line = 1;
  std::string what;
};
/// Where and why a text is not JSON.
JsonFault json_fault(std::string_view text);

}  // namespace tillcue::terminal
