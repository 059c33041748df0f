#include "receipt.hpp"

#include <algorithm>

#include "escpos/text_encoder.hpp"

namespace tillcue::pos::sim {
namespace {

class Writer {
 public:
  explicit Writer(PrinterProfile const& profile) : columns_(profile.columns), encoder_(profile) {}

  void command(std::initializer_list<unsigned> bytes) {
    for (unsigned b : bytes) out_.push_back(static_cast<std::byte>(b));
  }
  void line(std::u32string const& text) {
    encoder_.write(text, out_);
    command({'\n'});
  }
  void line(std::string_view utf8) { line(printable(utf8)); }
  /// `left` cut so that `right` stands at the right edge.
  void columns(std::string_view left, std::string_view right, unsigned width) {
    auto text = printable(left).substr(0, width - std::min<std::size_t>(width, right.size() + 1));
    text.append(width - std::min<std::size_t>(width, text.size() + right.size()), U' ');
    text.append(right.begin(), right.end());
    line(text);
  }
  [[nodiscard]] unsigned width() const { return columns_; }
  std::vector<std::byte> take() && {
    encoder_.rest(out_);
    return std::move(out_);
  }

 private:
  std::u32string printable(std::string_view utf8) const {
    auto text = from_utf8(utf8);
    std::replace_if(
        text.begin(), text.end(), [](char32_t c) { return c < 0x20 || c == 0x7F; }, U' ');
    std::u32string ignored;
    return encoder_.printable(text, ignored);
  }

  unsigned columns_;
  TextEncoder encoder_;
  std::vector<std::byte> out_;
};

void put_lines(Writer& out, Receipt const& receipt) {
  for (auto const& line : receipt.lines) {
    Money const unit{line.price_minor.value_or(0), receipt.total.currency};
    out.columns(line.name, to_text(extended(unit, line.quantity), false), out.width());
    if (line.quantity == Quantity{}) continue;
    auto const whole = line.quantity.milli / 1000, part = line.quantity.milli % 1000;
    out.line("  " + std::to_string(whole) + (part == 0 ? "" : "." + std::to_string(1000 + part).substr(1)) + " x " +
             to_text(unit, false));
  }
}

}  // namespace

std::vector<std::byte> receipt_bytes(Receipt const& receipt, PrinterProfile const& profile) {
  Writer out(profile);
  std::string const rule(profile.columns, '-');
  out.command({0x1B, 'a', 1, 0x1D, '!', 0x11});
  out.line(receipt.store);
  out.command({0x1D, '!', 0});
  out.line("Till " + receipt.till + "   Receipt " + receipt.number);
  out.command({0x1B, 'a', 0});
  out.line(rule);
  put_lines(out, receipt);
  out.line(rule);
  out.command({0x1D, '!', 0x10});
  out.columns("TOTAL", to_text(receipt.total), profile.columns / 2);
  out.command({0x1D, '!', 0});
  out.columns("Cash", to_text(receipt.total, false), profile.columns);
  out.command({0x1B, 'a', 1});
  out.line("Thank you, see you soon");
  out.command({0x1B, 'a', 0});
  auto bytes = std::move(out).take();
  for (unsigned b : {0x1DU, 0x56U, 0x42U, 0x00U, 0x1BU, 0x70U, 0x00U, 0x19U, 0xFAU})
    bytes.push_back(static_cast<std::byte>(b));
  return bytes;
}

Result<void> print_at(Address const& printer, std::vector<std::byte> const& job) {
  using namespace std::chrono_literals;
  auto socket = LineSocket::connect(printer, 500ms);
  if (!socket) return tl::unexpected(socket.error());
  if (auto sent = socket->send({reinterpret_cast<char const*>(job.data()), job.size()}, 2s); !sent) return sent;
  socket->close_gently(500ms);
  return {};
}

}  // namespace tillcue::pos::sim
