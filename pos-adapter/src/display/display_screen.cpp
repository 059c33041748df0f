#include <algorithm>
#include <string_view>

#include "tillcue/pos/line_display.hpp"

namespace tillcue::pos {
namespace {

constexpr std::uint8_t kEsc = 0x1B, kUs = 0x1F;

/// Parameter bytes of a command of either mode.
unsigned parameters(std::uint8_t introducer, char code) {
  using namespace std::string_view_literals;
  if (introducer == kUs) {
    if (std::string_view("$T^").find(code) != std::string_view::npos) return 2;
    return std::string_view("CBXEr#:").find(code) != std::string_view::npos ? 1 : 0;
  }
  if (std::string_view("ls").find(code) != std::string_view::npos) return 2;
  return std::string_view("tR=Qu[*_fcWd").find(code) != std::string_view::npos ? 1 : 0;
}

}  // namespace

DisplayScreen::DisplayScreen(PrinterProfile profile) : profile_(std::move(profile)) {
  for (auto& line : cells_) line.assign(kColumns, U' ');
}

void DisplayScreen::feed(std::span<std::byte const> bytes, Sink const& sink) {
  for (std::byte const b : bytes) take(std::to_integer<std::uint8_t>(b), sink);
}

void DisplayScreen::settle(Sink const& sink) { show(sink); }

void DisplayScreen::show(Sink const& sink) {
  if (!std::exchange(dirty_, false)) return;
  sink(cells_);
}

void DisplayScreen::clear(Sink const& sink) {
  show(sink);
  for (auto& line : cells_) line.assign(kColumns, U' ');
  row_ = column_ = 0;
}

void DisplayScreen::clear_line(std::size_t row) {
  cells_[row].assign(kColumns, U' ');
  row_ = row;
  column_ = 0;
}

void DisplayScreen::take(std::uint8_t byte, Sink const& sink) {
  if (introducer_ != 0 && code_ == 0) {
    code_ = byte;
    wanted_ = parameters(introducer_, static_cast<char>(byte));
    if (introducer_ == kEsc && byte == '@') clear(sink);
    if (wanted_ == 0) introducer_ = code_ = 0;
    return;
  }
  if (introducer_ != 0) return take_parameter(byte, sink);
  switch (byte) {
    case kEsc:
    case kUs:
      introducer_ = byte;
      return;
    case 0x0C:
      in_string_ = false;
      return clear(sink);
    case 0x0B:
      row_ = column_ = 0;
      return;
    case 0x18:
      in_string_ = false;
      return clear_line(row_);
    case '\r':
      if (std::exchange(in_string_, false) && row_ == 1) show(sink);
      column_ = 0;
      return;
    case '\n':
      row_ = 1 - row_;
      return;
    case 0x08:
      if (column_ > 0) --column_;
      return;
    default:
      if (byte >= 0x20) put(byte, sink);
  }
}

void DisplayScreen::take_parameter(std::uint8_t byte, Sink const& sink) {
  if (wanted_ == 2) {
    first_ = byte;
    wanted_ = 1;
    return;
  }
  auto const introducer = std::exchange(introducer_, std::uint8_t{0});
  auto const code = std::exchange(code_, std::uint8_t{0});
  if (introducer == kEsc && code == 't') code_page_ = byte;
  if (introducer == kEsc && (code == 'Q' || code == 'u') && (byte == 'A' || byte == 'B')) {
    if (byte == 'A') show(sink);
    clear_line(byte == 'A' ? 0 : 1);
    in_string_ = true;
  }
  bool const place = (introducer == kUs && code == '$') || (introducer == kEsc && code == 'l');
  if (place) {
    column_ = std::clamp<std::size_t>(first_, 1, kColumns) - 1;
    row_ = byte == 2 ? 1 : 0;
  }
  if (introducer == kEsc && code == '[' && byte == 'H') row_ = column_ = 0;
}

void DisplayScreen::put(std::uint8_t byte, Sink const& sink) {
  auto const table = profile_.table(code_page_).value_or(CodeTable::cp437);
  if (in_string_ && column_ >= kColumns) return;  // scrolls on the display; its beginning is what we read
  cells_[row_][column_] = decode(table, byte);
  dirty_ = true;
  ++column_;
  if (in_string_ || column_ < kColumns) return;
  column_ = 0;
  row_ = 1 - row_;
  if (row_ == 0) show(sink);
}

}  // namespace tillcue::pos
