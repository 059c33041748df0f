#include "hq_columns.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tillcue::sync {
namespace {

bool begins_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

struct Cut {
  std::string text;
  std::size_t columns = 0;
};

Cut cut(std::string_view text, std::size_t width) {
  Cut result;
  std::size_t last_begin = 0;
  for (char const c : printable(text)) {
    if (begins_code_point(c)) {
      if (result.columns == width) {
        result.text.resize(last_begin);
        result.text += '~';
        return result;
      }
      last_begin = result.text.size();
      ++result.columns;
    }
    result.text += c;
  }
  return result;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t n = 0; n < text.size(); ++n) {
    auto const c = static_cast<unsigned char>(text[n]);
    auto const next = n + 1 < text.size() ? static_cast<unsigned char>(text[n + 1]) : 0U;
    // U+0080 to U+009F are control characters too: some terminals take U+009B for ESC [.
    bool const upper = c == 0xC2 && next >= 0x80 && next < 0xA0;
    out += upper || c < 0x20 || c == 0x7F ? '?' : text[n];
    if (upper) ++n;
  }
  return out;
}

std::string left(std::string_view text, std::size_t width) {
  auto result = cut(text, width);
  return result.text + std::string(width - result.columns, ' ');
}

std::string right(std::string_view text, std::size_t width) {
  auto result = cut(text, width);
  return std::string(width - result.columns, ' ') + result.text;
}

std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return text;
}

std::string counted(std::uint64_t number, std::string_view singular) {
  return grouped(number) + ' ' + std::string(singular) + (number == 1 ? "" : "s");
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string wrapped(std::string_view raw, std::size_t indent, std::size_t width) {
  auto const clean = printable(raw);
  std::string_view text = clean;
  std::string out(indent, ' ');
  std::size_t column = indent;
  auto const room = std::max<std::size_t>(width, indent + 8) - indent;
  while (!text.empty()) {
    auto end = std::min(text.find(' '), text.size());
    bool const broken = end > room;
    if (broken) end = room;
    while (broken && end > 1 && !begins_code_point(text[end])) --end;
    if (column > indent && column + 1 + end > width) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + (broken ? 0 : 1), text.size()));
  }
  return out + '\n';
}

}  // namespace tillcue::sync
