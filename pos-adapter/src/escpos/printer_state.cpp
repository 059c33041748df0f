#include "tillcue/pos/printer_state.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

namespace tillcue::pos {
namespace {

constexpr std::uint8_t kEsc = 0x1B, kFs = 0x1C, kGs = 0x1D;

constexpr std::uint16_t key_of(std::uint8_t introducer, std::uint8_t code) {
  return static_cast<std::uint16_t>(introducer << 8U | code);
}
// GS ( k settings are told apart by symbol and function: keys above every introducer.
constexpr std::uint16_t symbol_key(std::uint8_t symbol, std::uint8_t function) {
  return static_cast<std::uint16_t>(0x8000U | static_cast<unsigned>(symbol - 48) << 8U | function);
}

std::vector<std::byte> bytes(std::initializer_list<unsigned> values) {
  std::vector<std::byte> out;
  for (unsigned const v : values) out.push_back(static_cast<std::byte>(v));
  return out;
}

constexpr auto kCodePage = key_of(kEsc, 't'), kPeripheral = key_of(kEsc, '=');

/// A setting and how it is at power-on. `shapes_text`: a coupon would look wrong under another value.
struct Setting {
  std::uint16_t key;
  bool shapes_text;
  std::array<std::uint8_t, 2> power_on;
  std::uint8_t parameters;
};
constexpr std::array<Setting, 33> kSettings{{
    {kPeripheral, true, {1, 0}, 1},        // first: the others must be heard
    {key_of(kFs, '.'), false, {0, 0}, 0},  // multi-byte mode; see take_file
    {key_of(kEsc, 'R'), true, {0, 0}, 1},
    {key_of(kEsc, 'M'), true, {0, 0}, 1},
    {key_of(kEsc, 'E'), true, {0, 0}, 1},
    {key_of(kEsc, 'G'), true, {0, 0}, 1},
    {key_of(kEsc, '-'), true, {0, 0}, 1},
    {key_of(kGs, '!'), true, {0, 0}, 1},
    {key_of(kGs, 'B'), true, {0, 0}, 1},
    {key_of(kGs, 'b'), true, {0, 0}, 1},
    {key_of(kEsc, 'V'), true, {0, 0}, 1},
    {key_of(kEsc, '{'), true, {0, 0}, 1},
    {key_of(kEsc, 'a'), true, {0, 0}, 1},
    {key_of(kEsc, ' '), true, {0, 0}, 1},
    {key_of(kEsc, 'r'), true, {0, 0}, 1},
    {key_of(kEsc, '%'), true, {0, 0}, 1},
    {key_of(kEsc, 'U'), false, {0, 0}, 1},
    {key_of(kGs, 'P'), true, {0, 0}, 2},   // before what is measured in its units
    {key_of(kEsc, '3'), true, {0, 0}, 0},  // power-on is ESC 2
    {key_of(kGs, 'L'), true, {0, 0}, 2},
    {key_of(kGs, 'W'), true, {0xFF, 0x03}, 2},  // wider than any paper: all of it
    {key_of(kFs, '!'), true, {0, 0}, 1},
    {key_of(kFs, '-'), true, {0, 0}, 1},
    {key_of(kFs, 'S'), true, {0, 0}, 2},
    {key_of(kFs, 'W'), true, {0, 0}, 1},
    {key_of(kFs, 'C'), false, {0, 0}, 1},
    {key_of(kGs, 'h'), false, {162, 0}, 1},
    {key_of(kGs, 'w'), false, {3, 0}, 1},
    {key_of(kGs, 'H'), false, {0, 0}, 1},
    {key_of(kGs, 'f'), false, {0, 0}, 1},
    {key_of(kEsc, 'D'), false, {0, 0}, 0},
    {key_of(kGs, 'a'), false, {0, 0}, 1},
    {kCodePage, false, {0, 0}, 1},
}};

Setting const* setting(std::uint16_t key) {
  auto const found = std::find_if(kSettings.begin(), kSettings.end(), [&](Setting const& s) { return s.key == key; });
  return found == kSettings.end() ? nullptr : &*found;
}

/// The command that sets a setting to its power-on value; empty when there is none that says so.
std::vector<std::byte> power_on(std::uint16_t key) {
  if (key == key_of(kEsc, '3')) return bytes({kEsc, '2'});
  if (key == key_of(kFs, '.')) return bytes({kFs, '&'});
  if (key == key_of(kEsc, 'D')) return bytes({kEsc, 'D', 8, 16, 24, 32, 40, 48, 56, 64, 0});
  if ((key & 0x8000U) != 0) {
    auto const symbol = 48U + (key >> 8U & 0x7FU);
    auto const function = key & 0xFFU;
    if (symbol != 49) return {};
    if (function == 65) return bytes({kGs, '(', 'k', 4, 0, 49, 65, 50, 0});
    if (function == 67) return bytes({kGs, '(', 'k', 3, 0, 49, 67, 3});
    return function == 69 ? bytes({kGs, '(', 'k', 3, 0, 49, 69, 48}) : std::vector<std::byte>{};
  }
  auto const* const found = setting(key);
  if (found == nullptr) return {};
  auto out = bytes({static_cast<unsigned>(key >> 8U), key & 0xFFU});
  for (unsigned n = 0; n < found->parameters; ++n) out.push_back(static_cast<std::byte>(found->power_on[n]));
  return out;
}

void append(std::vector<std::byte>& out, std::vector<std::byte> const& more) {
  out.insert(out.end(), more.begin(), more.end());
}

}  // namespace

void PrinterState::set(std::uint16_t key, Command command) { settings_set_[key] = std::move(command); }

void PrinterState::take(Token const& token) {
  if (token.is(kEsc, '=')) {
    display_ = (token.byte(2) & 1U) == 0 && (token.byte(2) & 2U) != 0;
    return set(kPeripheral, {token.bytes.begin(), token.bytes.end()});
  }
  if (display_) return;
  if (token.kind == TokenKind::text) {
    line_open_ = true;
    return;
  }
  if (token.kind == TokenKind::control) {
    if (token.byte(0) == '\n' || token.byte(0) == '\f') line_open_ = false;
    if (token.byte(0) == '\f') page_ = false;
    return;
  }
  if (token.kind != TokenKind::command) return;
  if (token.is_cut()) line_open_ = false;
  if (token.byte(0) == kEsc) return take_escape(token);
  if (token.byte(0) == kGs) return take_group(token);
  if (token.byte(0) == kFs) return take_file(token);
}

void PrinterState::take_escape(Token const& token) {
  auto const code = token.byte(1);
  switch (code) {
    case '@':
      *this = {};
      return;
    case 'L':
      page_ = true;
      return;
    case 'S':
      page_ = false;
      return;
    case 'd':
    case 'J':
    case 'e':
    case 'K':
      line_open_ = false;
      return;
    case '!':
      return take_mode_byte(token.byte(2));
    case '2':
      return set(key_of(kEsc, '3'), bytes({kEsc, '2'}));
    case '*':
    case '$':
    case '\\':
      line_open_ = true;
      return;
    default:
      if (setting(key_of(kEsc, code)) != nullptr) {
        set(key_of(kEsc, code), {token.bytes.begin(), token.bytes.end()});
      }
  }
}

/// ESC ! sets four things at once; later commands change them one by one.
void PrinterState::take_mode_byte(std::uint8_t mode) {
  unsigned const wide = (mode & 0x20U) != 0 ? 0x10U : 0U, high = (mode & 0x10U) != 0 ? 1U : 0U;
  set(key_of(kEsc, 'M'), bytes({kEsc, 'M', mode & 1U}));
  set(key_of(kEsc, 'E'), bytes({kEsc, 'E', (mode & 8U) != 0 ? 1U : 0U}));
  set(key_of(kGs, '!'), bytes({kGs, '!', wide | high}));
  set(key_of(kEsc, '-'), bytes({kEsc, '-', (mode & 0x80U) != 0 ? 1U : 0U}));
}

void PrinterState::take_group(Token const& token) {
  auto const code = token.byte(1);
  if (code == ':') {
    macro_ = !macro_;
    return;
  }
  if (code == '(' && token.byte(2) == 'E') {
    if (token.byte(5) == 1) settings_ = true;
    if (token.byte(5) == 2) settings_ = false;
    return;
  }
  if (code == '(' && token.byte(2) == 'k') {
    auto const symbol = token.byte(5), function = token.byte(6);
    if (symbol >= 48 && symbol <= 60 && function >= 65 && function < 80) {
      set(symbol_key(symbol, function), {token.bytes.begin(), token.bytes.end()});
    }
    return;
  }
  if (setting(key_of(kGs, code)) != nullptr) set(key_of(kGs, code), {token.bytes.begin(), token.bytes.end()});
}

void PrinterState::take_file(Token const& token) {
  auto const code = token.byte(1);
  if (code == '&' || code == '.') return set(key_of(kFs, '.'), {token.bytes.begin(), token.bytes.end()});
  if (setting(key_of(kFs, code)) != nullptr) set(key_of(kFs, code), {token.bytes.begin(), token.bytes.end()});
}

std::uint8_t PrinterState::code_page(std::uint8_t otherwise) const noexcept {
  auto const found = settings_set_.find(kCodePage);
  return found == settings_set_.end() ? otherwise : std::to_integer<std::uint8_t>(found->second[2]);
}

std::vector<std::byte> PrinterState::plain() const {
  std::vector<std::byte> out;
  for (auto const& row : kSettings) {
    auto const found = settings_set_.find(row.key);
    if (!row.shapes_text || found == settings_set_.end()) continue;
    auto const wanted = power_on(row.key);
    if (found->second != wanted) append(out, wanted);
  }
  return out;
}

std::vector<std::byte> PrinterState::to(PrinterState const& wanted, std::uint8_t resting_code_page) const {
  std::vector<std::byte> out, last;
  auto const bring = [&](std::uint16_t key) {
    auto const mine = settings_set_.find(key);
    auto const theirs = wanted.settings_set_.find(key);
    std::optional<Command> command;
    if (theirs != wanted.settings_set_.end()) {
      if (mine == settings_set_.end() || mine->second != theirs->second) command = theirs->second;
    } else if (mine != settings_set_.end()) {
      command = key == kCodePage ? bytes({kEsc, 't', resting_code_page}) : power_on(key);
      if (mine->second == *command) command.reset();
    }
    // The peripheral comes last: behind "display only" the printer hears nothing more.
    if (command) append(key == kPeripheral ? last : out, *command);
  };
  for (auto const& row : kSettings) bring(row.key);
  std::vector<std::uint16_t> symbols;
  for (auto const* map : {&settings_set_, &wanted.settings_set_}) {
    for (auto const& [key, command] : *map) {
      if ((key & 0x8000U) != 0 && std::find(symbols.begin(), symbols.end(), key) == symbols.end()) {
        symbols.push_back(key);
      }
    }
  }
  for (auto const key : symbols) bring(key);
  append(out, last);
  return out;
}

std::vector<std::byte> PrinterState::from_power_on() const { return PrinterState{}.to(*this, 0); }

std::vector<std::byte> wrapped(std::span<std::byte const> job, PrinterState const& state,
                               std::uint8_t resting_code_page) {
  auto out = state.plain();
  append(out, {job.begin(), job.end()});
  auto after = state;
  Tokenizer tokenizer;
  auto const sink = [&](Token const& token) { after.take(token); };
  tokenizer.feed(out, sink);
  tokenizer.finish(sink);
  append(out, after.to(state, resting_code_page));
  return out;
}

}  // namespace tillcue::pos
