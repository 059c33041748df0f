#include "tillcue/pos/printed_text.hpp"

#include <algorithm>

#include "symbol_text.hpp"
#include "tillcue/pos/escpos.hpp"

namespace tillcue::pos {
namespace {

constexpr std::size_t kMaxLines = 10'000;
constexpr std::size_t kMaxRuns = 500;  // of one line: a job of nothing but column moves must not grow without end
constexpr unsigned kDotsPerLine = 30;

/// Text that stands together on a line: where it starts and ends, in dots.
struct Run {
  unsigned from = 0, to = 0;
  unsigned scale = 1;
  std::u32string text;
};

enum class Align : std::uint8_t { left, centre, right };

/// What the printer would remember between commands.
struct Modes {
  std::uint8_t code_page = 0;
  unsigned scale = 1;  ///< times the width of a letter
  bool small = false;  ///< font B
  Align align = Align::left;
  unsigned margin = 0;
  unsigned area = 0;  ///< 0: all of the width
};

class Reader {
 public:
  Reader(PrinterProfile const& profile, Letters letters) : profile_(profile), letters_(letters) {
    reset();
    // What the POS may have set before this began.
    if (profile_.resting_code_page != 0 && profile_.table(profile_.resting_code_page)) {
      modes_.code_page = profile_.resting_code_page;
    }
  }

  void take(Token const& token);
  PrintedJob finish() { return std::move(job_); }

 private:
  void reset();
  void take_command(Token const& token);
  void take_escape(Token const& token);
  void take_group(Token const& token);
  void take_star(Token const& token);
  void take_control(std::uint8_t byte);
  void type(Token const& token);
  void type(char32_t character);
  void move_to(unsigned x) { x_ = x; }
  void feed(unsigned lines);
  void end_line();
  void add_line(std::string line);
  void put_symbol(std::string const& text);
  void put_columns(unsigned width, Token const& token);
  void cut(Token const& token);

  /// Whole columns only: the few dots left over at the edge of some printers would shift what is centred.
  [[nodiscard]] unsigned paper() const { return profile_.columns * profile_.cell(); }
  [[nodiscard]] unsigned area() const {
    return modes_.area != 0 ? std::min(modes_.area, paper()) : paper() - std::min(modes_.margin, paper() / 2);
  }
  [[nodiscard]] unsigned letter() const {
    return (modes_.small ? profile_.cell() * 3 / 4 : profile_.cell()) * modes_.scale;
  }
  [[nodiscard]] unsigned shift(unsigned width) const;
  [[nodiscard]] std::string spelled(Run const& run) const;

