#include "phrases.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "phrases_en.hpp"
#include "phrases_ru.hpp"
#include "plural.hpp"
#include "tillcue/core/offer.hpp"

namespace tillcue {
namespace {

struct Fraction {
  std::uint32_t part, whole;
};

std::uint32_t rounded_whole(std::uint32_t ppm) noexcept {
  auto const exact = (1'000'000 + ppm / 2) / ppm;
  std::uint32_t const step = exact <= 10 ? 1 : exact <= 20 ? 2 : exact <= 100 ? 5 : exact <= 200 ? 20 : 50;
  return (exact + step / 2) / step * step;
}

Fraction nearest_fraction(std::uint32_t ppm) noexcept {
  // Simple ones first: they win a tie.
  constexpr Fraction kFractions[] = {{1, 2}, {1, 3}, {2, 3}, {3, 4}, {2, 5}, {3, 5}, {4, 5}, {9, 10}};
  auto const distance = [ppm](Fraction f) {
    auto const at = f.part * 1'000'000 / f.whole;
    return at > ppm ? at - ppm : ppm - at;
  };
  return *std::min_element(std::begin(kFractions), std::end(kFractions),
                           [&](Fraction a, Fraction b) { return distance(a) < distance(b); });
}

std::string said(std::string_view manner, Fraction fraction, std::string_view language) {
  auto share = std::to_string(fraction.part);
  share += built_in_text(language, "share.of");
  share += std::to_string(fraction.whole);
  std::array const variables{Variable{"share", share}};
  return fill_in(built_in_text(language, manner), variables);
}

/// What stands at the front of a text: a variable, perhaps with plural cases, and how much of the text it takes.
struct Found {
  Variable const* variable = nullptr;
  std::string_view cases;
  std::size_t used = 0;
};

Found variable_at(std::string_view rest, std::span<Variable const> variables) noexcept {
  if (rest.empty() || rest.front() != '{') return {};
  auto const end = behind_closing(rest, 0);
  if (end == std::string_view::npos) return {};
  auto const inner = rest.substr(1, end - 2);
  constexpr std::string_view kPlural = ", plural,";
  for (auto const& variable : variables) {
    if (inner == variable.name) return {&variable, {}, end};
    auto const size = variable.name.size();
    if (variable.number && inner.size() > size + kPlural.size() && inner.substr(0, size) == variable.name &&
        inner.substr(size, kPlural.size()) == kPlural) {
      return {&variable, inner.substr(size + kPlural.size()), end};
    }
  }
  return {};
}

std::string with_number(std::string_view text, std::uint64_t number) {
  std::string out;
  for (char const c : text) {
    if (c == '#') {
      out += std::to_string(number);
    } else {
      out += c;
    }
  }
  return out;
}

/// CLDR's decimal signs; of the regions that differ from their language those with a currency of their own.
bool decimal_comma(std::string_view tag) noexcept {
  constexpr std::array<std::string_view, 45> kComma{
      "af", "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr",
      "gl", "hr", "hu", "hy", "id", "is", "it", "ka", "kk", "ky", "lt", "lv", "mk", "nb", "nl",
      "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "uz", "vi"};
  constexpr std::array<std::string_view, 10> kPoint{"de-CH", "de-LI", "es-DO", "es-GT", "es-HN",
                                                    "es-MX", "es-NI", "es-PE", "es-US", "it-CH"};
  auto const language = tag.substr(0, tag.find('-'));
  return std::find(kComma.begin(), kComma.end(), language) != kComma.end() &&
         std::find(kPoint.begin(), kPoint.end(), tag) == kPoint.end();
}

}  // namespace

std::string fill_in(std::string_view text, std::span<Variable const> variables, std::string_view language) {
  std::string out;
  std::size_t optional_from = std::string::npos;  // where in `out` the open bracket's part began
  bool drop = false;
  while (!text.empty()) {
    std::size_t used = 1;
    auto const found = variable_at(text, variables);
    if (text.substr(0, 2) == "[[") {
      out += '[';
      used = 2;
    } else if (text.front() == '[' && optional_from == std::string::npos) {
      optional_from = out.size();
      drop = false;
    } else if (text.front() == ']' && optional_from != std::string::npos) {
      if (drop) out.resize(optional_from);
      optional_from = std::string::npos;
    } else if (found.variable != nullptr) {
      auto const& variable = *found.variable;
      out += found.cases.empty()
                 ? std::string(variable.value)
                 : fill_in(with_number(plural_case(found.cases, *variable.number, language), *variable.number),
                           variables, language);
      drop = drop || variable.value.empty();
      used = found.used;
    } else {
      out += text.front();
    }
    text.remove_prefix(used);
  }
  return out;
}

std::string spoken_share(Probability share, std::string_view language) {
  if (built_in_text(language, "share.of").empty()) language = "en";
  auto const ppm = std::min(share.ppm, std::uint32_t{1'000'000});
  if (ppm < 1000) return said("share.fewer", {1, 1000}, language);
  if (ppm > 930'000) return said("share.more", {9, 10}, language);
  if (ppm >= 290'000) return said("share.about", nearest_fraction(ppm), language);
  return said("share.about", {1, rounded_whole(ppm)}, language);
}

std::string spoken_size(std::uint32_t percent, std::string_view language) {
  if (built_in_text(language, "size.times").empty()) language = "en";
  if (percent <= 105) return {};
  auto const tenths = (percent + 5) / 10;
  if (tenths >= 19 && tenths <= 21) return std::string(built_in_text(language, "size.twice"));
  // From three on nobody cares for the tenths.
  auto const whole = tenths >= 30 || tenths % 10 == 0;
  auto const rounded = (tenths + 5) / 10;
  auto number = whole
                    ? std::to_string(rounded)
                    : std::to_string(tenths / 10) + (decimal_comma(language) ? "," : ".") + std::to_string(tenths % 10);
  // A broken number is counted like a few of it.
  std::array const variables{Variable{"n", number, whole ? rounded : 2}};
  auto const words = built_in_text(language, "size.times");
  return fill_in(words, variables, language);
}

std::string spoken_money(Money amount, std::string_view language) {
  auto text = to_text(amount);
  if (decimal_comma(language)) std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

std::string_view built_in_text(std::string_view language, std::string_view key) noexcept {
  auto const words = language == "en"   ? std::span<BuiltIn const>(kEnglish)
                     : language == "ru" ? std::span<BuiltIn const>(kRussian)
                                        : std::span<BuiltIn const>();
  for (auto const& known : words) {
    if (known.key == key) return known.text;
  }
  return {};
}

}  // namespace tillcue
