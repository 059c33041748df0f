#include "text_encoder.hpp"

#include <algorithm>

#include "slip_commands.hpp"

namespace tillcue::pos {
namespace {

std::size_t covered(CodeTable table, std::u32string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [&](char32_t c) { return encode(table, c).has_value(); }));
}

}  // namespace

CodePage const* TextEncoder::page_for(char32_t character) const {
  if (preferred_ != nullptr && encode(preferred_->table, character)) return preferred_;
  auto const found = std::find_if(profile_.code_pages.begin(), profile_.code_pages.end(),
                                  [&](CodePage const& page) { return encode(page.table, character).has_value(); });
  return found == profile_.code_pages.end() ? nullptr : &*found;
}

std::u32string TextEncoder::printable(std::u32string_view text, std::u32string& replaced) const {
  std::u32string out;
  for (char32_t c : text) {
    if (c < 0x80 || page_for(c) != nullptr) {
      out += c;
    } else if (auto const ascii = transliterate(c); !ascii.empty()) {
      out.append(ascii.begin(), ascii.end());
    } else if (display_width(c) > 0) {  // a lone combining mark is better lost than shown as '?'
      out += U'?';
      if (replaced.find(c) == std::u32string::npos) replaced += c;
    }
  }
  return out;
}

bool TextEncoder::needs_picture(std::u32string_view text) const {
  return std::any_of(text.begin(), text.end(), [&](char32_t c) {
    if (c < 0x80 || display_width(c) == 0 || page_for(c) != nullptr) return false;
    bool const latin_letter = c >= 0xC0 && c < 0x250 && c != U'\u00D7' && c != U'\u00F7';
    return latin_letter || transliterate(c).empty();
  });
}

void TextEncoder::prefer(std::u32string_view text) {
  auto const best = std::max_element(
      profile_.code_pages.begin(), profile_.code_pages.end(),
      [&](CodePage const& a, CodePage const& b) { return covered(a.table, text) < covered(b.table, text); });
  preferred_ = best == profile_.code_pages.end() ? nullptr : &*best;
}

void TextEncoder::write(std::u32string_view text, std::vector<std::byte>& out) {
  for (char32_t c : text) {
    if (c < 0x80) {
      put(out, {static_cast<unsigned>(c)});
      continue;
    }
    if (current_ == nullptr || !encode(current_->table, c)) {
      auto const* page = page_for(c);
      if (page == nullptr) {
        put(out, {'?'});
        continue;
      }
      select(*page, out);
    }
    put(out, {*encode(current_->table, c)});
  }
}

void TextEncoder::select(CodePage const& page, std::vector<std::byte>& out) {
  if (current_ == nullptr && profile_.kanji_off) put(out, {0x1C, 0x2E});
  commands_in(profile_.language).select_code_page(page.number, out);
  current_ = &page;
}

void TextEncoder::rest(std::vector<std::byte>& out) {
  if (current_ == nullptr) return;
  commands_in(profile_.language).select_code_page(profile_.resting_code_page, out);
  if (profile_.kanji_off) put(out, {0x1C, 0x26});
  current_ = nullptr;
}

}  // namespace tillcue::pos
