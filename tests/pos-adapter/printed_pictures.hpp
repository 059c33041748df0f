#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tillcue/pos/escpos.hpp"
#include "tillcue/pos/slip_painter.hpp"

namespace tillcue::pos {

/// Puts a picture's bands together again as a printer does: whatever follows without text between is one picture.
class PictureReader {
 public:
  static std::vector<Picture> read(std::span<std::byte const> job, Dialect language = Dialect::escpos) {
    PictureReader reader;
    Tokenizer tokenizer(language);
    auto const sink = [&](Token const& token) { reader.take(token); };
    tokenizer.feed(job, sink);
    tokenizer.finish(sink);
    reader.end();
    return std::move(reader.pictures_);
  }

 private:
  static unsigned u16(Token const& token, std::size_t at) { return token.byte(at) + 256U * token.byte(at + 1); }

  void take(Token const& token) {
    if (token.is('\x1D', 'v')) return rows(token, 8, u16(token, 4) * 8, u16(token, 6));
    if (token.is('\x1D', '(') && token.byte(2) == 'L') {
      if (token.byte(6) == 112) rows(token, 15, u16(token, 11), u16(token, 13));
      return;
    }
    if (token.dialect == Dialect::star && token.is('\x1B', '\x1D') && token.byte(2) == 'S') {
      return rows(token, 9, u16(token, 4) * 8, u16(token, 6));
    }
    if (token.dialect == Dialect::star && token.is('\x1B', 'X')) return columns(token, 4, u16(token, 2));
    if (token.is('\x1B', '*')) return columns(token, 5, u16(token, 3));
    if (token.kind == TokenKind::control || token.is('\x1B', '3') || token.is('\x1B', '0')) return;
    end();
  }
  void rows(Token const& token, std::size_t data, unsigned width, unsigned height) {
    auto const from = grow(width, height);
    for (unsigned y = 0; y < height; ++y) {
      for (unsigned x = 0; x < width; ++x) {
        if ((token.byte(data + y * width / 8 + x / 8) >> (7 - x % 8) & 1U) != 0) now_.blacken(x, from + y);
      }
    }
  }
  void columns(Token const& token, std::size_t data, unsigned width) {
    auto const from = grow(width, 24);
    for (unsigned x = 0; x < width; ++x) {
      for (unsigned y = 0; y < 24; ++y) {
        if ((token.byte(data + x * 3 + y / 8) >> (7 - y % 8) & 1U) != 0) now_.blacken(x, from + y);
      }
    }
  }
  unsigned grow(unsigned width, unsigned height) {
    Picture larger(std::max(now_.width, width), now_.height + height);
    for (unsigned y = 0; y < now_.height; ++y) {
      for (unsigned x = 0; x < now_.width; ++x) {
        if (now_.black(x, y)) larger.blacken(x, y);
      }
    }
    auto const from = now_.height;
    now_ = std::move(larger);
    return from;
  }
  void end() {
    if (now_.height > 0) pictures_.push_back(std::move(now_));
    now_ = {};
  }

  Picture now_;
  std::vector<Picture> pictures_;
};

}  // namespace tillcue::pos
