#include "tillcue/pos/screen_theme.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>

namespace tillcue::pos {
namespace {

constexpr std::size_t kMaxTheme = std::size_t{16} * 1024;
constexpr std::size_t kMaxValue = 160;

/// One variable: its name and its built-in values in the light and in the dark theme.
struct Variable {
  std::string_view name;
  std::string_view light;
  std::string_view dark;
};
constexpr std::string_view kFont = R"("Noto Sans","DejaVu Sans","Segoe UI",Arial,sans-serif)";
constexpr std::array<Variable, 19> kVariables{{
    {"ground", "#f3f5f7", "#0f151b"},   {"panel", "#ffffff", "#19222b"},  {"line", "#7b8996", "#71808e"},
    {"ink", "#14202b", "#f2f5f7"},      {"soft", "#4a5865", "#b4c0ca"},   {"accent", "#0b6b3a", "#5fd394"},
    {"go", "#0b6b3a", "#5fd394"},       {"go-ink", "#ffffff", "#06210f"}, {"no", "#ffffff", "#19222b"},
    {"no-ink", "#14202b", "#f2f5f7"},   {"badge", "#9c1c1c", "#ffb4a8"},  {"badge-ink", "#ffffff", "#3b0a05"},
    {"good", "#0b7a42", "#5fd394"},     {"bad", "#b3261e", "#ff8a7a"},    {"warn", "#fff1c2", "#46380a"},
    {"warn-ink", "#4a3500", "#ffe9ad"}, {"focus", "#14202b", "#f2f5f7"},  {"font", kFont, kFont},
    {"radius", "0.5rem", "0.5rem"},
}};

/// What must be told apart, and how well: text 4.5, marks and borders 3 (WCAG 1.4.3, 1.4.11).
struct Pair {
  std::string_view front;
  std::string_view back;
  double least;
};
constexpr std::array<Pair, 15> kPairs{{
    {"ink", "ground", 4.5},
    {"ink", "panel", 4.5},
    {"soft", "ground", 4.5},
    {"soft", "panel", 4.5},
    {"go-ink", "go", 4.5},
    {"no-ink", "no", 4.5},
    {"badge-ink", "badge", 4.5},
    {"warn-ink", "warn", 4.5},
    {"good", "panel", 3},
    {"bad", "panel", 3},
    {"line", "panel", 3},
    {"line", "ground", 3},
    {"go", "panel", 3},
    {"focus", "panel", 3},
    {"focus", "ground", 3},
}};

using Values = std::array<std::string, kVariables.size()>;

std::size_t index_of(std::string_view name) {
  auto const same = [&](Variable const& variable) { return variable.name == name; };
  return static_cast<std::size_t>(std::find_if(kVariables.begin(), kVariables.end(), same) - kVariables.begin());
}

bool is_colour(std::string_view value) {
  auto const hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  return value.size() == 7 && value[0] == '#' && std::all_of(value.begin() + 1, value.end(), hex);
}

bool is_font(std::string_view value) {
  auto const fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == ',' ||
           c == '-' || c == '"';
  };
  return !value.empty() && std::all_of(value.begin(), value.end(), fine) &&
         std::count(value.begin(), value.end(), '"') % 2 == 0;
}

bool is_length(std::string_view value) {
  auto const digits = std::min(value.find_first_not_of("0123456789."), value.size());
  auto const unit = value.substr(digits);
  return digits >= 1 && digits <= 4 && value[0] != '.' && (unit == "px" || unit == "rem");
}

/// Why a value is none for this variable; nothing when it is one.
std::optional<std::string_view> complaint(std::string_view name, std::string_view value) {
  if (name == "font") {
    if (!is_font(value)) return "must be font names parted by commas, letters and digits only";
  } else if (name == "radius") {
    if (!is_length(value)) return "must be a length such as 8px or 0.5rem";
  } else if (!is_colour(value)) {
    return "must be a colour written #rrggbb";
  }
  return {};
}

/// Reads  light { --name: value; … }  dark { … }  with /* comments */.
class Reader {
 public:
  Reader(std::string_view text, std::string_view file) : rest_(text), file_(file) {
    for (std::size_t n = 0; n < kVariables.size(); ++n) light[n] = kVariables[n].light, dark[n] = kVariables[n].dark;
  }

  Result<void> read() {
    if (rest_.size() > kMaxTheme) return wrong("is larger than 16 KiB");
    for (skip(); !rest_.empty(); skip()) {
      auto const section = word();
      if (section != "light" && section != "dark") return wrong("expected \"light {\" or \"dark {\"");
      if (!take('{')) return wrong("expected { behind " + std::string(section));
      if (auto const done = block(section == "dark"); !done) return done;
    }
    // What is no colour holds for both themes, unless the dark one says otherwise.
    for (auto const n : {index_of("font"), index_of("radius")}) {
      if (dark[n] == kVariables[n].dark) dark[n] = light[n];
    }
    return legible(light, "light").and_then([this] { return legible(dark, "dark"); });
  }

