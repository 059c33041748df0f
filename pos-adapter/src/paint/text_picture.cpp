#include "text_picture.hpp"

#include <memory>

#include <pango/pangocairo.h>

#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos {
namespace {

constexpr int kMostRows = 4096;
constexpr unsigned char kInk =
    110;  ///< of 255: darker than this is a black dot; a little bold, as thermal paper bleeds

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
  void operator()(PangoLayoutIter* iter) const { pango_layout_iter_free(iter); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

Owned<PangoLayout> laid_out(PangoContext* context, std::string const& text, TextLook const& look) {
  Owned<PangoLayout> layout(pango_layout_new(context));
  Owned<PangoFontDescription> font(pango_font_description_from_string("Noto Sans, Noto Sans CJK SC, sans-serif"));
  pango_font_description_set_absolute_size(font.get(), static_cast<double>(look.letter) * PANGO_SCALE);
  pango_font_description_set_weight(font.get(), look.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_width(layout.get(), static_cast<int>(look.width) * PANGO_SCALE);
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  // A paragraph's side is the one its script begins at: Pango turns "left" round for right-to-left text.
  pango_layout_set_alignment(layout.get(), look.centred ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  return layout;
}

/// The characters no font has, each once.
std::u32string unknown(PangoLayout* layout) {
  std::u32string found;
  if (pango_layout_get_unknown_glyphs_count(layout) == 0) return found;
  Owned<PangoLayoutIter> iter(pango_layout_get_iter(layout));
  do {
    auto const* run = pango_layout_iter_get_run_readonly(iter.get());
    for (int n = 0; run != nullptr && n < run->glyphs->num_glyphs; ++n) {
      auto const glyph = run->glyphs->glyphs[n].glyph;
      if (glyph == PANGO_GLYPH_EMPTY || (glyph & PANGO_GLYPH_UNKNOWN_FLAG) == 0) continue;
      auto const character = static_cast<char32_t>(glyph & ~PANGO_GLYPH_UNKNOWN_FLAG);
      if (found.find(character) == std::u32string::npos) found += character;
    }
  } while (pango_layout_iter_next_run(iter.get()) != 0);
  return found;
}

std::string without(std::string_view text, std::u32string const& missing) {
  auto characters = from_utf8(text);
  for (auto& c : characters) {
    if (missing.find(c) != std::u32string::npos) c = U'?';
  }
  return to_utf8(characters);
}

Picture dots_of(cairo_surface_t* surface, unsigned width, unsigned height) {
  cairo_surface_flush(surface);
  auto const* ink = cairo_image_surface_get_data(surface);
  auto const stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface));
  Picture picture(width, height);
  for (unsigned y = 0; y < height; ++y) {
    for (unsigned x = 0; x < width; ++x) {
      if (ink[y * stride + x] >= kInk) picture.blacken(x, y);
    }
  }
  return picture;
}

}  // namespace

/// Pango's font map, made once: it looks at all fonts of the machine.
struct TextPainter::Fonts {
  Owned<PangoFontMap> map{pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT)};
  Owned<PangoContext> context{map ? pango_font_map_create_context(map.get()) : nullptr};
};

TextPainter::TextPainter() = default;
TextPainter::~TextPainter() = default;

Result<Picture> TextPainter::paint(std::string_view utf8, TextLook const& look, std::u32string& missing) {
  if (!fonts_) fonts_ = std::make_unique<Fonts>();
  if (!fonts_->context) return fail(Code::unsupported, "no fonts: install fonts-noto-core");
  std::string const language(look.language.empty() ? "en" : look.language);
  pango_context_set_language(fonts_->context.get(), pango_language_from_string(language.c_str()));
  auto layout = laid_out(fonts_->context.get(), to_utf8(from_utf8(utf8)), look);
  if (auto const lacking = unknown(layout.get()); !lacking.empty()) {
    for (char32_t c : lacking) {
      if (missing.find(c) == std::u32string::npos) missing += c;
    }
    layout = laid_out(fonts_->context.get(), without(utf8, lacking), look);
  }
  int width = 0, height = 0;
  pango_layout_get_pixel_size(layout.get(), &width, &height);
  if (height <= 0 || height > kMostRows) return fail(Code::invalid, "a picture of a text has 1 to 4096 rows");
  Owned<cairo_surface_t> surface(cairo_image_surface_create(CAIRO_FORMAT_A8, static_cast<int>(look.width), height));
  Owned<cairo_t> cairo(cairo_create(surface.get()));
  pango_cairo_show_layout(cairo.get(), layout.get());
  return dots_of(surface.get(), look.width, static_cast<unsigned>(height));
}

}  // namespace tillcue::pos
