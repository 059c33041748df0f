#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue::pos {

/// What the fields of a template stood for; empty where it has none such.
struct TemplateFields {
  std::string name, code, qty, price, amount;
};

/// A line as a shop writes it down: `{qty} x {name} {amount}`. Fields: name, code, qty, price (of one), amount (of the
/// line), * (anything, or nothing). A blank stands for one or more; other text for itself, whatever its case.
/// Cost  at most template x line steps, whatever the line holds.
class LineTemplate {
 public:
  static constexpr std::size_t kMostParts = 32;

  /// Errors  invalid: an unknown or unclosed field, two fields with nothing between them, too many parts.
  static Result<LineTemplate> parse(std::string_view text);

  /// True when the whole line is like this.
  [[nodiscard]] bool match(std::string_view line, TemplateFields& fields) const;

 private:
  enum class Kind { text, blank, name, code, number, anything };
  struct Part {
    Kind kind = Kind::text;
    std::string text;  ///< in lower case; of a field its name
  };
  struct Search;

  std::vector<Part> parts_;
};

}  // namespace tillcue::pos