  Values light;
  Values dark;

 private:
  Result<void> block(bool in_dark) {
    while (!take('}')) {
      if (rest_.substr(0, 2) != "--") return wrong("expected a variable such as --go: #0b6b3a; or }");
      rest_.remove_prefix(2);
      auto const name = word();
      auto const n = index_of(name);
      if (n == kVariables.size())
        return wrong("--" + std::string(name) + " is no variable of the page; SCREEN.md lists them");
      if (!take(':')) return wrong("expected : behind --" + std::string(name));
      auto const end = rest_.find_first_of(";}\n");
      if (end == std::string_view::npos || rest_[end] != ';')
        return wrong("expected ; behind the value of --" + std::string(name));
      auto value = rest_.substr(0, end);
      while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
      if (value.size() > kMaxValue) return wrong("--" + std::string(name) + " is longer than 160 bytes");
      if (auto const why = complaint(name, value)) return wrong("--" + std::string(name) + " " + std::string(*why));
      (in_dark ? dark : light)[n] = value;
      rest_.remove_prefix(end + 1);
    }
    return {};
  }

  Result<void> legible(Values const& values, std::string_view theme) const {
    for (auto const& pair : kPairs) {
      auto const ratio = contrast(values[index_of(pair.front)], values[index_of(pair.back)]);
      if (ratio >= pair.least) continue;
      std::array<char, 96> numbers{};
      std::snprintf(numbers.data(), numbers.size(), "%.1f:1, must be %.1f:1 at least", ratio, pair.least);
      return fail(Code::invalid, std::string(file_) + ": " + std::string(theme) + ": --" + std::string(pair.front) +
                                     " on --" + std::string(pair.back) + " has a contrast of " + numbers.data());
    }
    return {};
  }

  std::string_view word() {
    auto const end = std::min(rest_.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), rest_.size());
    auto const found = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return found;
  }

  /// The next character behind blanks and comments, and what follows it.
  bool take(char wanted) {
    skip();
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    skip();
    return true;
  }

  void skip() {
    for (;;) {
      if (rest_.substr(0, 2) == "/*") {
        auto const end = rest_.find("*/", 2);
        pass(end == std::string_view::npos ? rest_.size() : end + 2);
      } else if (!rest_.empty() && std::string_view(" \t\r\n").find(rest_[0]) != std::string_view::npos) {
        pass(1);
      } else {
        return;
      }
    }
  }

  void pass(std::size_t count) {
    line_ += std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count), '\n');
    rest_.remove_prefix(count);
  }

  [[nodiscard]] Result<void> wrong(std::string const& what) const {
    return fail(Code::invalid, std::string(file_) + ":" + std::to_string(line_) + ": " + what);
  }

  std::string_view rest_;
  std::string_view file_;
  std::ptrdiff_t line_ = 1;
};

std::string declarations(Values const& values) {
  std::string out;
  for (std::size_t n = 0; n < kVariables.size(); ++n)
    out += "--" + std::string(kVariables[n].name) + ":" + values[n] + ";";
  return out;
}

double linear(std::string_view colour, std::size_t at) {
  auto const digit = [&](std::size_t n) {
    auto const c = colour[n];
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
  };
  auto const part = static_cast<double>(digit(at) * 16 + digit(at + 1)) / 255.0;
  return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
}

double luminance(std::string_view colour) {
  return 0.2126 * linear(colour, 1) + 0.7152 * linear(colour, 3) + 0.0722 * linear(colour, 5);
}

}  // namespace

double contrast(std::string_view one, std::string_view other) {
  auto const [low, high] = std::minmax({luminance(one), luminance(other)});
  return (high + 0.05) / (low + 0.05);
}

Result<std::string> theme_css(std::string_view text, std::string_view file) {
  Reader reader(text, file);
  if (auto const done = reader.read(); !done) return tl::unexpected(done.error());
  auto const dark = declarations(reader.dark);
  return ":root{color-scheme:light dark;" + declarations(reader.light) +
         "}\n@media (prefers-color-scheme:dark){:root:not([data-theme=\"light\"]){" + dark +
         "}}\n:root[data-theme=\"light\"]{color-scheme:light}\n:root[data-theme=\"dark\"]{color-scheme:dark;" + dark +
         "}\n";
}

}  // namespace tillcue::pos
