#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tillcue/pos/layout_learner.hpp"

namespace tillcue::pos {

/// A line of a sale that is printed in some form.
struct FormLine {
  std::string name;
  int count = 1;
  std::int64_t unit = 0;
  [[nodiscard]] std::int64_t total() const { return count * unit; }
};

inline std::string money(std::int64_t minor, char point = '.') {
  char text[32];
  std::snprintf(text, sizeof text, "%lld%c%02lld", static_cast<long long>(minor / 100), point,
                static_cast<long long>(minor % 100));
  return text;
}

/// Pads by bytes, which is by columns for the ASCII names of these forms.
inline std::string left(std::string text, std::size_t width) {
  text.resize(width, ' ');
  return text;
}
inline std::string right(std::string const& text, std::size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

using Form = std::function<SlipLines(std::vector<FormLine> const&, std::int64_t sum, std::mt19937&)>;

/// Receipts of one POS: one to six articles each, always the same for a seed.
struct FormSales {
  std::vector<SlipLines> slips;
  std::vector<std::vector<FormLine>> sales;
};

inline FormSales print_sales(Form const& form, std::size_t count, unsigned seed) {
  static char const* const names[] = {"Milk",  "Rye bread", "Eggs 10",   "Butter", "Coffee 250",  "Tea",
                                      "Apple", "Tomatoes",  "Chocolate", "Cheese", "Mineral wat", "Soap"};
  std::mt19937 chance(seed);
  FormSales out;
  for (std::size_t n = 0; n < count; ++n) {
    std::vector<FormLine> lines(1 + chance() % 6);
    std::int64_t sum = 0;
    for (auto& line : lines) {
      line = {names[chance() % 12], static_cast<int>(1 + chance() % 3), 35 + static_cast<std::int64_t>(chance() % 900)};
      sum += line.total();
    }
    out.slips.push_back(form(lines, sum, chance));
    out.sales.push_back(std::move(lines));
  }
  return out;
}

}  // namespace tillcue::pos
