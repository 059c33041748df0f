#include <cstring>

#include "symbol_picture.hpp"
#include "text_picture.hpp"

// The painter as a module of its own: what it links is loaded only where it is used.
namespace {

using namespace tillcue::pos;

class Painter final : public SlipPainter {
 public:
  tillcue::Result<Picture> text(std::string_view utf8, TextLook const& look, std::u32string& missing) override {
    return text_.paint(utf8, look, missing);
  }
  tillcue::Result<Picture> symbol(SymbolKind kind, std::string_view data, SymbolLook const& look) override {
    return draw_symbol(kind, data, look);
  }

 private:
  TextPainter text_;
};

}  // namespace

extern "C" __attribute__((visibility("default"))) SlipPainter* tillcue_painter(char const* version) {
  static Painter painter;
  return std::strcmp(version, TILLCUE_VERSION) == 0 ? &painter : nullptr;
}
