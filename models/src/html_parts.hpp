#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tillcue::models {

/// What the pages of reports are made of.

std::string escaped(std::string_view text);
/// Escaped, with a capital in front.
std::string sentence(std::string text);

struct Cell {
  std::string text;
  std::string look{};  ///< CSS class
};

/// Header row, then rows whose first cell is their name.
class HtmlTable {
 public:
  HtmlTable(std::string_view caption, std::vector<std::string> const& headings) {
    auto const text = escaped(caption);
    out_ = "<p class=\"caption\">" + text + "</p><div class=\"wide\"><table aria-label=\"" + text + "\"><thead><tr>";
    for (auto const& heading : headings) out_ += "<th scope=\"col\">" + escaped(heading) + "</th>";
    out_ += "</tr></thead><tbody>";
  }
  void row(std::string_view name, std::vector<Cell> const& cells) {
    out_ += "<tr><th scope=\"row\">" + escaped(name) + "</th>";
    for (auto const& cell : cells) {
      out_ += cell.look.empty() ? "<td>" : "<td class=\"" + cell.look + "\">";
      out_ += escaped(cell.text) + "</td>";
    }
    out_ += "</tr>";
  }
  std::string take() { return std::move(out_) + "</tbody></table></div>"; }

 private:
  std::string out_;
};

/// Replaces each "@name@" of the template once, from front to back, so that what is filled in is never searched.
std::string filled(std::string_view page, std::vector<std::pair<std::string_view, std::string>> const& parts);
struct PageParts {
  std::string_view title, heading;
  std::string where, caution, sections, figures;  ///< figures: JSON, for the charts
};
/// A page that needs nothing else.
std::string page(PageParts const& parts);

}  // namespace tillcue::models
