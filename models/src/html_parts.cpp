#include "html_parts.hpp"

#include "report_page.hpp"

namespace tillcue::models {
namespace {

/// JSON inside a script element must not end it.
std::string harmless(std::string const& json) {
  std::string out;
  for (char const c : json) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return escaped(text);
}

std::string filled(std::string_view page, std::vector<std::pair<std::string_view, std::string>> const& parts) {
  std::string out;
  for (;;) {
    auto const open = page.find('@');
    auto const close = open == page.npos ? open : page.find('@', open + 1);
    if (close == page.npos) return out.append(page);
    auto const name = page.substr(open + 1, close - open - 1);
    std::string const* value = nullptr;
    for (auto const& part : parts) {
      if (part.first == name) value = &part.second;
    }
    out.append(page.substr(0, value != nullptr ? open : close));
    if (value != nullptr) out += *value;
    page.remove_prefix(value != nullptr ? close + 1 : close);
  }
}

std::string page(PageParts const& parts) {
  return filled(page_part("page"), {{"title", escaped(parts.title)},
                                    {"heading", escaped(parts.heading)},
                                    {"style", std::string(page_part("style"))},
                                    {"where", sentence(parts.where)},
                                    {"caution", escaped(parts.caution)},
                                    {"sections", parts.sections},
                                    {"figures", harmless(parts.figures)},
                                    {"chart", std::string(page_part("chart"))},
                                    {"script", std::string(page_part("script"))}});
}

}  // namespace tillcue::models
