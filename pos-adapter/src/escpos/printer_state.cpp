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

/// A setting of another language, and the whole command that makes it what it is at power-on.
struct Foreign {
  std::uint16_t key;
  bool shapes_text;
  std::array<std::uint8_t, 4> power_on;
  std::uint8_t size;
};
constexpr std::uint8_t kRs = 0x1E;
constexpr auto kStarCodePage = key_of(kGs, 't');
constexpr std::array<Foreign, 13> kStar{{{key_of(kEsc, 'R'), true, {kEsc, 'R', 0}, 3},
                                         {key_of(kRs, 'F'), true, {kEsc, kRs, 'F', 0}, 4},
                                         {key_of(kEsc, 'E'), true, {kEsc, 'F'}, 2},
                                         {key_of(kEsc, '-'), true, {kEsc, '-', 0}, 3},
                                         {key_of(kEsc, '_'), true, {kEsc, '_', 0}, 3},
                                         {key_of(kEsc, '4'), true, {kEsc, '5'}, 2},
                                         {key_of(0, 0x0F), true, {0x12}, 1},  // upside down
                                         {key_of(kEsc, 'i'), true, {kEsc, 'i', 0, 0}, 4},
                                         {key_of(kGs, 'a'), true, {kEsc, kGs, 'a', 0}, 4},
                                         {key_of(kEsc, ' '), true, {kEsc, ' ', 0}, 3},
                                         {key_of(kEsc, 'z'), true, {kEsc, 'z', 1}, 3},
                                         {key_of(kEsc, 'l'), true, {kEsc, 'l', 0}, 3},
                                         {kStarCodePage, false, {kEsc, kGs, 't', 0}, 4}}};
constexpr std::array<Foreign, 14> kBematech{{{key_of(kEsc, 'R'), true, {kEsc, 'R', 0}, 3},
                                             {key_of(kEsc, 'E'), true, {kEsc, 'F'}, 2},
                                             {key_of(kEsc, '-'), true, {kEsc, '-', 0}, 3},
                                             {key_of(kEsc, '4'), true, {kEsc, '5'}, 2},
                                             {key_of(kEsc, 'W'), true, {kEsc, 'W', 0}, 3},
                                             {key_of(kEsc, 'd'), true, {kEsc, 'd', 0}, 3},
                                             {key_of(kEsc, 0x0F), true, {kEsc, 'H'}, 2},  // condensed
                                             {key_of(kEsc, 'a'), true, {kEsc, 'a', 0}, 3},
                                             {key_of(kEsc, '3'), true, {kEsc, '2'}, 2},
                                             {key_of(kGs, 'h'), false, {kGs, 'h', 162}, 3},
                                             {key_of(kGs, 'w'), false, {kGs, 'w', 3}, 3},
                                             {key_of(kGs, 'H'), false, {kGs, 'H', 0}, 3},
                                             {key_of(kGs, 'f'), false, {kGs, 'f', 0}, 3},
                                             {kCodePage, false, {kEsc, 't', 2}, 3}}};

std::span<Foreign const> settings_of(Dialect language) {
  if (language == Dialect::star) return kStar;
  return language == Dialect::bematech ? std::span<Foreign const>(kBematech) : std::span<Foreign const>{};
}

constexpr std::uint16_t code_page_key(Dialect language) {
  return language == Dialect::star ? kStarCodePage : kCodePage;
}

/// The command that sets a setting to its power-on value; empty when there is none that says so.
std::vector<std::byte> power_on(Dialect language, std::uint16_t key) {
  for (auto const& one : settings_of(language)) {
    if (one.key != key) continue;
    auto const command = std::as_bytes(std::span(one.power_on).first(one.size));
    return {command.begin(), command.end()};
  }
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
  if (language_ != Dialect::star && token.is(kEsc, '=')) {
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
    bool const turns = language_ == Dialect::star && (token.byte(0) == 0x0F || token.byte(0) == 0x12);
    if (turns) set(key_of(0, 0x0F), {token.bytes.begin(), token.bytes.end()});
    return;
  }
  if (token.kind != TokenKind::command) return;
  if (token.is_cut()) line_open_ = false;
  if (language_ == Dialect::star) return take_star(token);
  if (language_ == Dialect::bematech) return take_bematech(token);
  if (token.byte(0) == kEsc) return take_escape(token);
  if (token.byte(0) == kGs) return take_group(token);
  if (token.byte(0) == kFs) return take_file(token);
}

