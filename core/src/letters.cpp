#include "tillcue/core/letters.hpp"

#include <cstddef>

namespace tillcue {
namespace {

// U+00C0 to U+017F, two columns each; '.' is no letter or no second one.
constexpr std::string_view kLatin =
    "a.a.a.a.a.a.aec.e.e.e.e.i.i.i.i.d.n.o.o.o.o.o...o.u.u.u.u.y.thss"
    "a.a.a.a.a.a.aec.e.e.e.e.i.i.i.i.d.n.o.o.o.o.o...o.u.u.u.u.y.thy."
    "a.a.a.a.a.a.c.c.c.c.c.c.c.c.d.d.d.d.e.e.e.e.e.e.e.e.e.e.g.g.g.g."
    "g.g.g.g.h.h.h.h.i.i.i.i.i.i.i.i.i.i.ijijj.j.k.k.k.l.l.l.l.l.l.l."
    "l.l.l.n.n.n.n.n.n.n.n.n.o.o.o.o.o.o.oeoer.r.r.r.r.r.s.s.s.s.s.s."
    "s.s.t.t.t.t.t.t.u.u.u.u.u.u.u.u.u.u.u.u.w.w.y.y.y.z.z.z.z.z.z.s.";
static_assert(kLatin.size() == 2 * (0x180 - 0xC0));

void append_utf8(Letter& out, char32_t c) noexcept {
  auto const put = [&](char32_t byte) { out.bytes[out.size++] = static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | (c >> 6U));
  } else {
    if (c < 0x10000) {
      put(0xE0 | (c >> 12U));
    } else {
      put(0xF0 | (c >> 18U));
      put(0x80 | ((c >> 12U) & 0x3FU));
    }
    put(0x80 | ((c >> 6U) & 0x3FU));
  }
  put(0x80 | (c & 0x3FU));
}

char32_t greek(char32_t c) noexcept {
  constexpr std::u32string_view kAccented = U"ΆΈΉΊΌΎΏΐάέήίΰϊϋόύώςΪΫ";
  constexpr std::u32string_view kPlain = U"αεηιουωιαεηιυιυουωσιυ";
  static_assert(kAccented.size() == kPlain.size());
  if (auto const at = kAccented.find(c); at != std::u32string_view::npos) return kPlain[at];
  return c >= U'Α' && c <= U'Ω' ? c + 0x20 : c;
}

char32_t cyrillic(char32_t c) noexcept {
  if (c == U'Ё' || c == U'ё') return U'е';
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  if (c >= 0x410 && c <= 0x42F) return c + 0x20;
  if (c >= 0x460 && c <= 0x4FF && c % 2 == 0 && (c < 0x482 || c > 0x48A) && c < 0x4C0) return c + 1;
  return c;
}

/// What is no letter, digit or ideograph beyond ASCII: signs, punctuation, boxes, private use, combining marks.
bool is_sign(char32_t c) noexcept {
  return c < 0xAA || (c > 0xAA && c < 0xB5) || (c > 0xB5 && c < 0xBA) || (c > 0xBA && c < 0xC0) || c == 0xD7 ||
         c == 0xF7 || (c >= 0x2B0 && c <= 0x36F) || (c >= 0x2000 && c <= 0x2BFF) || (c >= 0x3000 && c <= 0x3004) ||
         (c >= 0x3008 && c <= 0x3020) || (c >= 0xD800 && c <= 0xF8FF) || (c >= 0xFE00 && c <= 0xFE6F) ||
         (c >= 0xFF00 && c <= 0xFF0F) || (c >= 0xFFE0 && c <= 0xFFFF);
}

}  // namespace

Letter folded_letter(char32_t c) noexcept {
  Letter out;
  if (c < 0x80) {
    if (c >= U'A' && c <= U'Z') c += 0x20;
    if ((c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9')) append_utf8(out, c);
    return out;
  }
  if (is_sign(c)) return out;
  if (c >= 0xC0 && c < 0x180) {
    for (auto const letter : kLatin.substr(2 * (c - 0xC0), 2)) {
      if (letter != '.') append_utf8(out, static_cast<char32_t>(letter));
    }
    return out;
  }
  if (c >= 0x370 && c < 0x400) c = greek(c);
  if (c >= 0x400 && c < 0x500) c = cyrillic(c);
  append_utf8(out, c);
  return out;
}

char32_t take_character(std::string_view& text) noexcept {
  auto const lead = static_cast<unsigned char>(text.front());
  std::size_t const more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  if (more == 0 || text.size() <= more) {
    text.remove_prefix(1);
    return lead;
  }
  char32_t code = lead & (0x3FU >> more);
  for (std::size_t n = 1; n <= more; ++n) code = code << 6U | (static_cast<unsigned char>(text[n]) & 0x3FU);
  text.remove_prefix(more + 1);
  return code;
}

}  // namespace tillcue
