#include "plural.hpp"

#include <cstddef>
#include <string>

namespace tillcue {
namespace {

bool is_one_of(std::string_view language, std::string_view list) noexcept {
  for (std::size_t at = 0; language.size() == 2 && at + 2 <= list.size(); at += 3) {
    if (list.substr(at, 2) == language) return true;
  }
  return false;
}

std::string_view slavic(std::uint64_t ten, std::uint64_t hundred, bool one) noexcept {
  if (one) return "one";
  return ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14) ? "few" : "many";
}

std::string_view arabic(std::uint64_t n) noexcept {
  if (n == 0) return "zero";
  if (n <= 2) return n == 1 ? "one" : "two";
  if (n % 100 >= 3 && n % 100 <= 10) return "few";
  return n % 100 >= 11 ? "many" : "other";
}

std::string_view baltic(std::uint64_t ten, std::uint64_t hundred, bool latvian) noexcept {
  bool const teen = hundred >= 11 && hundred <= 19;
  if (ten == 1 && hundred != 11) return "one";
  if (latvian) return ten == 0 || teen ? "zero" : "other";
  return ten >= 2 && !teen ? "few" : "other";
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view plural_of(std::uint64_t n, std::string_view language) noexcept {
  auto const ten = n % 10, hundred = n % 100;
  if (is_one_of(language, "ja zh ko vi th")) return "other";
  if (is_one_of(language, "fr pt")) return n <= 1 ? "one" : "other";
  if (is_one_of(language, "ru uk be")) return slavic(ten, hundred, ten == 1 && hundred != 11);
  if (language == "pl") return slavic(ten, hundred, n == 1);
  if (is_one_of(language, "cs sk")) return n == 1 ? "one" : n >= 2 && n <= 4 ? "few" : "other";
  if (is_one_of(language, "lt lv")) return baltic(ten, hundred, language == "lv");
  if (language == "ro") return n == 1 ? "one" : n == 0 || (hundred >= 1 && hundred <= 19) ? "few" : "other";
  if (language == "ar") return arabic(n);
  return n == 1 ? "one" : "other";
}

std::size_t behind_closing(std::string_view text, std::size_t open) noexcept {
  std::size_t depth = 0;
  for (auto at = open; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return at + 1;
  }
  return std::string_view::npos;
}

std::string_view plural_case(std::string_view cases, std::uint64_t number, std::string_view language) noexcept {
  auto const category = plural_of(number, language);
  std::string_view fits, other;
  while (!(cases = trimmed(cases)).empty()) {
    auto const open = cases.find('{');
    if (open == std::string_view::npos) return {};
    auto const end = behind_closing(cases, open);
    if (end == std::string_view::npos) return {};
    auto const name = trimmed(cases.substr(0, open));
    auto const text = cases.substr(open + 1, end - open - 2);
    if (!name.empty() && name.front() == '=') {
      // An exact number goes before every category.
      if (name.substr(1) == std::to_string(number)) return text;
    } else if (name == category) {
      fits = text;
    }
    if (name == "other") other = text;
    cases.remove_prefix(end);
  }
  return fits.data() != nullptr ? fits : other;
}

}  // namespace tillcue
