#include "names/name_form.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "tillcue/core/letters.hpp"
#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos {
namespace {

bool digit(char32_t c) noexcept { return c >= U'0' && c <= U'9'; }

/// Appends words with single spaces between them.
struct Words {
  std::string text;
  void letter(std::string_view bytes) { text += bytes; }
  void gap() {
    if (!text.empty() && text.back() != ' ') text += ' ';
  }
  std::string done() {
    if (!text.empty() && text.back() == ' ') text.pop_back();
    return std::move(text);
  }
};

bool is_apostrophe(char32_t c) noexcept { return c == U'\'' || c == U'`' || c == U'\u2019' || c == U'\u00B4'; }

bool decimal_sign(std::u32string_view name, std::size_t at) noexcept {
  return (name[at] == U'.' || name[at] == U',') && at > 0 && at + 1 < name.size() && digit(name[at - 1]) &&
         digit(name[at + 1]);
}

/// Letters beyond ASCII, and what stands where one was lost, become '?'.
std::string skeleton(std::u32string_view name) {
  Words out;
  std::size_t letters = 0;
  std::size_t lost = 0;
  auto const is_letter = [&](std::size_t at) { return at < name.size() && !folded_letter(name[at]).text().empty(); };
  for (std::size_t at = 0; at < name.size(); ++at) {
    auto const c = name[at];
    auto const letter = folded_letter(c);
    bool const hole = c == U'\uFFFD' || (c == U'?' && ((at > 0 && is_letter(at - 1)) || is_letter(at + 1)));
    if (hole || (c >= 0x80 && !is_apostrophe(c))) {
      out.letter("?");
      ++lost;
    } else if (!letter.text().empty()) {
      out.letter(letter.text());
      ++letters;
    } else if (decimal_sign(name, at)) {
      out.letter(".");
    } else if (!is_apostrophe(c)) {
      out.gap();
    }
  }
  // What is mostly lost tells nothing; what has lost nothing needs no such form.
  return lost == 0 || lost * 3 > letters ? std::string() : out.done();
}

struct Unit {
  std::string_view spelling;
  std::string_view base;
  int thousandths;  ///< of the base
};

constexpr std::array kUnits{
    Unit{"g", "g", 1000},           Unit{"gr", "g", 1000},       Unit{"gm", "g", 1000},
    Unit{"grm", "g", 1000},         Unit{"gram", "g", 1000},     Unit{"grams", "g", 1000},
    Unit{"kg", "g", 1'000'000},     Unit{"kgs", "g", 1'000'000}, Unit{"kilo", "g", 1000'000},
    Unit{"ml", "ml", 1000},         Unit{"cl", "ml", 10'000},    Unit{"dl", "ml", 100'000},
    Unit{"l", "ml", 1'000'000},     Unit{"lt", "ml", 1000'000},  Unit{"ltr", "ml", 1'000'000},
    Unit{"liter", "ml", 1'000'000}, Unit{"г", "g", 1000},        Unit{"гр", "g", 1000},
    Unit{"litre", "ml", 1000'000},  Unit{"кг", "g", 1'000'000},  Unit{"мл", "ml", 1000},
    Unit{"л", "ml", 1'000'000},     Unit{"oz", "oz", 1000},      Unit{"lb", "lb", 1000},
    Unit{"pcs", "pc", 1000},        Unit{"pc", "pc", 1000},      Unit{"pce", "pc", 1000},
    Unit{"st", "pc", 1000},         Unit{"stk", "pc", 1000},     Unit{"шт", "pc", 1000},
    Unit{"pk", "pk", 1000},         Unit{"pack", "pk", 1000},    Unit{"pck", "pk", 1000},
};

/// "0.33" in thousandths; nothing for what is no such number.
bool read_number(std::string_view text, long long& thousandths) {
  auto const point = std::min(text.find('.'), text.size());
  auto const whole = text.substr(0, point);
  auto const part = point < text.size() ? text.substr(point + 1) : std::string_view{};
  if (whole.empty() || whole.size() > 5 || part.size() > 3) return false;
  long long value = 0;
  for (auto const c : std::string(whole) + std::string(part) + std::string(3 - part.size(), '0')) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  thousandths = value;
  return true;
}

std::string in_base(std::string_view number, std::string_view spelling) {
  long long amount = 0;
  auto const unit = std::find_if(kUnits.begin(), kUnits.end(), [&](Unit const& u) { return u.spelling == spelling; });
  if (unit == kUnits.end() || !read_number(number, amount)) return {};
  amount = amount * unit->thousandths / 1000;
  auto text = std::to_string(amount / 1000);
  if (amount % 1000 != 0) {
    auto part = std::to_string(1000 + amount % 1000).substr(1);
    while (part.back() == '0') part.pop_back();
    text += "." + part;
  }
  return text + std::string(unit->base);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find(' ', at), text.size());
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string_view number_part(std::string_view word) noexcept {
  auto const end =
      std::find_if_not(word.begin(), word.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return word.substr(0, static_cast<std::size_t>(end - word.begin()));
}

}  // namespace

std::string folded(std::u32string_view name) {
  Words out;
  for (std::size_t at = 0; at < name.size(); ++at) {
    auto const letter = folded_letter(name[at]);
    if (!letter.text().empty()) {
      out.letter(letter.text());
    } else if (decimal_sign(name, at)) {
      out.letter(".");
    } else if (!is_apostrophe(name[at])) {
      out.gap();
    }
  }
  return out.done();
}

std::string with_one_unit_spelling(std::string_view name) {
  auto const words = words_of(name);
  Words out;
  for (std::size_t n = 0; n < words.size(); ++n) {
    out.gap();
    auto const number = number_part(words[n]);
    auto text = in_base(number, words[n].substr(number.size()));
    if (text.empty() && number.size() == words[n].size() && n + 1 < words.size()) {
      text = in_base(number, words[n + 1]);
      if (!text.empty()) ++n;
    }
    out.letter(text.empty() ? words[n] : std::string_view(text));
  }
  return out.done();
}

std::u32string mended(std::u32string name) {
  std::string bytes;
  for (auto const c : name) {
    if (c > 0xFF) {
      auto const byte = encode(CodeTable::cp1252, c);
      if (!byte) return name;
      bytes += static_cast<char>(*byte);
    } else {
      bytes += static_cast<char>(c);
    }
  }
  auto once = from_utf8(bytes);
  bool const better = once.size() < name.size() && once.find(U'\uFFFD') == std::u32string::npos;
  return better ? once : name;
}

std::vector<std::string> name_forms(std::u32string_view name) {
  std::vector<std::string> out;
  auto const add = [&](std::string form) {
    if (!form.empty() && std::find(out.begin(), out.end(), form) == out.end()) out.push_back(std::move(form));
  };
  add(folded(name));
  if (!out.empty()) add(with_one_unit_spelling(out.front()));
  add(skeleton(name));
  return out;
}

}  // namespace tillcue::pos
