#include "tillcue/models/weighing.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

/// The value of the line "key=value".
std::optional<std::string> value_of(std::string_view note, std::string_view key) {
  while (!note.empty()) {
    auto const line = note.substr(0, note.find('\n'));
    note.remove_prefix(std::min(note.size(), line.size() + 1));
    if (line.size() > key.size() && line.substr(0, key.size()) == key && line[key.size()] == '=') {
      return std::string(line.substr(key.size() + 1));
    }
  }
  return std::nullopt;
}

template <class Int>
Int whole(std::optional<std::string> const& text) {
  Int number = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

std::string days(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g %s", number, number < 1 || number > 1 ? "days" : "day");
  return text;
}

}  // namespace

std::string note_of(Weighing const& weighing) {
  if (!weighing.on) return {};
  char text[128];
  std::snprintf(text, sizeof text, "half_life_days=%g\nwindow_days=%u\nbaskets_read=%llu\n", weighing.half_life_days,
                weighing.window_days, static_cast<unsigned long long>(weighing.baskets));
  return text;
}

Weighing weighing_in(std::string_view note) {
  auto const half_life = value_of(note, "half_life_days");
  if (!half_life) return {};
  auto const number = std::strtod(half_life->c_str(), nullptr);
  return {true, number > 0 ? number : 0, whole<std::uint32_t>(value_of(note, "window_days")),
          whole<std::uint64_t>(value_of(note, "baskets_read"))};
}

std::string weighing_text(Weighing const& weighing) {
  if (!weighing.on) return {};
  std::string text = "weighed";
  if (weighing.half_life_days > 0) text += ", half-life " + days(weighing.half_life_days);
  if (weighing.window_days > 0) text += ", window " + days(weighing.window_days);
  return text;
}

std::string baskets_text(std::uint64_t baskets, Weighing const& weighing) {
  auto text = counted(baskets, "basket");
  if (!weighing.on) return text;
  text += " (" + weighing_text(weighing);
  if (weighing.baskets > 0) text += ", of " + grouped(weighing.baskets) + " read";
  return text + ")";
}

}  // namespace tillcue::models
