#include <algorithm>
#include <array>
#include <utility>

#include "display/display_letters.hpp"
#include "tillcue/pos/customer_display.hpp"

namespace tillcue::pos {
namespace {

constexpr auto kColumns = DisplayProfile::kColumns;

constexpr std::array<std::pair<std::string_view, DisplayMode>, 3> kModes{
    {{"epson", DisplayMode::epson}, {"cd5220", DisplayMode::cd5220}, {"utc", DisplayMode::utc}}};
/// ESC t numbers of Epson's customer displays, which are those of its printers.
constexpr std::array<std::pair<CodeTable, char>, 9> kEpsonNumbers{{{CodeTable::cp437, 0},
                                                                   {CodeTable::cp850, 2},
                                                                   {CodeTable::cp860, 3},
                                                                   {CodeTable::cp863, 4},
                                                                   {CodeTable::cp865, 5},
                                                                   {CodeTable::cp1252, 16},
                                                                   {CodeTable::cp866, 17},
                                                                   {CodeTable::cp852, 18},
                                                                   {CodeTable::cp858, 19}}};

std::string select_of(DisplayProfile const& profile) {
  if (!profile.select.empty() || !profile.table) return profile.select;
  if (profile.mode == DisplayMode::cd5220 && profile.table == CodeTable::cp866)
    return "\x1B"
           "cR";
  if (profile.mode != DisplayMode::epson) return {};
  auto const* const found = std::find_if(kEpsonNumbers.begin(), kEpsonNumbers.end(),
                                         [&](auto const& number) { return number.first == *profile.table; });
  return found == kEpsonNumbers.end() ? std::string()
                                      : std::string(
                                            "\x1B"
                                            "t") +
                                            found->second;
}

std::vector<std::byte> to_bytes(std::string_view text) {
  std::vector<std::byte> out(text.size());
  std::transform(text.begin(), text.end(), out.begin(), [](char c) { return static_cast<std::byte>(c); });
  return out;
}

}  // namespace

Result<DisplayMode> find_display_mode(std::string_view name) {
  for (auto const& [known, mode] : kModes) {
    if (known == name) return mode;
  }
  return fail(Code::invalid, "must be one of: epson, cd5220, utc");
}

DisplayText display_text(HintCard const& card) {
  auto const name = card.name.empty() ? card.sku.value : card.name;
  auto const& saves = card.discount_text;
  auto const& costs = card.price_text;
  if (saves.empty()) return {name, costs};
  auto const used = display_columns(saves, {}) + display_columns(costs, {});
  // Both find room with a blank between, or what is saved stands alone.
  if (costs.empty() || used >= kColumns) return {name, saves};
  return {name, saves + std::string(kColumns - used, ' ') + costs};
}

bool is_legible(DisplayText const& text, DisplayProfile const& profile) {
  auto const legible = [&](std::string const& line) {
    return 2 * display_unknown(line, profile.table) <= display_columns(line, profile.table);
  };
  return legible(text.upper) && legible(text.lower);
}

std::vector<std::byte> encode_display_start(DisplayProfile const& profile) {
  if (profile.mode == DisplayMode::utc) return to_bytes("\x1F" + profile.select);
  std::string out = "\x1B@";
  if (profile.mode == DisplayMode::epson) out += "\x1F\x01";  // overwrite: the 40th character scrolls nothing
  out += select_of(profile);
  out += profile.mode == DisplayMode::epson ? std::string(
                                                  "\x1F"
                                                  "C\0",
                                                  3)
                                            : std::string("\x1B_\0", 3);
  return to_bytes(out);
}

std::vector<std::byte> encode_display(DisplayText const& text, DisplayProfile const& profile) {
  auto const upper = display_line(text.upper, profile.table, kColumns);
  auto const lower = display_line(text.lower, profile.table, kColumns);
  switch (profile.mode) {
    case DisplayMode::epson:
      return to_bytes("\x0B" + upper + lower);
    case DisplayMode::cd5220:
      return to_bytes("\x1BQA" + upper + "\r\x1BQB" + lower + "\r");
    case DisplayMode::utc:
      return to_bytes("\x1BuA" + upper + "\r\x1BuB" + lower + "\r");
  }
  return {};
}

}  // namespace tillcue::pos