  PrinterProfile const& profile_;
  Letters letters_;
  PrintedJob job_;
  Modes modes_;
  StoredSymbols symbols_;
  std::vector<Run> line_;
  unsigned x_ = 0;
  bool to_display_ = false;
};

void Reader::reset() {
  modes_ = {};
  modes_.code_page = profile_.code_pages.empty() ? std::uint8_t{0} : profile_.code_pages.front().number;
  line_.clear();
  x_ = 0;
}

void Reader::take(Token const& token) {
  if (token.is('\x1B', '=')) to_display_ = (token.byte(2) & 3U) == 2;
  if (token.kind == TokenKind::unknown) ++job_.unknown;
  if (token.kind == TokenKind::truncated) job_.truncated = true;
  if (to_display_) return;
  if (token.kind == TokenKind::text) type(token);
  if (token.kind == TokenKind::control) take_control(token.byte(0));
  if (token.kind == TokenKind::command) take_command(token);
}

void Reader::take_command(Token const& token) {
  if (token.is_cut()) return cut(token);
  if (token.dialect == Dialect::star) return take_star(token);
  bool const emphasis = token.byte(1) == 'E' || token.byte(1) == 'F' || token.byte(1) == 'G' || token.byte(1) == 'H';
  if (token.dialect == Dialect::bematech && emphasis) return;
  if (token.dialect == Dialect::bematech && token.byte(0) == 0x1B && token.byte(1) == 'W') {
    modes_.scale = (token.byte(2) & 1U) + 1;
    return;
  }
  if (token.dialect == Dialect::bematech && token.byte(0) == 0x1B && token.byte(1) == 'd' && token.byte(2) <= 1) return;
  if (token.byte(0) == 0x1B) return take_escape(token);
  if (token.byte(0) == 0x1D) return take_group(token);
  if (token.is('\x10', '\x14') && token.byte(2) == 1) job_.drawer_kicks.push_back(token.offset);
}

void Reader::take_escape(Token const& token) {
  unsigned const n = token.byte(2);
  unsigned const dots = n | static_cast<unsigned>(token.byte(3)) << 8U;
  switch (token.byte(1)) {
    case '@':
      return reset();
    case 't':
      modes_.code_page = token.byte(2);
      return;
    case 'M':
      modes_.small = (n & 1U) != 0;
      return;
    case '!':
      modes_.small = (n & 1U) != 0;
      modes_.scale = (n & 0x20U) != 0 ? 2 : 1;
      return;
    case 'a':
      modes_.align = static_cast<Align>(std::min(n & 3U, 2U));
      return;
    case 'd':
      return feed(n);
    case 'J':
      return feed((n + kDotsPerLine / 2) / kDotsPerLine);
    case '$':
      return move_to(std::min(dots, paper()));
    case '\\':
      return move_to(std::min((x_ + dots) & 0xFFFFU, paper()));  // negative moves wrap round
    case 'p':
      job_.drawer_kicks.push_back(token.offset);
      return;
    case '*':
      return put_columns(std::min(dots, paper()), token);
    default:
      return;
  }
}

void Reader::put_columns(unsigned width, Token const& token) {
  if (line_.size() >= kMaxRuns) end_line();
  line_.push_back({x_, x_ + width, 1, from_utf8(image_text(token))});
  x_ += width;
}

void Reader::take_group(Token const& token) {
  unsigned const n = token.byte(2);
  unsigned const dots = n | static_cast<unsigned>(token.byte(3)) << 8U;
  switch (token.byte(1)) {
    case '!':
      modes_.scale = (n >> 4U & 7U) + 1;
      return;
    case 'L':
      modes_.margin = dots;
      return;
    case 'W':
      modes_.area = dots;
      return;
    case 'k':
      return put_symbol(barcode_text(token));
    case 'v':
      return put_symbol(image_text(token));
    case '(':
    case '8':
      return put_symbol(symbols_.take(token));
    default:
      return;
  }
}

void Reader::take_star(Token const& token) {
  unsigned const code = token.byte(1), group = token.byte(2);
  unsigned const dots = token.byte(3) | static_cast<unsigned>(token.byte(4)) << 8U;
  if (code == '@') return reset();
  if (code == 'a' || code == 'J') return feed(code == 'a' ? token.byte(2) : 1);
  if (code == 'i') modes_.scale = (token.byte(3) & 7U) + 1;
  if (code == 'W' || code == 'w') modes_.scale = (token.byte(2) & 7U) + 1;
  if (code == 0x07) job_.drawer_kicks.push_back(token.offset);
  if (code == 'b') return put_symbol(star_barcode_text(token));
  if (code == 'X') return put_columns(std::min(group | static_cast<unsigned>(token.byte(3)) << 8U, paper()), token);
  if (code != 0x1D) return;
  if (group == 't' && profile_.language == Dialect::star) modes_.code_page = token.byte(3);
  if (group == 'S') return put_symbol(image_text(token));
  if (group == 'y') return put_symbol(symbols_.take(token));
  if (group == 'a') modes_.align = static_cast<Align>(std::min(token.byte(3) & 3U, 2U));
  if (group == 'A') move_to(std::min(dots, paper()));
  if (group == 'R') move_to(std::min((x_ + dots) & 0xFFFFU, paper()));
}

void Reader::take_control(std::uint8_t byte) {
  if (byte == '\n') return feed(1);
  if (byte == '\f') return line_.empty() ? void() : end_line();
  if (byte == '\t') move_to(std::min((x_ / (profile_.cell() * 8) + 1) * profile_.cell() * 8, paper()));
}

void Reader::type(Token const& token) {
  auto const table = profile_.table(modes_.code_page).value_or(CodeTable::cp437);
  for (std::byte b : token.bytes) type(decode(table, std::to_integer<std::uint8_t>(b)));
}

void Reader::type(char32_t character) {
  unsigned const width = letter() * display_width(character);
  if ((x_ + width > area() && !line_.empty()) || line_.size() >= kMaxRuns) end_line();  // as a printer's full line
  bool const goes_on = !line_.empty() && line_.back().to == x_ && line_.back().scale == modes_.scale;
  if (!goes_on) line_.push_back({x_, x_, modes_.scale, {}});
  line_.back().text += character;
  x_ += width;
  line_.back().to = x_;
}

void Reader::feed(unsigned lines) {
  for (unsigned n = 0; n < lines; ++n) end_line();
  if (lines == 0 && !line_.empty()) end_line();
}

unsigned Reader::shift(unsigned width) const {
  unsigned const room = area() - std::min(area(), width);
  unsigned const inside = modes_.align == Align::left ? 0 : modes_.align == Align::right ? room : room / 2;
  return std::min(modes_.margin, paper()) + inside;
}

std::string Reader::spelled(Run const& run) const {
  if (letters_ == Letters::plain || run.scale == 1) return to_utf8(run.text);
  std::u32string spaced;
  for (char32_t c : run.text) {
    spaced += c;
    spaced.append(run.scale - 1, U' ');
  }
  return to_utf8(spaced);
}

void Reader::end_line() {
  std::stable_sort(line_.begin(), line_.end(), [](Run const& a, Run const& b) { return a.from < b.from; });
  unsigned width = 0;
  for (auto const& run : line_) width = std::max(width, run.to);
  // Large letters alone on a line and written as plain ones: aligned as wide as they are written.
  if (letters_ == Letters::plain && line_.size() == 1 && line_.front().from == 0) width /= line_.front().scale;
  std::string out;
  unsigned columns = 0, end = 0;
  for (auto const& run : line_) {
    unsigned const column = (shift(width) + run.from + (profile_.cell() - 1) / 2) / profile_.cell();
    bool const touches = !out.empty() && run.from <= end;
    if (!touches && column > columns) {
      out.append(column - columns, ' ');
      columns = column;
    } else if (!touches && !out.empty()) {
      out += ' ';
    }
    auto const text = spelled(run);
    out += text;
    columns += display_width(from_utf8(text));
    end = run.to;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  add_line(std::move(out));
  line_.clear();
  x_ = 0;
}

void Reader::add_line(std::string line) {
  if (job_.lines.size() < kMaxLines) job_.lines.push_back(std::move(line));
}

void Reader::put_symbol(std::string const& text) {
  if (text.empty()) return;
  if (!line_.empty()) end_line();
  auto const wide = static_cast<unsigned>(text.size()) * profile_.cell();
  add_line(std::string(shift(wide) / profile_.cell(), ' ') + text);
}

void Reader::cut(Token const& token) {
  if (!line_.empty()) end_line();
  job_.cuts.push_back(token.offset);
  add_line("--- cut ---");
}

}  // namespace

std::string PrintedJob::text() const {
  std::string out;
  for (auto const& line : lines) out += line + '\n';
  return out;
}

PrintedJob read_printed(std::span<std::byte const> job, PrinterProfile const& profile, Letters letters,
                        Dialect dialect) {
  Reader reader(profile, letters);
  Tokenizer tokenizer(dialect);
  auto const sink = [&](Token const& token) { reader.take(token); };
  tokenizer.feed(job, sink);
  tokenizer.finish(sink);
  return reader.finish();
}

}  // namespace tillcue::pos
