#include "phrases.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tillcue {
namespace {

struct BuiltIn {
  std::string_view language, key, text;
};

constexpr BuiltIn kBuiltIn[] = {
    {"en", "script.bought_together", "Would you like {item} with your {trigger}[, for {price}]?"},
    {"en", "script.popular", "Would you like {item} as well[, for {price}]?"},
    {"en", "reason.bought_together", "Goes with {trigger}[ ({share} such baskets)]"},
    {"en", "reason.popular", "A favourite in this shop[ ({share} such baskets)]"},
    {"en", "script.category", "Would you like {item} with your {trigger}[, for {price}]?"},
    {"en", "reason.category", "Goes with products like {trigger}"},
    {"en", "script.range", "Would you like {item} as well[, for {price}]?"},
    {"en", "reason.range", "From our range[: {category}]"},
    {"en", "headline.percent", "-{value} %"},
    {"en", "headline.amount", "{value} off"},
    {"en", "headline.none", "{item}"},
    {"en", "share.about", "about {share}"},
    {"en", "share.fewer", "fewer than {share}"},
    {"en", "share.more", "more than {share}"},
    {"en", "share.of", " in "},
    {"ru", "script.bought_together", "Желаете к товару «{trigger}» ещё «{item}»[ за {price}]?"},
    {"ru", "script.popular", "Желаете ещё «{item}»[ за {price}]?"},
    {"ru", "reason.bought_together", "Берут вместе с товаром «{trigger}»[ ({share} таких покупок)]"},
    {"ru", "reason.popular", "Популярно в нашем магазине[ ({share} таких покупок)]"},
    {"ru", "script.category", "Желаете к товару «{trigger}» ещё «{item}»[ за {price}]?"},
    {"ru", "reason.category", "Подходит к товарам вроде «{trigger}»"},
    {"ru", "script.range", "Желаете ещё «{item}»[ за {price}]?"},
    {"ru", "reason.range", "Из нашего ассортимента[: {category}]"},
    {"ru", "headline.percent", "-{value} %"},
    {"ru", "headline.amount", "Скидка {value}"},
    {"ru", "headline.none", "{item}"},
    {"ru", "share.about", "примерно {share}"},
    {"ru", "share.fewer", "реже чем {share}"},
    {"ru", "share.more", "более {share}"},
    {"ru", "share.of", " из "},
};

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

/// One variable at the front of `rest`, or nothing when it is none of ours.
Variable const* variable_at(std::string_view rest, std::span<Variable const> variables) noexcept {
  for (auto const& variable : variables) {
    auto const size = variable.name.size();
    if (rest.size() >= size + 2 && rest[size + 1] == '}' && rest.substr(1, size) == variable.name) return &variable;
  }
  return nullptr;
}

}  // namespace

std::string fill_in(std::string_view text, std::span<Variable const> variables) {
  std::string out;
  std::size_t optional_from = std::string::npos;  // where in `out` the open bracket's part began
  bool drop = false;
  while (!text.empty()) {
    std::size_t used = 1;
    if (text.substr(0, 2) == "[[") {
      out += '[';
      used = 2;
    } else if (text.front() == '[' && optional_from == std::string::npos) {
      optional_from = out.size();
      drop = false;
    } else if (text.front() == ']' && optional_from != std::string::npos) {
      if (drop) out.resize(optional_from);
      optional_from = std::string::npos;
    } else if (auto const* variable = text.front() == '{' ? variable_at(text, variables) : nullptr) {
      out += variable->value;
      drop = drop || variable->value.empty();
      used = variable->name.size() + 2;
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

std::string spoken_money(Money amount, std::string_view language) {
  auto text = to_text(amount);
  if (language == "ru") std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

std::string_view built_in_text(std::string_view language, std::string_view key) noexcept {
  for (auto const& known : kBuiltIn) {
    if (known.language == language && known.key == key) return known.text;
  }
  return {};
}

}  // namespace tillcue
