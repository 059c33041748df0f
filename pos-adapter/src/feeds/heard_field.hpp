#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "tillcue/core/card_number.hpp"

namespace tillcue::pos {

/// Cuts at a character's boundary; control characters become blanks.
inline std::string tidy(std::string text, std::size_t longest) {
  if (text.size() > longest) {
    auto end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
  }
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }, ' ');
  return text;
}

/// A text of a foreign object; empty when it is not there or no text. For what may look like a card number: a ticket's.
inline std::string heard_number(nlohmann::json const& object, char const* field, std::size_t longest) {
  auto const found = object.find(field);
  if (found == object.end() || !found->is_string()) return {};
  return tidy(found->get<std::string>(), longest);
}

/// The same; empty when it looks like a payment card number.
inline std::string heard_text(nlohmann::json const& object, char const* field, std::size_t longest) {
  auto text = heard_number(object, field, longest);
  return looks_like_card_number(text) ? std::string() : text;
}

}  // namespace tillcue::pos
