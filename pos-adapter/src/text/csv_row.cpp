#include "text/csv_row.hpp"

#include <algorithm>

namespace tillcue::pos {
namespace {

/// Reads a quoted cell; `at` stands behind the opening quote and ends behind the closing one.
Result<std::string> quoted(std::string_view line, std::size_t& at) {
  std::string cell;
  for (; at < line.size(); ++at) {
    if (line[at] != '"') {
      cell += line[at];
    } else if (at + 1 < line.size() && line[at + 1] == '"') {
      cell += line[at++];
    } else {
      ++at;
      return cell;
    }
  }
  return fail(Code::invalid, "a quote is not closed on its line");
}

}  // namespace

Result<std::vector<std::string>> csv_row(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  std::vector<std::string> cells;
  for (std::size_t at = 0;;) {
    std::string cell;
    if (at < line.size() && line[at] == '"') {
      auto text = quoted(line, ++at);
      if (!text) return tl::unexpected(text.error());
      cell = std::move(*text);
      if (at < line.size() && line[at] != ',') return fail(Code::invalid, "something stands behind a closing quote");
    } else {
      auto const end = std::min(line.find(',', at), line.size());
      cell = line.substr(at, end - at);
      at = end;
    }
    cells.push_back(std::move(cell));
    if (at >= line.size()) return cells;
    ++at;  // the comma
  }
}

}  // namespace tillcue::pos