void PrinterState::take_escape(Token const& token) {
  auto const code = token.byte(1);
  switch (code) {
    case '@':
      *this = PrinterState(language_);
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

/// Commands in pairs (ESC E on, ESC F off) are one setting.
void PrinterState::take_star(Token const& token) {
  if (token.is_raster_row()) return;
  auto const code = token.byte(1);
  Command const whole(token.bytes.begin(), token.bytes.end());
  auto const size = [this](std::size_t at, std::uint8_t value) {
    auto both = settings_set_.contains(key_of(kEsc, 'i')) ? settings_set_[key_of(kEsc, 'i')] : bytes({kEsc, 'i', 0, 0});
    both[at] = static_cast<std::byte>(value);
    set(key_of(kEsc, 'i'), std::move(both));
  };
  switch (code) {
    case '@':
      settings_set_.clear();
      line_open_ = page_ = false;
      return;
    case 'E':
    case 'F':
      return set(key_of(kEsc, 'E'), whole);
    case '4':
    case '5':
      return set(key_of(kEsc, '4'), whole);
    case '0':
    case 'z':
      return set(key_of(kEsc, 'z'), whole);
    case 'h':
      return size(2, token.byte(2));
    case 'W':
      return size(3, token.byte(2));
    case '*':  // raster mode: what follows is no text until ESC * r B
      if (token.byte(3) == 'A') page_ = true;
      if (token.byte(3) == 'B') page_ = false;
      return;
    case 'a':
    case 'J':
    case 'b':
      line_open_ = false;
      return;
    case 'X':
    case 'K':
    case 'k':
      line_open_ = true;
      return;
    case kRs:
    case kGs:
      if (code == kGs && token.byte(2) == 'P') page_ = (token.byte(3) & 0x0FU) == 0;
      if (code == kGs && token.byte(2) == 'A') line_open_ = true;
      break;
    default:
      break;
  }
  auto const key = code == kGs || code == kRs ? key_of(code, token.byte(2)) : key_of(kEsc, code);
  auto const known = settings_of(language_);
  if (std::any_of(known.begin(), known.end(), [&](Foreign const& one) { return one.key == key; })) set(key, whole);
}

void PrinterState::take_bematech(Token const& token) {
  auto const code = token.byte(1);
  if (token.byte(0) == kEsc && code == '@') return take_escape(token);
  if (token.byte(0) == kEsc && (code == 'J' || code == '$' || code == '\\')) return take_escape(token);
  if (token.byte(0) == kEsc && code == 'd' && token.byte(2) > 1) return take_escape(token);  // a feed
  auto key = key_of(token.byte(0), code);
  if (key == key_of(kEsc, 'F')) key = key_of(kEsc, 'E');
  if (key == key_of(kEsc, '5')) key = key_of(kEsc, '4');
  if (key == key_of(kEsc, 'H')) key = key_of(kEsc, 0x0F);
  if (key == key_of(kEsc, '2')) key = key_of(kEsc, '3');
  auto const known = settings_of(language_);
  bool const kept = std::any_of(known.begin(), known.end(), [&](Foreign const& one) { return one.key == key; });
  if (kept) set(key, {token.bytes.begin(), token.bytes.end()});
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
  auto const found = settings_set_.find(code_page_key(language_));
  return found == settings_set_.end() ? otherwise : std::to_integer<std::uint8_t>(found->second.back());
}

std::vector<std::byte> PrinterState::plain() const {
  std::vector<std::byte> out;
  auto const make_plain = [&](std::uint16_t key, bool shapes_text) {
    auto const found = settings_set_.find(key);
    if (!shapes_text || found == settings_set_.end()) return;
    auto const wanted = power_on(language_, key);
    if (found->second != wanted) append(out, wanted);
  };
  for (auto const& row : settings_of(language_)) make_plain(row.key, row.shapes_text);
  if (language_ != Dialect::escpos) return out;
  for (auto const& row : kSettings) make_plain(row.key, row.shapes_text);
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
      command = power_on(language_, key);
      if (key == code_page_key(language_)) command->back() = static_cast<std::byte>(resting_code_page);
      if (mine->second == *command) command.reset();
    }
    // The peripheral comes last: behind "display only" the printer hears nothing more.
    if (command) append(key == kPeripheral ? last : out, *command);
  };
  for (auto const& row : settings_of(language_)) bring(row.key);
  if (language_ != Dialect::escpos) return out;
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

std::vector<std::byte> PrinterState::from_power_on() const { return PrinterState(language_).to(*this, 0); }

std::vector<std::byte> wrapped(std::span<std::byte const> job, PrinterState const& state,
                               std::uint8_t resting_code_page) {
  auto out = state.plain();
  append(out, {job.begin(), job.end()});
  auto after = state;
  Tokenizer tokenizer(state.language());
  auto const sink = [&](Token const& token) { after.take(token); };
  tokenizer.feed(out, sink);
  tokenizer.finish(sink);
  append(out, after.to(state, resting_code_page));
  return out;
}

}  // namespace tillcue::pos
