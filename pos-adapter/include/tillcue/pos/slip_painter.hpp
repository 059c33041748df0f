#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue::pos {

/// Black dots on white paper.
/// Shape  row by row, each row filled up to whole bytes, the leftmost dot in the highest bit.
struct Picture {
  unsigned width = 0, height = 0;
  std::vector<std::byte> bits;

  Picture() = default;
  Picture(unsigned across, unsigned down) : width(across), height(down), bits(stride() * down) {}
  [[nodiscard]] std::size_t stride() const noexcept { return (width + 7) / 8; }
  [[nodiscard]] bool black(unsigned x, unsigned y) const noexcept {
    return (bits[y * stride() + x / 8] & static_cast<std::byte>(0x80U >> x % 8)) != std::byte{};
  }
  void blacken(unsigned x, unsigned y) noexcept {
    bits[y * stride() + x / 8] |= static_cast<std::byte>(0x80U >> x % 8);
  }
};

/// How a text is painted. Units  dots.
struct TextLook {
  unsigned width = 576;  ///< of the paper: lines are broken to fit
  unsigned letter = 24;  ///< height of the font's em
  bool centred = false;  ///< else at the side where its script begins
  bool bold = false;
  std::string_view language;  ///< decides between the forms of Chinese and Japanese characters
};

enum class SymbolKind : std::uint8_t { ean13, code128, databar_expanded, qr };

/// How a symbol is drawn, in the middle of the paper. Units  dots.
struct SymbolLook {
  unsigned width = 576;  ///< of the paper
  unsigned module = 3;   ///< of the thinnest bar, at most; as few as 2 where it does not fit else
  unsigned height = 80;  ///< of the bars
};

/// Paints what a printer's own letters and symbols cannot say. An implementation is loaded at run time, so that a
/// terminal that needs none carries none.
/// Threads  one at a time, any.  Cost  milliseconds a text; the first text looks at all fonts.
class SlipPainter {
 public:
  virtual ~SlipPainter() = default;
  /// The text with its letters joined and its directions put right. Characters that no font has are painted as '?'
  /// and added to `missing`, each once.
  /// Errors  unsupported (no font at all), invalid (more than 4096 rows).
  virtual Result<Picture> text(std::string_view utf8, TextLook const& look, std::u32string& missing) = 0;
  /// Errors  invalid (data the symbol cannot hold, or too wide for the paper).
  virtual Result<Picture> symbol(SymbolKind kind, std::string_view data, SymbolLook const& look) = 0;
};

/// Where the painter is when nobody says otherwise: ../lib/tillcue beside the program's own folder.
std::filesystem::path painter_beside_program();
/// Loads the painter and keeps it for the life of the process.
/// Errors  not_found (no such file, or a library it needs is not installed), unsupported (made for another version).
Result<std::shared_ptr<SlipPainter>> load_painter(std::filesystem::path const& module);

}  // namespace tillcue::pos
