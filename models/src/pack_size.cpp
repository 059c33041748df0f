#include "pack_size.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "tillcue/models/field.hpp"
#include "word_patterns.hpp"

namespace tillcue::models {
namespace {

struct Unit {
  std::string_view word;
  Measure measure;
  double factor;
};
// Folded as word_patterns folds.
constexpr Unit kUnits[] = {{"g", Measure::grams, 1},
                           {"gr", Measure::grams, 1},
                           {"gram", Measure::grams, 1},
                           {"grams", Measure::grams, 1},
                           {"kg", Measure::grams, 1000},
                           {"kilo", Measure::grams, 1000},
                           {"mg", Measure::grams, 0.001},
                           {"oz", Measure::grams, 28.35},
                           {"lb", Measure::grams, 453.6},
                           {"г", Measure::grams, 1},
                           {"гр", Measure::grams, 1},
                           {"кг", Measure::grams, 1000},
                           {"ml", Measure::millilitres, 1},
                           {"cl", Measure::millilitres, 10},
                           {"dl", Measure::millilitres, 100},
                           {"l", Measure::millilitres, 1000},
                           {"lt", Measure::millilitres, 1000},
                           {"ltr", Measure::millilitres, 1000},
                           {"litre", Measure::millilitres, 1000},
                           {"liter", Measure::millilitres, 1000},
                           {"мл", Measure::millilitres, 1},
                           {"л", Measure::millilitres, 1000},
                           // No centimetres, millimetres and inches: a pan's, a drill's and a screen's are no amounts.
                           {"m", Measure::metres, 1},
                           {"metre", Measure::metres, 1},
                           {"metres", Measure::metres, 1},
                           {"meter", Measure::metres, 1},
                           {"meters", Measure::metres, 1},
                           {"м", Measure::metres, 1},
                           {"ft", Measure::metres, 0.3048},
                           {"feet", Measure::metres, 0.3048},
                           {"pc", Measure::pieces, 1},
                           {"pcs", Measure::pieces, 1},
                           {"piece", Measure::pieces, 1},
                           {"pieces", Measure::pieces, 1},
                           {"pack", Measure::pieces, 1},
                           {"packs", Measure::pieces, 1},
                           {"pk", Measure::pieces, 1},
                           {"bags", Measure::pieces, 1},
                           {"rolls", Measure::pieces, 1},
                           {"ct", Measure::pieces, 1},
                           {"stk", Measure::pieces, 1},
                           {"stuck", Measure::pieces, 1},
                           {"шт", Measure::pieces, 1},
                           {"рул", Measure::pieces, 1},
                           {"уп", Measure::pieces, 1},
                           {"пакетов", Measure::pieces, 1}};

struct Grade {
  std::string_view word;
  double rank;
};
constexpr Grade kGrades[] = {{"mini", 1},   {"small", 1},   {"klein", 1},   {"маленькая", 1}, {"маленький", 1},
                             {"medium", 2}, {"regular", 2}, {"mittel", 2},  {"средняя", 2},   {"средний", 2},
                             {"large", 3},  {"gross", 3},   {"большая", 3}, {"большой", 3},   {"xl", 4}};

/// A word, or a number with its decimals, of a name.
struct Part {
  std::string text;
  double number = -1;  ///< below 0: a word
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "Milk 1,5 l" -> milk, 1.5, l.
std::vector<Part> parts_of(std::string_view text) {
  std::vector<Part> parts;
  while (!text.empty()) {
    if (!is_digit(text.front())) {
      auto const end = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_digit) - text.begin());
      for (auto& word : folded_words(text.substr(0, end))) parts.push_back({std::move(word)});
      text.remove_prefix(end);
      continue;
    }
    std::size_t end = 0;
    while (end < text.size() && (is_digit(text[end]) || ((text[end] == '.' || text[end] == ',') &&
                                                         end + 1 < text.size() && is_digit(text[end + 1])))) {
      ++end;
    }
    std::string digits(text.substr(0, end));
    std::replace(digits.begin(), digits.end(), ',', '.');
    auto const value = parse_decimal(digits, 3);
    parts.push_back({digits, value ? static_cast<double>(*value) / 1000 : -1});
    text.remove_prefix(end);
  }
  return parts;
}

Unit const* unit_of(std::string_view word) {
  auto const* const found =
      std::find_if(std::begin(kUnits), std::end(kUnits), [&](Unit const& u) { return u.word == word; });
  return found == std::end(kUnits) ? nullptr : found;
}

/// A size that begins at part `at`: "500 g", "6 x 330 ml". Sets how many parts it takes.
std::optional<PackSize> size_at(std::vector<Part> const& parts, std::size_t at, std::size_t& used) {
  auto const number = [&](std::size_t n) { return n < parts.size() && parts[n].number > 0; };
  auto const unit = [&](std::size_t n) { return n < parts.size() ? unit_of(parts[n].text) : nullptr; };
  if (!number(at)) return std::nullopt;
  bool const times = at + 1 < parts.size() && (parts[at + 1].text == "x" || parts[at + 1].text == "х");
  if (times && number(at + 2)) {
    // "2 x 3 m" is a carpet.
    if (auto const* const of = unit(at + 3); of != nullptr && of->measure != Measure::metres) {
      used = 4;
      return PackSize{of->measure, parts[at].number * parts[at + 2].number * of->factor};
    }
  }
  bool const of_area = at >= 2 && (parts[at - 1].text == "x" || parts[at - 1].text == "х") && number(at - 2);
  if (auto const* const of = unit(at + 1); of != nullptr && !(of_area && of->measure == Measure::metres)) {
    used = 2;
    return PackSize{of->measure, parts[at].number * of->factor};
  }
  return std::nullopt;
}

std::optional<PackSize> grade_of(std::string_view word) {
  for (auto const& grade : kGrades) {
    if (grade.word == word) return PackSize{Measure::grade, grade.rank};
  }
  return std::nullopt;
}

/// What begins with a length is made by 3M; and few things are sold by more than this.
bool is_size_in_name(PackSize const& size, std::size_t at) {
  constexpr double kLongest = 30.5;  // 100 ft
  return size.measure != Measure::metres || (at > 0 && size.amount <= kLongest);
}

}  // namespace

std::optional<PackSize> parse_pack_size(std::string_view text, std::string_view unit) {
  auto const parts = parts_of(text);
  std::optional<PackSize> found;
  for (std::size_t at = 0, used = 1; at < parts.size(); at += used) {
    used = 1;
    auto const size = size_at(parts, at, used);
    // "30 l, 20 pcs": two sizes that both matter cannot be put in one order.
    if (size && found) return std::nullopt;
    if (size) found = size;
  }
  if (found || parts.size() != 1) return found;
  if (auto const grade = grade_of(parts[0].text)) return grade;
  auto const words = folded_words(unit);
  auto const* const of = words.size() == 1 ? unit_of(words[0]) : nullptr;
  if (of == nullptr || parts[0].number <= 0) return std::nullopt;
  return PackSize{of->measure, parts[0].number * of->factor};
}

SizedName split_size(std::string_view name) {
  SizedName split;
  auto const parts = parts_of(name);
  for (std::size_t at = 0, used = 1; at < parts.size(); at += used) {
    used = 1;
    auto size = size_at(parts, at, used);
    if (size && !is_size_in_name(*size, at)) {
      size.reset();
      used = 1;
    }
    if (!size) size = grade_of(parts[at].text);
    if (size)
      split.size = size;
    else
      split.rest += (split.rest.empty() ? "" : " ") + parts[at].text;
  }
  return split;
}

}  // namespace tillcue::models
